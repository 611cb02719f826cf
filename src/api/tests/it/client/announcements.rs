use super::stage::{Stage, ids};
use entrenous_model::Role;
use serde_json::{Value, json};

const ADMIN: &str = "/api/entrenous/v1/admin/announcements";
const PATH: &str = "/api/v1/announcements";

#[tokio::test]
async fn administrators_tell_everyone() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let boss = stage
        .person_with("boss", Role::Owner, "read write admin:read admin:write")
        .await;
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([]));
    assert_eq!(stage.get(&boss, ADMIN).await.ok(), json!([]));
    let tell = async |body: Value| stage.json(&boss, "POST", ADMIN, body).await;
    for (body, why) in [
        (json!({}), "blank"),
        (json!({ "text": "  " }), "blank"),
        (json!({ "text": "é".repeat(5_001) }), "5000"),
        (json!({ "text": "x", "ends_at": "tomorrow" }), "ends_at"),
        (
            json!({ "text": "x", "ends_at": "2001-01-01T00:00:00Z" }),
            "passed",
        ),
        (
            json!({ "text": "x", "starts_at": "2101-01-02T00:00:00Z", "ends_at": "2101-01-01T00:00:00Z" }),
            "before it begins",
        ),
    ] {
        let refused = tell(body).await.refused(422);
        assert!(refused.contains(why), "{refused}");
    }
    let first = tell(json!({ "text": "The #canteen <b>closes</b>\nsee https://here.example" }))
        .await
        .ok();
    let ends = stage.ctx().now() + chrono::Duration::hours(2);
    let second = tell(json!({ "text": "Lights out", "ends_at": ends.to_rfc3339() }))
        .await
        .ok();
    let (first, second) = (first["id"].as_str().unwrap(), second["id"].as_str().unwrap());

    let shown = stage.get(&ada, PATH).await.ok();
    assert_eq!(ids(&shown), [first, second]);
    let content = shown[0]["content"].as_str().unwrap();
    assert!(
        content.contains("&lt;b&gt;") && content.contains("<a href=\"https://here.example\""),
        "{content}"
    );
    assert_eq!(shown[0]["tags"][0]["name"], "canteen");
    assert_eq!(
        (&shown[0]["read"], &shown[0]["reactions"]),
        (&json!(false), &json!([]))
    );

    // Dismissed by one, and by nobody else.
    let dismiss = format!("{PATH}/{first}/dismiss");
    for _ in 0..2 {
        assert_eq!(stage.post(&ada, &dismiss, "").await.ok(), json!({}));
    }
    assert_eq!(ids(&stage.get(&ada, PATH).await.ok()), [second]);
    let all = stage.get(&ada, &format!("{PATH}?with_dismissed=true")).await.ok();
    assert_eq!(
        (ids(&all), &all[0]["read"]),
        (vec![first.to_owned(), second.to_owned()], &json!(true))
    );
    assert_eq!(stage.get(&bob, PATH).await.ok().as_array().unwrap().len(), 2);
    assert_eq!(stage.get(&boss, ADMIN).await.ok()[1]["readers_count"], 1);
    stage
        .post(&ada, &format!("{PATH}/17/dismiss"), "")
        .await
        .refused(404);

    // Answered with emoji.
    let answer = async |who, method: &str, name: &str| {
        stage.clock.advance(chrono::Duration::seconds(1));
        let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        stage
            .json(
                who,
                method,
                &format!("{PATH}/{second}/reactions/{name}"),
                json!({}),
            )
            .await
    };
    for who in [&ada, &bob, &bob] {
        answer(who, "PUT", "👍").await.ok();
    }
    answer(&bob, "PUT", "🎉").await.ok();
    for name in ["x", "thumbsup2", "👍👍", "/"] {
        let refused = answer(&ada, "PUT", name).await;
        assert!(
            [404, 422].contains(&refused.status.as_u16()),
            "{name}: {}",
            refused.status
        );
    }
    let shown = stage.get(&ada, PATH).await.ok();
    assert_eq!(
        shown[0]["reactions"],
        json!([{ "name": "👍", "count": 2, "me": true }, { "name": "🎉", "count": 1, "me": false }])
    );
    for name in ["😀", "😁", "😂", "😃", "😄", "😅"] {
        answer(&ada, "PUT", name).await.ok();
    }
    let full = answer(&ada, "PUT", "😆").await.refused(422);
    assert!(full.contains("Limit"), "{full}");
    answer(&ada, "DELETE", "👍").await.ok();
    answer(&ada, "DELETE", "👍").await.ok();
    let shown = stage.get(&ada, PATH).await.ok();
    assert_eq!(
        shown[0]["reactions"][0],
        json!({ "name": "👍", "count": 1, "me": false })
    );

    // Changed, ended, taken back.
    let path = format!("{ADMIN}/{first}");
    let changed = stage
        .json(&boss, "PATCH", &path, json!({ "text": "It stays open" }))
        .await
        .ok();
    assert_eq!(
        (&changed["text"], &changed["readers_count"]),
        (&json!("It stays open"), &json!(1))
    );
    stage.clock.advance(chrono::Duration::hours(3));
    assert_eq!(ids(&stage.get(&bob, PATH).await.ok()), [first]);
    answer(&bob, "PUT", "👍").await.refused(404);
    assert_eq!(stage.get(&boss, ADMIN).await.ok().as_array().unwrap().len(), 2);
    stage.delete(&boss, &path).await.ok();
    stage.delete(&boss, &path).await.refused(404);
    assert_eq!(stage.get(&bob, PATH).await.ok(), json!([]));
}
