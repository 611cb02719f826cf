//! A contract that changes while a delivery is under way.

use super::scene::{By, Scene};
use entrenous_model::Contract;
use entrenous_model::contract::{PostScope, Terms};
use federation_tests::mock::Seen;
use federation_tests::{Database, eventually};
use serde_json::{Value, json};

crate::on_both!(
    a_refusal_after_a_change_holds_nothing_up,
    a_refusal_without_a_change_is_tried_again,
);

fn silent() -> Contract {
    Contract {
        we_give: Terms {
            posts: PostScope::None,
            ..Terms::FULL
        },
        ..Contract::FULL
    }
}

fn is_create(document: &Value) -> bool {
    document["type"] == "Create"
}

impl Scene {
    /// What was posted of that type, about a post.
    fn sent(&self, kind: &str, post: &Value) -> usize {
        let uri = post["uri"].as_str().unwrap();
        let is = |one: &&Seen| one.body["type"] == kind && one.body.to_string().contains(uri);
        self.peer.mock.seen().iter().filter(is).count()
    }

    async fn health(&self) -> Value {
        self.owner.peer(self.peer.mock.authority()).await
    }
}

async fn a_refusal_after_a_change_holds_nothing_up(on: Database) {
    let scene = Scene::open(on).await;
    scene.peer.mock.hold(true);
    let post = scene.ada.publish("En vol", "public").await;
    eventually("the delivery under way", || async {
        (scene.sent("Create", &post) == 1).then_some(())
    })
    .await;
    // The peer goes by it already, and so does this node by the time that the answer comes.
    scene.change(&silent(), By::Peer).await;
    let own = format!("/api/v1/statuses/{}", scene.own["id"].as_str().unwrap());
    scene.ada.delete(&own).await.ok();
    scene
        .peer
        .mock
        .judge(|document| if is_create(document) { (403, "") } else { (202, "") });
    scene.peer.mock.hold(false);
    scene.quiet().await;
    assert_eq!(scene.sent("Create", &post), 1, "it is not sent again");
    assert_eq!(
        scene.sent("Delete", &scene.own),
        1,
        "what comes after it is not held up"
    );
    let health = scene.health().await;
    assert_eq!(
        (&health["failing_since"], &health["last_error"]),
        (&Value::Null, &Value::Null),
        "{health}"
    );
    let path = format!(
        "/api/entrenous/v1/statuses/{}/deliveries",
        post["id"].as_str().unwrap()
    );
    let reached = scene.ada.get(&path).await.ok();
    assert_eq!(reached[0]["state"], "refused", "{reached}");
    let row = eventually("the row", || async {
        let rows = scene
            .node
            .json(&["peer", "ledger", scene.peer.mock.authority()])
            .await;
        let rows = rows.as_array().unwrap().clone();
        let is = |row: &Value| row["object"] == post["uri"] && row["direction"] == "sent";
        rows.into_iter().find(is)
    })
    .await;
    assert_eq!(
        (&row["outcome"], &row["reason"]),
        (&json!("refused"), &json!("contract")),
        "{row}"
    );
}

async fn a_refusal_without_a_change_is_tried_again(on: Database) {
    let scene = Scene::open(on).await;
    // For no reason that this node knows: an hour, or until the peer is heard.
    scene.peer.mock.judge(|document| {
        if is_create(document) {
            (403, "{}")
        } else {
            (202, "")
        }
    });
    let post = scene.ada.publish("Refusé", "public").await;
    let health = eventually("the refusal", || async {
        let health = scene.health().await;
        health["failing_since"].is_string().then_some(health)
    })
    .await;
    assert!(health["last_error"].as_str().unwrap().contains("403"), "{health}");
    assert_eq!((scene.queued().await, scene.sent("Create", &post)), (1, 1));
    scene.peer.mock.judge(|_| (202, ""));
    scene.give("max", "Like", scene.own["uri"].clone()).await;
    scene.quiet().await;
    assert_eq!(scene.sent("Create", &post), 2);
    // Because of a contract that this node has not heard of yet: soon again, without a word from the peer.
    let refused = r#"{"error":"contract"}"#;
    scene.peer.mock.judge(move |document| {
        if is_create(document) {
            (403, refused)
        } else {
            (202, "")
        }
    });
    let post = scene.ada.publish("Trop tôt", "public").await;
    eventually("a second try", || async {
        (scene.sent("Create", &post) >= 2).then_some(())
    })
    .await;
    scene.peer.mock.judge(|_| (202, ""));
    scene.quiet().await;
    assert_eq!(scene.health().await["failing_since"], Value::Null);
}
