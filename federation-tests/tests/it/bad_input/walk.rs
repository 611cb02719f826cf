//! Every route, from the node's own list, asked by who may, with what is wrong: refused in the right class.

use super::bodies;
use super::house::House;
use super::odd::odd_requests;
use super::probe::{Expect, Probe};
use super::routes::{self, Route};
use federation_tests::Database;
use federation_tests::contents::differences;

crate::on_both!(what_is_wrong_is_refused);

async fn what_is_wrong_is_refused(on: Database) {
    let mut house = House::open(on).await;
    house.node.command(&["peer", "trust", &house.peer.origin]).await;
    // Whom a peer speaks for is learnt at the first request.
    let (status, said) = house.peer.get("max", &house.node.url("/network")).await;
    assert_eq!(status, 200, "{said}");
    let mut routes = routes::all();
    // Whatever it is asked with, it ends the token that all of this is asked with.
    routes.retain(|route| route.path != "/api/entrenous/v1/sign_out");
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
