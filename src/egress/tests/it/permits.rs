//! No permit, no question.

use bytes::Bytes;
use entrenous_egress::{Egress, EgressError, Permit, PermitKind};
use http::{Method, Request};

use crate::support::{Names, config, get, ok, rule, serve_text};

#[tokio::test]
async fn another_origin_makes_no_question() {
    let names = Names::with("peer.test", &["1.1.1.1"]);
    let client = Egress::with_resolver(&config(Vec::new()), names.clone()).unwrap();
    let permit = Permit::active_peer("https://peer.test").unwrap();
    for url in [
        "https://other.test/",
        "http://peer.test/",
        "https://peer.test:8443/",
        "https://peer.test.evil.test/",
        "https://sub.peer.test/",
    ] {
        assert_eq!(
            client.send(&permit, get(url)).await.unwrap_err(),
            EgressError::NotPermitted,
            "{url}"
        );
    }
    for url in [
        "https://a@peer.test/",
        "https://PEER.test/",
        "https://peer.test/a/../b",
        "/inbox",
    ] {
        assert_eq!(
            client.send(&permit, get(url)).await.unwrap_err(),
            EgressError::InvalidRequest,
            "{url}"
        );
    }
    let foreign_host = Request::get("https://peer.test/")
        .header("host", "other.test")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(
        client.send(&permit, foreign_host).await.unwrap_err(),
        EgressError::InvalidRequest
    );
    assert_eq!(
        (names.asked(), client.dns_questions(), client.connections_made()),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn each_kind_has_its_bounds() {
    let server = serve_text(ok("{}")).await;
    let origin = format!("http://{server}");
    let client = Egress::new(&config(vec![rule(&origin, &["127.0.0.1/32"])])).unwrap();
    let request = |method: Method, path: &str| {
        Request::builder()
            .method(method)
            .uri(format!("{origin}{path}"))
            .body(Bytes::new())
            .unwrap()
    };
    let invitation = Permit::invitation(&origin, &["/actor", "/invitations/7"]).unwrap();
    let purge = Permit::purge(&origin, "/invitations/notice").unwrap();
    let by_hand = Permit::hand_added(&origin).unwrap();
    let push = Permit::push_service(&origin, "/send/abc?d=e").unwrap();
    assert_eq!(push.kind(), PermitKind::PushService);
    assert_eq!(by_hand.kind(), PermitKind::HandAdded);
    assert_eq!(by_hand.origin(), origin);
    for (permit, method, path, allowed) in [
        (&invitation, Method::GET, "/actor", true),
        (&invitation, Method::POST, "/invitations/7", true),
        (&invitation, Method::GET, "/actor/inbox", false),
        (&invitation, Method::GET, "/actor?x", false),
        (&invitation, Method::GET, "/people/ana", false),
        (&purge, Method::POST, "/invitations/notice", true),
        (&purge, Method::POST, "/inbox", false),
        (&purge, Method::GET, "/invitations/notice", false),
        (&purge, Method::GET, "/people/ana", false),
        (&by_hand, Method::GET, "/actor", true),
        (&by_hand, Method::POST, "/inbox", false),
        (&push, Method::POST, "/send/abc?d=e", true),
        (&push, Method::POST, "/send/abc", false),
        (&push, Method::POST, "/", false),
        (&push, Method::GET, "/send/abc?d=e", false),
    ] {
        let result = client.send(permit, request(method.clone(), path)).await;
        assert_eq!(result.is_ok(), allowed, "{:?} {method} {path}", permit.kind());
        if !allowed {
            assert_eq!(result.unwrap_err(), EgressError::NotPermitted);
        }
    }
    for bad in [
        "",
        "peer.test",
        "https://peer.test/actor",
        "https://Peer.test",
        "ftp://peer.test",
        "http://localhost:*",
    ] {
        assert!(Permit::active_peer(bad).is_err(), "{bad}");
    }
}
