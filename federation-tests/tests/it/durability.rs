//! What was acknowledged stays, and nothing happens twice.

use federation_tests::client::holds;
use federation_tests::{Database, Node, eventually};
use serde_json::json;
use std::time::Duration;

crate::on_both!(
    killed_nodes_lose_nothing,
    a_silent_peer_gets_everything_in_order,
    sigterm_is_graceful
);

async fn killed_nodes_lose_nothing(on: Database) {
    let (mut lyon, mut paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let alice = lyon.person("alice").await;
    let bob = paris.person("bob").await;
    bob.follow(&format!("@alice@{}", lyon.authority)).await;

    let mut acknowledged = Vec::new();
    for round in 0..3 {
        for number in 0..8 {
            let text = format!("message {round}.{number};");
            alice.publish(&text, "public").await;
            acknowledged.push(text);
        }
        // At any moment: deliveries are on their way now.
        if round % 2 == 0 {
            lyon.kill().await;
        } else {
            paris.kill().await;
        }
        if round % 2 == 0 {
            lyon.serve().await;
        } else {
            paris.serve().await;
        }
    }
    let seen = eventually("every post at Paris", || async {
        let home = bob.home().await;
        (home.len() >= acknowledged.len()).then_some(home)
    })
    .await;
    for text in &acknowledged {
        assert_eq!(seen.iter().filter(|post| holds(post, text)).count(), 1, "{text}");
    }
    assert_eq!(alice.home().await.len(), acknowledged.len());
}

async fn a_silent_peer_gets_everything_in_order(on: Database) {
    let (lyon, mut paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let alice = lyon.person("alice").await;
    let bob = paris.person("bob").await;
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    paris.kill().await;
    for number in 0..10 {
        alice.publish(&format!("numéro {number};"), "public").await;
    }
    eventually("the queue to show it", || async {
        let queues = lyon.json(&["peer", "deliveries"]).await;
        let queue = queues.as_array()?.first()?.clone();
        (queue["queued"] == 10 && queue["failing_since"].is_string()).then_some(())
    })
    .await;
    paris.serve().await;
    // A message from the silent peer wakes its queue.
    bob.publish("nous revoilà", "public").await;
    let home = eventually("all ten", || async {
        let home: Vec<_> = bob
            .home()
            .await
            .into_iter()
            .filter(|post| holds(post, "numéro"))
            .collect();
        (home.len() == 10).then_some(home)
    })
    .await;
    for (place, post) in home.iter().rev().enumerate() {
        assert!(holds(post, &format!("numéro {place};")), "{place}: {post}");
    }
}

async fn sigterm_is_graceful(on: Database) {
    let mut node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let writer = {
        let alice = alice.clone();
        tokio::spawn(async move {
            let mut acknowledged = 0;
            loop {
                let body = json!({ "status": format!("numéro {acknowledged}") });
                match alice.try_send("POST", "/api/v1/statuses", Some(body)).await {
                    Some(answer) if answer.status == 200 => acknowledged += 1,
                    // Not taken any more is no failure; half taken would be.
                    Some(answer) => panic!("{} {}", answer.status, answer.text),
                    None => return acknowledged,
                }
            }
        })
    };
    eventually("some posts", || async {
        (alice.home().await.len() > 10).then_some(())
    })
    .await;
    let (took, well) = node.terminate().await;
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    let acknowledged: i64 = writer.await.expect("the writer failed");
    node.serve().await;
    let me = alice.get("/api/v1/accounts/verify_credentials").await.ok();
    assert_eq!(me["statuses_count"], acknowledged);
}
