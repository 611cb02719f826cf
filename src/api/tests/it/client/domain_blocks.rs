//! Nodes that somebody hides, as clients say and read it.

use super::stage::{Stage, request};
use http::header;
use serde_json::json;

const PATH: &str = "/api/v1/domain_blocks";

#[tokio::test]
async fn a_node_is_hidden_and_shown_again() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let zoe = stage.remote_person("https://there.example", "There", "zoe").await;
    let relationship = format!("/api/v1/accounts/relationships?id[]={zoe}");
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([]));
    assert_eq!(
        stage.post(&ada, PATH, "domain=There.example").await.ok(),
        json!({})
    );
    let body = json!({ "domain": "never.example" });
    assert_eq!(stage.json(&ada, "POST", PATH, body.clone()).await.ok(), json!({}));
    assert_eq!(
        stage.get(&ada, PATH).await.ok(),
        json!(["never.example", "there.example"])
    );
    let now = stage.get(&ada, &relationship).await.ok();
    assert_eq!(now[0]["domain_blocking"], true);
    // Page by page.
    let first = stage.get(&ada, &format!("{PATH}?limit=1")).await;
    assert_eq!(first.ok(), json!(["never.example"]));
    let second = stage.get(&ada, &first.link("next").unwrap()).await;
    assert_eq!(second.ok(), json!(["there.example"]));
    // What clients send with DELETE: a query, a form, JSON.
    assert_eq!(stage.json(&ada, "DELETE", PATH, body).await.ok(), json!({}));
    let gone = stage.delete(&ada, &format!("{PATH}?domain=there.example")).await;
    assert_eq!(gone.ok(), json!({}));
    let send =
        request(&ada, "DELETE", PATH).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    assert_eq!(
        stage
            .send(send.body("domain=x.example".into()).unwrap())
            .await
            .ok(),
        json!({})
    );
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([]));
    assert_eq!(
        stage.get(&ada, &relationship).await.ok()[0]["domain_blocking"],
        false
    );
}

#[tokio::test]
async fn what_is_no_name_is_refused_and_scopes_are_asked_for() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    for name in ["", "a b", "https://x.example/y", "here.example", "*"] {
        let error = stage
            .json(&ada, "POST", PATH, json!({ "domain": name }))
            .await
            .refused(422);
        assert!(error.contains("domain"), "{name}: {error}");
    }
    stage.json(&ada, "POST", PATH, json!({})).await.refused(422);
    stage.delete(&ada, PATH).await.refused(422);
    for (scopes, method, status) in [
        ("read:blocks", "GET", 200),
        ("follow", "GET", 200),
        ("write:blocks", "GET", 403),
        ("read", "POST", 403),
        ("read:statuses", "GET", 403),
        ("write:blocks", "POST", 200),
        ("follow", "DELETE", 200),
    ] {
        let person = stage.token("ada", ada.id, scopes).await;
        let answer = stage
            .json(&person, method, PATH, json!({ "domain": "x.example" }))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{scopes} {method}");
    }
}
