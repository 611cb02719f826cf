//! A peer that was away gets what it missed.

use federation_tests::client::holds;
use federation_tests::{Database, Node, eventually};

crate::on_both!(a_silent_peer_gets_everything_in_order);

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
