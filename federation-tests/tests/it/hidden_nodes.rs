//! A person who hides a node: nobody of it reaches them any more, and the node learns no more than that follows ended.

use federation_tests::client::holds;
use federation_tests::{Client, Database, Node, eventually};
use serde_json::json;

crate::on_both!(nobody_of_a_hidden_node_reaches_the_one_who_hides_it);

async fn relation(who: &Client, to: &str) -> serde_json::Value {
    let path = format!("/api/v1/accounts/relationships?id[]={to}");
    who.get(&path).await.ok()[0].clone()
}

async fn nobody_of_a_hidden_node_reaches_the_one_who_hides_it(on: Database) {
    let (lyon, paris) = tokio::join!(Node::start("Lyon", on), Node::start("Paris", on));
    lyon.connect(&paris).await;
    let (alice, carol) = (lyon.person("alice").await, lyon.person("carol").await);
    let bob = paris.person("bob").await;
    let (to_alice, to_bob) = (
        format!("@alice@{}", lyon.authority),
        format!("@bob@{}", paris.authority),
    );
    let alice_there = bob.follow(&to_alice).await;
    let bob_here = alice.follow(&to_bob).await;
    carol.follow(&to_bob).await;
    bob.publish(&format!("{to_alice} avant"), "public").await;
    alice.sees("avant").await;
    carol.sees("avant").await;

    let body = json!({ "domain": paris.authority });
    alice.post("/api/v1/domain_blocks", body.clone()).await.ok();
    assert_eq!(
        alice.get("/api/v1/domain_blocks").await.ok(),
        json!([paris.authority])
    );
    let now = relation(&alice, &bob_here).await;
    assert_eq!(
        (&now["domain_blocking"], &now["following"], &now["followed_by"]),
        (&json!(true), &json!(false), &json!(false))
    );
    eventually("both follows to end there", || async {
        let there = relation(&bob, &alice_there).await;
        (there["following"] == false && there["followed_by"] == false).then_some(())
    })
    .await;
    // He tries again: the node answers for her.
    let follow = format!("/api/v1/accounts/{alice_there}/follow");
    bob.post(&follow, json!({})).await.ok();
    eventually("the refusal", || async {
        let there = relation(&bob, &alice_there).await;
        (there["requested"] == false && there["following"] == false).then_some(())
    })
    .await;
    bob.publish(&format!("{to_alice} pendant"), "public").await;
    bob.publish(&format!("{to_alice} entre nous"), "direct").await;
    // What one person says comes in order: with this, all of it has come.
    bob.publish("ensuite", "public").await;
    carol.sees("ensuite").await;
    for path in [
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/notifications",
        "/api/v1/conversations",
        "/api/v2/search?type=statuses&q=pendant",
    ] {
        let answer = alice.get(path).await;
        assert!(
            !answer.text.contains("pendant") && !answer.text.contains("entre nous"),
            "{path}"
        );
        assert!(!answer.text.contains("avant"), "{path}");
    }
    // What came before is there again, and what came meanwhile; nobody is told of that.
    alice
        .try_send("DELETE", "/api/v1/domain_blocks", Some(body))
        .await
        .unwrap()
        .ok();
    let public = alice.get("/api/v1/timelines/public").await.ok();
    let public = public.as_array().unwrap();
    assert!(
        public.iter().any(|post| holds(post, "avant")) && public.iter().any(|post| holds(post, "pendant"))
    );
    let told = alice.get("/api/v1/notifications?types[]=mention").await.ok();
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
}
