//! A node's look: changed by its administrator, kept over a restart, told to the peers.

use federation_tests::{Database, Node, eventually};
use serde_json::json;

crate::on_both!(a_node_is_renamed);

async fn a_node_is_renamed(on: Database) {
    let (mut lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let alice = lyon.person("alice").await;
    let bob = paris.person("bob").await;
    let alice_at_paris = bob.follow(&format!("@alice@{}", lyon.authority)).await;
    alice.publish("Bonjour de Lyon", "public").await;
    let seen = bob.sees("Bonjour de Lyon").await;
    assert_eq!(seen["account"]["entrenous"]["organisation"]["name"], "Lyon");

    let owner = lyon.signed_in("owner").await;
    let change = json!({ "name": "Ateliers du Rhône", "accent": "#b03060" });
    let look = owner.put("/api/entrenous/v1/admin/look", change).await.ok();
    assert_eq!(look["name"], "Ateliers du Rhône");
    let instance = lyon.client("").get("/api/v2/instance").await.ok();
    assert_eq!(instance["title"], "Ateliers du Rhône");
    assert_eq!(instance["entrenous"]["accent"], "#b03060");

    eventually("the new name to arrive", || async {
        let peers = bob.get("/api/entrenous/v1/peers").await.ok();
        (peers[0]["name"] == "Ateliers du Rhône").then_some(())
    })
    .await;
    // Everywhere where one of its people appears, also in what was kept in memory.
    let account = bob.get(&format!("/api/v1/accounts/{alice_at_paris}")).await.ok();
    assert_eq!(account["entrenous"]["organisation"]["name"], "Ateliers du Rhône");
    eventually("the new name in the timeline", || async {
        let home = bob.home().await;
        let organisation = &home.first()?["account"]["entrenous"]["organisation"];
        (organisation["name"] == "Ateliers du Rhône").then_some(())
    })
    .await;
    let trail = paris.signed_in("owner").await;
    let trail = trail.get("/api/entrenous/v1/admin/audit").await.ok();
    let renamed = |line: &serde_json::Value| line["action"] == "peer.renamed";
    assert!(trail.as_array().unwrap().iter().any(renamed), "{trail}");

    lyon.kill().await;
    lyon.serve().await;
    let instance = lyon.client("").get("/api/v2/instance").await.ok();
    assert_eq!(instance["title"], "Ateliers du Rhône");
}
