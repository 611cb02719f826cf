//! Every route, asked by who may not, and by methods it does not know: refused, and no row has changed.

use super::house::{House, signed};
use super::probe::{Builder, Expect, Probe};
use super::routes::{self, Route};
use federation_tests::contents::differences;
use federation_tests::contents::run;
use federation_tests::{Database, MockPeer};

crate::on_both!(who_may_not_changes_nothing);

/// What a browser, a client, other software or nothing at all asks for.
const ACCEPTS: &[&str] = &[
    "text/html",
    "application/json",
    "application/activity+json",
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
    "application/jrd+json",
    "image/png",
    "text/event-stream",
    "*/*",
    "",
];

/// Nodes that were peers once, are ones for nothing, or ask where peers have nothing to ask; and an administrator's token
/// whose person is none any more.
struct Others {
    suspended: MockPeer,
    revoked: MockPeer,
    nothing: MockPeer,
    active: MockPeer,
    fallen: String,
}

impl Others {
    async fn open(house: &House) -> Self {
        let node = &house.node;
        let mut mocks = Vec::new();
        for host in ["127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"] {
            let mock = MockPeer::start(host, "max").await;
            let nothing: &[&str] = if host == "127.0.0.5" {
                &["--contract", "receive-only"]
            } else {
                &[]
            };
            node.command(&[&["peer", "trust", &mock.origin], nothing].concat())
                .await;
            // Whom it speaks for is learnt at its first request.
            let (status, said) = mock.get("max", &node.url("/people/nobody")).await;
            assert!([403, 404].contains(&status), "{status} {said}");
            mocks.push(mock);
        }
        let [suspended, revoked, nothing, active] = <[MockPeer; 4]>::try_from(mocks).ok().unwrap();
        node.command(&["peer", "suspend", suspended.authority()]).await;
        node.command(&["peer", "revoke", revoked.authority()]).await;
        let scopes = "read write admin:read admin:write";
        let token = ["token", "create", "--username", "owner", "--scopes", scopes];
        let fallen = node.command(&token).await;
        Self {
            suspended,
            revoked,
            nothing,
            active,
            fallen,
        }
    }

    fn probe(
        &self,
        house: &House,
        route: &Route,
        target: &str,
        closed: &'static [u16],
        probes: &mut Vec<Probe>,
    ) {
        let body: &[u8] = if route.writes() {
            b"{\"status\":\"x\"}"
        } else {
            b""
        };
        let request = || {
            let request = Builder::new(&house.node.authority, &route.method, target.to_owned());
            if route.writes() {
                request.body("application/json", body)
            } else {
                request
            }
        };
        // Browsers may be shown a page that says the same.
        for accept in ACCEPTS {
            let what = format!("without credentials, for {accept:?}");
            probes.push(
                request()
                    .header("accept", *accept)
                    .probe(what, Expect::Only(closed)),
            );
        }
        let url = house.node.url(target);
        let peer_route = route.access == "peer";
        let gone: &[u16] = if peer_route { &[403] } else { closed };
        // A body that is no activity; or what its contract does not give, which is as if it were not there.
        let little: &[u16] = if peer_route { &[400, 403, 404] } else { closed };
        let mut signers = vec![
            (&self.suspended, "signed by a suspended peer", gone),
            (&self.revoked, "signed by a revoked peer", gone),
        ];
        // What is addressed to everybody is there for every peer.
        let for_all = ["/network", "/actor/outbox"].contains(&route.path.as_str());
        // What it says is listened to: its contract lets it send.
        let may = peer_route && (for_all || route.writes());
        if !may {
            signers.push((&self.nothing, "signed by a peer to whom nothing is given", little));
        }
        if !peer_route {
            signers.push((&self.active, "signed by a peer", closed));
        }
        for (mock, what, expect) in signers {
            let headers = signed(mock, "max", &route.method, &url, body);
            probes.push(request().headers(&headers).probe(what, Expect::Only(expect)));
        }
        if route.access != "session" {
            let cookie = request().header("cookie", house.cookie.clone());
            probes.push(cookie.probe("with the cookie of a browser", Expect::Only(closed)));
        }
    }
}

async fn who_may_not_changes_nothing(on: Database) {
    let mut house = House::open(on).await;
    let routes = routes::all();
    let authority = house.node.authority.clone();
    let others = Others::open(&house).await;
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
        others.probe(&house, route, &target, closed, &mut probes);
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
    assert!(probes.len() > 6_000, "only {} requests", probes.len());
    let mut wrong = Vec::new();
    let taken = house.run(probes, &mut wrong).await;
    if taken > 0 && wrong.is_empty() {
        wrong.push(format!("{taken} requests were taken"));
    }
    let after = house.contents.now();
    if after != before {
        wrong.push(format!("rows have changed:\n{}", differences(&before, &after)));
    }
    let contacts = house.node.contacts();
    let mut peers: std::collections::BTreeSet<String> = [
        &others.suspended,
        &others.revoked,
        &others.nothing,
        &others.active,
    ]
    .map(|mock| mock.authority().to_owned())
    .into();
    peers.insert(house.peer.authority().to_owned());
    assert_eq!(contacts.besides(&peers), std::collections::BTreeSet::new());

    // Who administers no longer: the token says so still, and opens nothing of it.
    run(
        &house.node,
        on,
        "UPDATE members SET role = 'member' WHERE account_id IN (SELECT id FROM accounts WHERE username = 'owner')",
    );
    house.node.kill().await;
    house.node.serve().await;
    let mut probes = Vec::new();
    for route in routes.iter().filter(|route| route.access == "administrator") {
        let mut request = Builder::new(&authority, &route.method, house.real(&route.path))
            .header("authorization", format!("Bearer {}", others.fallen));
        if route.writes() {
            request = request.body("application/json", "{}");
        }
        probes.push(request.probe("who administers no longer", Expect::Only(&[403])));
    }
    assert!(
        probes.len() > 30,
        "only {} routes of administrators",
        probes.len()
    );
    house.run(probes, &mut wrong).await;
    house.close(&wrong).await;
}
