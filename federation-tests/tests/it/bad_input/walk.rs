//! A walk over all routes, made from the node's own list.

use super::probe::{Builder, Expect, Probe, Verdict};
use super::routes::{self, Route};
use super::{bodies, many};
use federation_tests::contents::{Contents, differences};
use federation_tests::raw::{Outcome, exchange};
use federation_tests::{Client, Database, MockPeer, Node};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

crate::on_both!(who_may_not_changes_nothing, what_is_wrong_is_refused);

/// Requests at once.
const AT_ONCE: usize = 16;

/// A node with people, posts and tokens of every kind.
struct House {
    node: Node,
    alice: Client,
    owner: Client,
    /// A token that grants only the profile.
    little: Client,
    /// A token of a client, without a person.
    app: String,
    /// The cookie of alice's browser.
    cookie: String,
    /// Ids that are there, by the noun before them in a path.
    ids: BTreeMap<&'static str, String>,
    peer: MockPeer,
    stranger: MockPeer,
    contents: Contents,
}

impl House {
    async fn open(on: Database) -> Self {
        let node = Node::start("Lyon", on).await;
        let alice = node.person("alice").await;
        let bob = node.person("bob").await;
        let owner = node.signed_in("owner").await;
        let post = alice.publish("Bonjour à tous", "public").await;
        bob.post(
            &format!("/api/v1/statuses/{}/favourite", text(&post["id"])),
            json!({}),
        )
        .await
        .ok();
        let bob_id = text(&bob.get("/api/v1/accounts/verify_credentials").await.ok()["id"]);
        let little = ["token", "create", "--username", "alice", "--scopes", "profile"];
        let little = node.client(&node.command(&little).await);
        let told = alice.get("/api/v1/notifications").await.ok();
        let peer = MockPeer::start("127.0.0.7", "max").await;
        let stranger = MockPeer::start("127.0.0.9", "mallory").await;
        let app = Self::client_token(&node).await;
        let cookie = Self::browser(&node).await;
        let ids = BTreeMap::from([
            ("statuses", text(&post["id"])),
            ("posts", text(&post["id"])),
            ("@alice", text(&post["id"])),
            ("accounts", bob_id),
            ("notifications", text(&told[0]["id"])),
            ("people", "alice".to_owned()),
        ]);
        let contents = Contents::open(&node);
        Self {
            node,
            alice,
            owner,
            little,
            app,
            cookie,
            ids,
            peer,
            stranger,
            contents,
        }
    }

    async fn client_token(node: &Node) -> String {
        let client = node.client("");
        let new = json!({ "client_name": "walk", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write" });
        let app = client.post("/api/v1/apps", new).await.ok();
        let ask = json!({
            "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"],
        });
        text(&client.post("/oauth/token", ask).await.ok()["access_token"])
    }

    async fn browser(node: &Node) -> String {
        let first = ask(
            &node.authority,
            Builder::new(&node.authority, "GET", "/auth/sign_in").header("accept", "text/html"),
        )
        .await;
        let cookie = |answer: &federation_tests::Answer| {
            let set = answer.headers.get("set-cookie").cloned().unwrap_or_default();
            set.split(';').next().unwrap_or_default().to_owned()
        };
        let before = cookie(&first);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for field in first.text.split("type=\"hidden\"").skip(1) {
            let of = |name: &str| {
                field
                    .split(&format!("{name}=\""))
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
            };
            if let (Some(name), Some(value)) = (of("name"), of("value")) {
                form.append_pair(name, value);
            }
        }
        form.append_pair("username", "alice")
            .append_pair("password", federation_tests::node::PASSWORD);
        let request = Builder::new(&node.authority, "POST", "/auth/sign_in")
            .header("cookie", before.clone())
            .body("application/x-www-form-urlencoded", form.finish());
        let signed = ask(&node.authority, request).await;
        assert_eq!(signed.status, 303, "{}", signed.text);
        format!("{before}; {}", cookie(&signed))
    }

    /// A path with ids that are there, as far as they are known.
    fn real(&self, path: &str) -> String {
        let mut before = "";
        let mut out = Vec::new();
        for part in path.split('/') {
            let filled = match part {
                "@{username}" => "@alice".to_owned(),
                part if part.starts_with('{') => {
                    self.ids.get(before).cloned().unwrap_or_else(|| "1".to_owned())
                }
                part => part.to_owned(),
            };
            out.push(filled);
            before = if part == "@{username}" { "@alice" } else { part };
        }
        out.join("/")
    }

    /// The headers of who may use a route.
    fn right(&self, route: &Route, target: &str, body: &[u8]) -> Vec<(String, String)> {
        let bearer = |token: &str| vec![("authorization".to_owned(), format!("Bearer {token}"))];
        match route.access.as_str() {
            "person" | "app" => bearer(self.alice.token()),
            "administrator" => bearer(self.owner.token()),
            "session" => vec![("cookie".to_owned(), self.cookie.clone())],
            "peer" | "handshake" => signed(&self.peer, "max", &route.method, &self.node.url(target), body),
            _ => Vec::new(),
        }
    }

    fn builder<'a>(&'a self, route: &'a Route, target: impl Into<Vec<u8>>) -> Builder<'a> {
        let target = target.into();
        let readable = String::from_utf8_lossy(&target).into_owned();
        let right = self.right(route, &readable, b"");
        Builder::new(&self.node.authority, &route.method, target).headers(&right)
    }

    /// Sends them, adds what was wrong, and answers how many were not refused.
    async fn run(&self, probes: Vec<Probe>, wrong: &mut Vec<String>) -> usize {
        let authority = self.node.authority.as_str();
        let verdicts: Vec<Verdict> =
            many(AT_ONCE, probes.into_iter().map(|probe| probe.send(authority))).await;
        let taken = verdicts
            .iter()
            .filter(|verdict| (1..400).contains(&verdict.status))
            .count();
        wrong.extend(verdicts.into_iter().filter_map(|verdict| verdict.wrong));
        taken
    }

    /// The rows once nothing is under way.
    async fn settled(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut last = self.contents.now();
        loop {
            // Workers finish what was accepted; nothing tells when.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.contents.now();
            if now == last {
                return now;
            }
            last = now;
        }
    }

    /// What holds at the end.
    async fn close(self, wrong: &[String]) {
        let kinds: std::collections::BTreeSet<&str> = wrong.iter().map(String::as_str).collect();
        let shown: Vec<&str> = kinds.iter().copied().take(60).collect();
        assert!(
            wrong.is_empty(),
            "{} answers are wrong:\n{}",
            wrong.len(),
            shown.join("\n")
        );
        self.alice.get("/api/v1/timelines/home").await.ok();
        assert!(!self.node.log().contains("panicked"), "{}", self.node.log());
        assert_eq!(self.stranger.connections(), 0, "the stranger was contacted");
    }
}

async fn ask(authority: &str, request: Builder<'_>) -> federation_tests::Answer {
    match exchange(authority, &request.bytes(), false).await {
        Outcome::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("no text").to_owned()
}

fn signed(peer: &MockPeer, name: &str, method: &str, url: &str, body: &[u8]) -> Vec<(String, String)> {
    if url::Url::parse(url).is_err() {
        return Vec::new();
    }
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let headers = peer.sign(name, &method, url, body);
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect()
}

/// What a route needs besides the field that is looked at, so that a bad value is not hidden behind a missing one.
fn base(route: &Route) -> Value {
    match route.path.as_str() {
        path if path.starts_with("/api/v1/statuses") => json!({ "status": "Bonjour" }),
        "/api/v1/apps" => json!({ "client_name": "x", "redirect_uris": "https://x.example/back" }),
        "/oauth/token" => {
            json!({ "grant_type": "authorization_code", "client_id": "x", "client_secret": "y" })
        }
        _ => json!({}),
    }
}

async fn who_may_not_changes_nothing(on: Database) {
    let mut house = House::open(on).await;
    let routes = routes::all();
    let authority = house.node.authority.clone();
    let before = house.settled().await;
    let mut probes = Vec::new();
    for route in &routes {
        let target = house.real(&route.path);
        let request = || Builder::new(&authority, &route.method, target.clone());
        let with = |mut builder: Builder<'_>, what: &str, expect: Expect| {
            if route.writes() {
                builder = builder.body("application/json", "{\"status\":\"x\"}");
            }
            builder.probe(what, expect)
        };
        let bearer = |token: &str| format!("Bearer {token}");
        let closed: &[u16] = match route.access.as_str() {
            "person" | "administrator" | "app" | "peer" | "session" => &[401],
            "handshake" => &[400, 401, 403],
            "capability" => &[404],
            _ => continue,
        };
        let wrong: &[u16] = if route.access == "peer" {
            &[401, 403]
        } else {
            closed
        };
        probes.push(with(request(), "without credentials", Expect::Only(closed)));
        for odd in [
            "Bearer nonsense",
            "Bearer",
            "Basic eDp5",
            "Bearer \u{e9}\u{ff}",
            "bearer  a  b",
            "Signature keyId=\"\"",
        ] {
            probes.push(with(
                request().header("authorization", odd),
                odd,
                Expect::Only(wrong),
            ));
        }
        let long = bearer(&"a".repeat(9_000));
        probes.push(with(
            request().header("authorization", long),
            "a long token",
            Expect::Only(wrong),
        ));
        for odd in ["entrenous_session=x", "=;;=\u{ff}"] {
            probes.push(with(request().header("cookie", odd), odd, Expect::Only(closed)));
        }
        let body: &[u8] = if route.writes() {
            b"{\"status\":\"x\"}"
        } else {
            b""
        };
        let url = house.node.url(&target);
        let by_stranger = signed(&house.stranger, "mallory", &route.method, &url, body);
        let foreign: &[u16] = if route.access == "peer" { &[403] } else { closed };
        probes.push(with(
            request().headers(&by_stranger),
            "signed by a stranger",
            Expect::Only(foreign),
        ));
        let tokens: &[(&str, &str, &[u16])] = match route.access.as_str() {
            "person" => &[
                ("app", "a client's token", &[401, 403]),
                ("little", "a token that grants little", &[403]),
            ],
            "administrator" => &[
                ("app", "a client's token", &[401, 403]),
                ("little", "a token that grants little", &[403]),
                ("alice", "a member's token", &[403]),
            ],
            "peer" | "session" => &[("alice", "a member's token", &[401])],
            _ => &[],
        };
        for (who, what, expect) in tokens {
            if *who == "little"
                && (route.scopes.is_empty() || route.scopes.iter().any(|scope| scope == "profile"))
            {
                continue;
            }
            let token = match *who {
                "app" => house.app.as_str(),
                "little" => house.little.token(),
                _ => house.alice.token(),
            };
            probes.push(with(
                request().header("authorization", bearer(token)),
                what,
                Expect::Only(expect),
            ));
        }
    }
    // Every other method of each path, with a full token.
    for (path, methods) in routes::methods(&routes) {
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "CONNECT", "get",
        ] {
            if methods.contains(method) {
                continue;
            }
            let request = Builder::new(&authority, method, house.real(&path))
                .header("authorization", format!("Bearer {}", house.owner.token()));
            // CONNECT with a path is no request at all. A literal path may be another route's parameter.
            let expect = if method == "CONNECT" {
                Expect::Broken
            } else {
                Expect::Only(&[404, 405])
            };
            probes.push(request.probe("a method it does not know", expect));
        }
    }
    assert!(probes.len() > 2_500, "only {} requests", probes.len());
    let mut wrong = Vec::new();
    let taken = house.run(probes, &mut wrong).await;
    if taken > 0 && wrong.is_empty() {
        wrong.push(format!("{taken} requests were taken"));
    }
    let after = house.contents.now();
    if after != before {
        wrong.push(format!("rows have changed:\n{}", differences(&before, &after)));
    }
    house.close(&wrong).await;
}

async fn what_is_wrong_is_refused(on: Database) {
    let mut house = House::open(on).await;
    house.node.command(&["peer", "trust", &house.peer.origin]).await;
    // Whom a peer speaks for is learnt at the first request.
    let (status, said) = house.peer.get("max", &house.node.url("/network")).await;
    assert_eq!(status, 200, "{said}");
    let mut routes = routes::all();
    // What takes things away comes last, so that they are there for the others.
    routes.sort_by_key(|route| (route.method == "DELETE", route.path.clone()));
    let mut wrong = Vec::new();
    let mut count = 0;

    // What cannot be read is refused by every route that reads, whatever else it does.
    let before = house.settled().await;
    let mut probes = Vec::new();
    for route in routes.iter().filter(|route| route.body) {
        let target = house.real(&route.path);
        for (what, kind, body, statuses) in bodies::unreadable() {
            probes.push(
                house
                    .builder(route, target.clone())
                    .body(kind, body)
                    .probe(what, Expect::Only(statuses)),
            );
        }
        probes.extend(lies(&house, route, &target));
    }
    count += probes.len();
    house.run(probes, &mut wrong).await;
    let after = house.contents.now();
    if after != before {
        wrong.push(format!(
            "what cannot be read changed rows:\n{}",
            differences(&before, &after)
        ));
    }

    // The rest, route by route: if all of it was refused, nothing has changed.
    let mut before = house.settled().await;
    for route in &routes {
        let probes = odd_requests(&house, route);
        count += probes.len();
        let taken = house.run(probes, &mut wrong).await;
        let after = house.contents.now();
        if after == before {
            continue;
        }
        if taken == 0 {
            wrong.push(format!(
                "{}: refused, and yet:\n{}",
                route.name(),
                differences(&before, &after)
            ));
        }
        before = house.settled().await;
    }
    assert!(count > 8_000, "only {count} requests");
    println!("{count} requests to {} routes", routes.len());
    house.close(&wrong).await;
}

/// Bodies whose length is not what is said, or that never end.
fn lies(house: &House, route: &Route, target: &str) -> Vec<Probe> {
    let request = || house.builder(route, target);
    let mut endless = request()
        .header("transfer-encoding", "chunked")
        .header("content-type", "application/json")
        .bytes();
    for _ in 0..24 {
        endless.extend_from_slice(b"10000\r\n");
        endless.resize(endless.len() + 0x10000, b' ');
        endless.extend_from_slice(b"\r\n");
    }
    let longer = request()
        .header("content-length", "5000")
        .body("application/json", "{\"status\":\"x\"}");
    let mut cut = longer.probe("shorter than it says", Expect::Only(&[400]));
    cut.then_close = true;
    let mut probes = vec![cut];
    probes.push(Probe {
        what: format!("{}: an endless body", route.name()),
        bytes: endless,
        then_close: false,
        expect: Expect::Only(&[413]),
        page: false,
    });
    for (what, headers) in [
        ("a negative length", vec![("content-length", "-1")]),
        ("a length that is no number", vec![("content-length", "ten")]),
        (
            "two lengths",
            vec![("content-length", "5"), ("content-length", "14")],
        ),
        (
            "a length and chunks",
            vec![
                ("content-length", "14"),
                ("transfer-encoding", "chunked, identity"),
            ],
        ),
        (
            "a length beyond any",
            vec![("content-length", "99999999999999999999")],
        ),
    ] {
        let mut builder = request();
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        probes.push(
            builder
                .body("application/json", "{\"status\":\"x\"}")
                .probe(what, Expect::Broken),
        );
    }
    let chunk = request()
        .header("transfer-encoding", "chunked")
        .body("application/json", "zz\r\n{}\r\n0\r\n\r\n");
    probes.push(chunk.probe("a chunk without a length", Expect::Broken));
    probes
}

/// Everything odd for one route.
fn odd_requests(house: &House, route: &Route) -> Vec<Probe> {
    let target = house.real(&route.path);
    let mut probes = Vec::new();
    let mut sane = |builder: Builder<'_>, what: &str| {
        let builder = if route.writes()
            && builder.body.is_empty()
            && !builder.headers.iter().any(|(name, _)| name == "content-type")
        {
            builder.body("application/json", "{}")
        } else {
            builder
        };
        probes.push(builder.probe(what, Expect::Sane));
    };

    // Ids.
    let long = "9".repeat(3_000);
    for odd in [
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "abc",
        "1.5",
        "%00",
        "a%00b",
        "%2F",
        "..%2f..%2fetc%2fpasswd",
        "%ff%fe",
        "%F0%9F%92%A9",
        "%",
        "%zz",
        "%20",
        "%0a%0d",
        "1%0aset-cookie:a=b",
        "~",
        "@",
        ";",
        "'--",
        "\u{e9}",
        &long,
    ] {
        let parts: Vec<&str> = route.path.split('/').collect();
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.contains('{')) {
            let mut filled: Vec<String> = target.split('/').map(str::to_owned).collect();
            if let Some(slot) = filled.get_mut(at) {
                *slot = if part.starts_with('@') {
                    format!("@{odd}")
                } else {
                    odd.to_owned()
                };
            }
            let raw = filled.join("/");
            if raw.is_ascii() {
                sane(house.builder(route, raw), "an odd id");
            } else {
                let builder = house.builder(route, raw);
                probes_broken(&mut sane, builder);
            }
        }
    }

    // Queries.
    let mut names: Vec<&str> = route.query.iter().map(String::as_str).collect();
    names.extend(["limit", "id", "lang"]);
    for name in names {
        for rest in [
            "=",
            "=abc",
            "=-1",
            "=0",
            "=1.5",
            "=9223372036854775808",
            "=18446744073709551616",
            "=%00",
            "=a%00b",
            "=%ff",
            "=%ED%A0%80",
            "[]=1",
            "[]=%00",
            "[a][b]=1",
            "[a][b][c][d][e][f]=1",
            "[99999999]=1",
            "",
            "=null",
            "=true",
            "=..%2F",
            "=%0d%0aa:b",
        ] {
            sane(
                house.builder(route, format!("{target}?{name}{rest}")),
                "an odd parameter",
            );
        }
        let longest = format!("{target}?{name}={}", "a".repeat(8_000));
        sane(house.builder(route, longest), "a long parameter");
        let often = format!("{name}[]=1&").repeat(20_000 / (name.len() + 5));
        sane(
            house.builder(route, format!("{target}?{often}")),
            "a parameter again and again",
        );
    }
    sane(
        house.builder(route, format!("{target}?&&&=&=&[]&[]=&%&%zz")),
        "an odd query",
    );

    // Headers.
    for (name, value) in [
        ("range", "bytes=-1-,0-99999999999"),
        ("if-none-match", "\u{ff}"),
        ("accept", "\u{ff};q=zz,*"),
        ("accept-language", "x-\u{ff},,;q=9"),
        ("idempotency-key", "\u{ff}\u{e9}"),
        ("x-forwarded-for", "nonsense, , ::1"),
        ("last-event-id", "\u{ff}"),
        ("sec-websocket-protocol", "\u{ff}, ,"),
        ("content-encoding", "gzip"),
        ("expect", "nonsense"),
        ("origin", "null"),
        ("signature", "keyId=\"x\",signature=\"\""),
        ("signature-input", "sig1=("),
        ("upgrade", "websocket"),
        ("host", "elsewhere.example"),
        ("date", "yesterday"),
    ] {
        sane(
            house.builder(route, target.clone()).header(name, value),
            &format!("an odd {name}"),
        );
    }
    let key = "k".repeat(20_000);
    sane(
        house
            .builder(route, target.clone())
            .header("idempotency-key", key),
        "a long key",
    );

    // Bodies.
    if route.writes() {
        for (what, kind, body) in bodies::odd() {
            sane(house.builder(route, target.clone()).body(kind, body), what);
        }
        if !route.body {
            for (what, kind, body, _) in bodies::unreadable() {
                sane(house.builder(route, target.clone()).body(kind, body), what);
            }
        }
    } else {
        sane(
            house
                .builder(route, target.clone())
                .body("application/json", "[1"),
            "a body it does not read",
        );
    }
    let base = base(route);
    for field in &route.fields {
        for bad in bodies::values() {
            let body = bodies::with(field, &base, &bad);
            sane(
                house
                    .builder(route, target.clone())
                    .body("application/json", body),
                &format!("{field} as {bad:.60}"),
            );
        }
        for form in bodies::forms(field) {
            let what = format!("the form {form}");
            sane(
                house
                    .builder(route, target.clone())
                    .body("application/x-www-form-urlencoded", form),
                &what,
            );
        }
    }
    probes
}

/// Bytes beyond ASCII in the request line: the HTTP layer decides.
fn probes_broken(sane: &mut impl FnMut(Builder<'_>, &str), builder: Builder<'_>) {
    sane(builder, "bytes beyond ASCII in an id");
}
