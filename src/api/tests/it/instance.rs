//! What the node says of itself.

use crate::fixture::House;
use http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn both_versions_are_complete_and_count_nothing() {
    let house = House::new();
    let v2 = house.get("/api/v2/instance", "").await.ok();
    assert_eq!(v2["domain"], "here.example");
    assert_eq!(v2["version"], "4.5.0 (compatible; Entrenous 0.1.0)");
    assert_eq!(v2["configuration"]["urls"]["streaming"], "wss://here.example");
    assert_eq!(v2["configuration"]["statuses"]["max_characters"], 5_000);
    assert_eq!(v2["registrations"]["enabled"], false);
    assert_eq!(v2["usage"]["users"]["active_month"], 0);
    assert_eq!(v2["rules"][0]["text"], "Be kind");
    assert!(
        v2["description"]
            .as_str()
            .unwrap()
            .contains("nothing is visible to the world")
    );
    let v1 = house.get("/api/v1/instance", "").await.ok();
    assert_eq!(v1["uri"], "here.example");
    assert_eq!(
        v1["stats"],
        json!({ "user_count": 0, "status_count": 0, "domain_count": 0 })
    );
    assert_eq!(v1["urls"]["streaming_api"], "wss://here.example");
}

#[tokio::test]
async fn what_is_not_built_answers_with_nothing() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "read write follow push").await;
    for path in [
        "lists",
        "announcements",
        "followed_tags",
        "custom_emojis",
        "conversations",
        "trends/tags",
    ] {
        assert_eq!(
            house.get(&format!("/api/v1/{path}"), &token).await.ok(),
            json!([]),
            "{path}"
        );
    }
    assert_eq!(
        house.get("/api/v1/push/subscription", &token).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(house.get("/health", "").await.text, "OK");
    assert_eq!(house.get("/api/v1/streaming/health", &token).await.text, "OK");
    let document = house.get("/api/openapi.json", &token).await.ok();
    assert_eq!(document["servers"][0]["url"], "https://here.example");
}
