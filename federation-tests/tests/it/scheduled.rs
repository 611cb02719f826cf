//! Posts that are published at their time: by a node that serves, by one that starts again, and once, whenever it is
//! killed.

use chrono::TimeDelta;
use federation_tests::client::holds;
use federation_tests::contents::run;
use federation_tests::picture;
use federation_tests::{Client, Database, Node, eventually, mock};
use serde_json::{Value, json};
use std::time::Duration;

crate::on_both!(
    colleagues_elsewhere_get_it_at_its_time,
    a_node_that_is_killed_publishes_each_once
);

const LIST: &str = "/api/v1/scheduled_statuses";

async fn schedule(who: &Client, mut post: Value) -> Value {
    let at = mock::now() + TimeDelta::minutes(10);
    post["scheduled_at"] = json!(at.to_rfc3339());
    let made = who.post("/api/v1/statuses", post).await.ok();
    assert!(made["params"].is_object(), "{made}");
    made
}

/// The time of what is scheduled has come. Who looks after it is woken by the next post that is scheduled, or a start.
fn time_comes(node: &Node, on: Database) {
    run(
        node,
        on,
        "UPDATE scheduled_posts SET due_at = '2020-01-01 00:00:00'",
    );
}

async fn empty(who: &Client) {
    eventually("nothing to be scheduled any more", || async {
        let list = who.get(LIST).await.ok();
        list.as_array()?.is_empty().then_some(())
    })
    .await;
}

async fn colleagues_elsewhere_get_it_at_its_time(on: Database) {
    let (mut lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, bob) = (lyon.person("alice").await, paris.person("bob").await);
    bob.follow(&format!("@alice@{}", lyon.authority)).await;
    let file = alice
        .upload(picture::png(2, 1, &[], &[200, 30, 40, 10, 20, 30], 2), "le plan")
        .await
        .ok();
    let words = json!({
        "status": "Demain, avec un plan", "visibility": "public", "media_ids": [file["id"]], "spoiler_text": "Plan",
    });
    let made = schedule(&alice, words).await;
    assert_eq!(made["media_attachments"][0]["description"], "le plan");
    let letter = format!("@bob@{} entre nous", paris.authority);
    schedule(&alice, json!({ "status": letter, "visibility": "direct" })).await;
    lyon.kill().await;
    time_comes(&lyon, on);
    lyon.serve().await;
    let there = bob.sees("Demain, avec un plan").await;
    assert_eq!(there["spoiler_text"], "Plan");
    assert_eq!(
        there["media_attachments"].as_array().map(Vec::len),
        Some(1),
        "{there}"
    );
    eventually("the letter", || async {
        let told = bob.get("/api/v1/notifications?types[]=mention").await.ok();
        told.as_array()?
            .iter()
            .any(|one| holds(&one["status"], "entre nous"))
            .then_some(())
    })
    .await;
    empty(&alice).await;

    // And while it serves.
    schedule(
        &alice,
        json!({ "status": "Sans redémarrer", "visibility": "public" }),
    )
    .await;
    time_comes(&lyon, on);
    let last = schedule(&alice, json!({ "status": "Pas encore", "visibility": "public" })).await;
    bob.sees("Sans redémarrer").await;
    let waiting = alice.get(LIST).await.ok();
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
    assert_eq!(waiting[0]["id"], last["id"]);
}

async fn a_node_that_is_killed_publishes_each_once(on: Database) {
    let mut node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let mut texts = Vec::new();
    for number in 0..25 {
        let text = format!("À l’heure, n° {number} !");
        schedule(&alice, json!({ "status": text, "visibility": "public" })).await;
        texts.push(text);
    }
    for pause in [0, 5, 10, 20, 40, 80] {
        node.kill().await;
        time_comes(&node, on);
        node.serve().await;
        // Killed at another moment of publishing each time: there is no event to wait for.
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    empty(&alice).await;
    node.kill().await;
    node.serve().await;
    let home = alice.pages("/api/v1/timelines/home", 0).await;
    for text in texts {
        let times = home.iter().filter(|post| holds(post, &text)).count();
        assert_eq!(times, 1, "{text}");
    }
}
