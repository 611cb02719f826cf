//! The node that was never invited: it gets nothing, gets in nowhere, and is never contacted.

use federation_tests::mock::send;
use federation_tests::{Database, MockPeer, Node, eventually};
use http::{HeaderMap, Method};
use serde_json::json;

crate::on_both!(
    a_stranger_gets_nothing,
    a_real_node_without_invitation_gets_nothing,
    invitations_hold,
    a_revoked_peer_is_out
);

async fn a_stranger_gets_nothing(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let post = alice.publish("Rien que pour nous", "public").await;
    let uri = post["uri"].as_str().unwrap().to_owned();
    let stranger = MockPeer::start("127.0.0.9", "mallory").await;

    let inbox = node.url("/inbox");
    let note = stranger.note("mallory", "let me in", &[node.url("/people/alice")]);
    let create = stranger.activity(
        "mallory",
        "Create",
        json!({ "object": note, "to": [node.url("/people/alice")] }),
    );
    let unsigned = send(
        Method::POST,
        &inbox,
        HeaderMap::new(),
        create.to_string().into_bytes(),
    )
    .await;
    assert_eq!(unsigned.0, 401, "{}", unsigned.1);
    assert_eq!(stranger.post("mallory", &inbox, &create).await.0, 403);
    assert_eq!(
        stranger
            .post("mallory", &node.url("/people/alice/inbox"), &create)
            .await
            .0,
        403
    );

    let paths = [
        "/people/alice",
        "/people/alice/outbox",
        "/people/alice/followers",
        "/network",
        "/posts/1",
    ];
    for url in paths.iter().map(|path| node.url(path)).chain([uri]) {
        let unsigned = send(Method::GET, &url, HeaderMap::new(), Vec::new()).await;
        assert_eq!(unsigned.0, 401, "{url}: {}", unsigned.1);
        assert_eq!(stranger.get("mallory", &url).await.0, 403, "{url}");
    }
    let finger = node.url(&format!(
        "/.well-known/webfinger?resource=acct:alice@{}",
        node.authority
    ));
    let answer = send(Method::GET, &finger, HeaderMap::new(), Vec::new()).await;
    assert!([401, 403, 404].contains(&answer.0), "{}", answer.0);

    // Whatever our own people type, a stranger's name is never looked up.
    let query = format!("@mallory@{}", stranger.authority());
    for path in ["accounts", "statuses"] {
        let q = federation_tests::client::escape(if path == "accounts" {
            &query
        } else {
            &stranger.origin
        });
        let found = alice
            .get(&format!("/api/v2/search?resolve=true&type={path}&q={q}"))
            .await
            .ok();
        assert_eq!(found[path], json!([]));
    }
    alice.publish(&format!("bonjour {query}"), "public").await;
    assert_eq!(stranger.connections(), 0, "{:?}", stranger.seen());
    let audit = node.json(&["audit"]).await;
    assert!(
        audit
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["reason"].is_string()),
        "{audit}"
    );
}

async fn a_real_node_without_invitation_gets_nothing(on: Database) {
    let (lyon, other) = tokio::join!(Node::start("Lyon", on), Node::start("Other", on));
    let alice = lyon.person("alice").await;
    let eve = other.person("eve").await;
    alice.publish("Rien que pour nous", "public").await;
    let path = format!("/api/v2/search?resolve=true&q=@alice@{}", lyon.authority);
    assert_eq!(eve.get(&path).await.ok()["accounts"], json!([]));
    assert_eq!(eve.get("/api/v1/timelines/public").await.ok(), json!([]));
    assert_eq!(lyon.json(&["peer", "list"]).await, json!([]));
}

async fn invitations_hold(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    let link = lyon.command(&["peer", "invite"]).await;

    // A changed token, a changed fingerprint.
    let wrong = format!("{}x", link.get(..link.len() - 1).unwrap());
    assert!(!paris.try_command(&["peer", "join", &wrong, "--yes"], "").await.0);
    let (before, token) = link.split_once('#').unwrap();
    let (base, fingerprint) = before.split_once("fp=").unwrap();
    let turned: String = fingerprint.chars().rev().collect();
    assert!(
        !paris
            .try_command(
                &["peer", "join", &format!("{base}fp={turned}#{token}"), "--yes"],
                ""
            )
            .await
            .0
    );

    // Looking at it uses nothing up; without a terminal and without --yes nothing is done.
    let looked = send(Method::GET, before, HeaderMap::new(), Vec::new()).await;
    assert_eq!(looked.0, 200);
    let (joined, _, said) = paris.try_command(&["peer", "join", &link], "").await;
    assert!(!joined && said.contains("--yes"), "{said}");

    paris.command(&["peer", "join", &link, "--yes"]).await;
    assert_eq!(lyon.peer_state(&paris.authority).await, "pending_local");
    assert_eq!(paris.peer_state(&lyon.authority).await, "pending_remote");
    // Pending is not trusted.
    let alice = lyon.person("alice").await;
    let query = format!("/api/v2/search?resolve=true&q=@owner@{}", paris.authority);
    assert_eq!(alice.get(&query).await.ok()["accounts"], json!([]));

    // Another node cannot use it again.
    let third = Node::start("Third", on).await;
    assert!(!third.try_command(&["peer", "join", &link, "--yes"], "").await.0);

    lyon.command(&["peer", "confirm", &paris.authority]).await;
    eventually("Paris to be active", || async {
        (paris.peer_state(&lyon.authority).await == "active").then_some(())
    })
    .await;

    // Pre-confirmed for one name: no second step.
    let link = lyon
        .command(&[
            "peer",
            "invite",
            "--for",
            &format!("http://{}", third.authority),
            "--pre-confirm",
        ])
        .await;
    assert!(!paris.try_command(&["peer", "join", &link, "--yes"], "").await.0);
    third.command(&["peer", "join", &link, "--yes"]).await;
    assert_eq!(lyon.peer_state(&third.authority).await, "active");
    assert_eq!(third.peer_state(&lyon.authority).await, "active");
    assert!(!lyon.try_command(&["peer", "invite", "--pre-confirm"], "").await.0);
}

async fn a_revoked_peer_is_out(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let alice = lyon.person("alice").await;
    let bob = paris.person("bob").await;
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.publish("Tant que cela dure", "public").await;
    bob.sees("Tant que cela dure").await;

    // Suspended: nothing crosses, and it can be taken up again.
    lyon.command(&["peer", "suspend", &paris.authority]).await;
    alice.publish("Pendant la pause", "public").await;
    assert_eq!(lyon.peer_state(&paris.authority).await, "suspended");
    lyon.command(&["peer", "confirm", &paris.authority]).await;
    alice.publish("Après la pause", "public").await;
    bob.sees("Après la pause").await;
    assert!(
        !bob.home()
            .await
            .iter()
            .any(|post| federation_tests::client::holds(post, "Pendant"))
    );

    lyon.command(&["peer", "revoke", &paris.authority]).await;
    assert_eq!(lyon.peer_state(&paris.authority).await, "revoked");
    eventually("Paris to hear of it", || async {
        (paris.peer_state(&lyon.authority).await == "revoked").then_some(())
    })
    .await;
    alice.publish("Fini", "public").await;
    assert!(
        !bob.home()
            .await
            .iter()
            .any(|post| federation_tests::client::holds(post, "Fini"))
    );
    let me = alice.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["followers_count"], 0);
}
