//! Every route, asked by who may not, and by methods it does not know: refused, and no row has changed.

use super::house::{House, signed};
use super::probe::{Builder, Expect};
use super::routes;
use federation_tests::Database;
use federation_tests::contents::differences;

crate::on_both!(who_may_not_changes_nothing);

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
