//! A node with people, posts, peers and tokens of every kind, to which requests are made as who may make them.

use super::many;
use super::probe::{Builder, Probe, Verdict};
use super::routes::Route;
use federation_tests::contents::Contents;
use federation_tests::raw::{Outcome, exchange};
use federation_tests::{Client, Database, MockPeer, Node};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Requests at once.
const AT_ONCE: usize = 16;

/// A node with people, posts and tokens of every kind.
pub(super) struct House {
    pub(super) node: Node,
    pub(super) alice: Client,
    pub(super) owner: Client,
    /// A token that grants only the profile.
    pub(super) little: Client,
    /// A token of a client, without a person.
    pub(super) app: String,
    /// The cookie of alice's browser.
    pub(super) cookie: String,
    /// Ids that are there, by the noun before them in a path.
    pub(super) ids: BTreeMap<&'static str, String>,
    pub(super) peer: MockPeer,
    pub(super) stranger: MockPeer,
    pub(super) contents: Contents,
}

impl House {
    pub(super) async fn open(on: Database) -> Self {
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
    pub(super) fn real(&self, path: &str) -> String {
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
        // Those who moderate, too, need a scope that is for those alone.
        let moderates = route.scopes.iter().any(|scope| scope.starts_with("admin:"));
        match route.access.as_str() {
            "person" if moderates => bearer(self.owner.token()),
            "person" | "app" => bearer(self.alice.token()),
            "administrator" => bearer(self.owner.token()),
            "session" => vec![("cookie".to_owned(), self.cookie.clone())],
            "peer" | "handshake" => signed(&self.peer, "max", &route.method, &self.node.url(target), body),
            _ => Vec::new(),
        }
    }

    pub(super) fn builder<'a>(&'a self, route: &'a Route, target: impl Into<Vec<u8>>) -> Builder<'a> {
        let target = target.into();
        let readable = String::from_utf8_lossy(&target).into_owned();
        let right = self.right(route, &readable, b"");
        Builder::new(&self.node.authority, &route.method, target).headers(&right)
    }

    /// Sends them, adds what was wrong, and answers how many were not refused.
    pub(super) async fn run(&self, probes: Vec<Probe>, wrong: &mut Vec<String>) -> usize {
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
    pub(super) async fn settled(&mut self) -> BTreeMap<String, Vec<String>> {
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
    pub(super) async fn close(self, wrong: &[String]) {
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

pub(super) fn signed(
    peer: &MockPeer,
    name: &str,
    method: &str,
    url: &str,
    body: &[u8],
) -> Vec<(String, String)> {
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
