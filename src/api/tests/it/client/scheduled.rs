//! Posts that are published later, as clients make, read and change them.

use super::stage::{Person, Stage, ids, request, tame};
use entrenous_domain::{Via, posts, scheduled};
use entrenous_model::PostId;
use http::header;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/scheduled_statuses";
/// The stage's clock begins at 17:46:40 that day.
const TOMORROW: &str = "2030-03-18T08:00:00.000Z";

impl Stage {
    async fn later(&self, who: &Person, text: &str, at: &str) -> Value {
        let body = json!({ "status": text, "scheduled_at": at });
        self.json(who, "POST", "/api/v1/statuses", body).await.ok()
    }

    async fn publish_due(&self) {
        while scheduled::settle(self.ctx()).await.unwrap() {}
    }
}

#[tokio::test]
async fn a_post_is_scheduled_changed_and_published() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let first = stage.publish(&bob, "question", "public").await;
    let body = json!({
        "status": " answer ", "spoiler_text": "careful", "visibility": "unlisted", "language": "fr",
        "in_reply_to_id": first, "scheduled_at": "2030-03-18T09:00:00+01:00",
        "poll": { "options": ["a", "b"], "expires_in": 600, "multiple": true },
    });
    let send = request(&ada, "POST", "/api/v1/statuses")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", "once");
    let made = stage.send(send.body(body.to_string().into()).unwrap()).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(
        tame(&made),
        json!({
            "id": "ID1", "scheduled_at": TOMORROW, "media_attachments": [], "failure": null,
            "params": {
                "text": "answer", "spoiler_text": "careful", "sensitive": true, "visibility": "unlisted",
                "language": "fr", "in_reply_to_id": "ID2", "media_ids": null, "scheduled_at": null,
                "poll": { "options": ["a", "b"], "expires_in": 600, "multiple": true, "hide_totals": false },
                "idempotency": "once", "application_id": null, "group_id": null, "quoted_status_id": null,
                "quote_approval_policy": "public", "with_rate_limit": false,
            }
        })
    );
    assert_eq!(made["params"]["in_reply_to_id"], first);
    let path = format!("{PATH}/{id}");
    assert_eq!(stage.get(&ada, &path).await.ok(), made);
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([made]));
    for who in [&ada, &bob] {
        let context = stage
            .get(who, &format!("/api/v1/statuses/{first}/context"))
            .await
            .ok();
        assert_eq!(context["descendants"], json!([]));
        stage
            .get(who, &format!("/api/v1/statuses/{id}"))
            .await
            .refused(404);
    }
    // Another time; nothing said changes nothing.
    let moved = stage
        .json(
            &ada,
            "PUT",
            &path,
            json!({ "scheduled_at": "2030-03-17T18:00:00Z" }),
        )
        .await
        .ok();
    assert_eq!(moved["scheduled_at"], "2030-03-17T18:00:00.000Z");
    assert_eq!(stage.json(&ada, "PUT", &path, json!({})).await.ok(), moved);
    for wrong in [
        "2030-03-17T17:50:00Z",
        "2001-01-01T00:00:00Z",
        "soon",
        "2099-01-01T00:00:00Z",
    ] {
        let body = json!({ "scheduled_at": wrong });
        stage.json(&ada, "PUT", &path, body.clone()).await.refused(422);
        let body = json!({ "status": "x", "scheduled_at": wrong });
        stage
            .json(&ada, "POST", "/api/v1/statuses", body)
            .await
            .refused(422);
    }
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([moved]));
    stage.clock.advance(chrono::Duration::minutes(14));
    stage.publish_due().await;
    assert_eq!(stage.get(&ada, PATH).await.ok(), json!([]));
    stage.get(&ada, &path).await.refused(404);
    let context = stage
        .get(&bob, &format!("/api/v1/statuses/{first}/context"))
        .await
        .ok();
    let post = &context["descendants"][0];
    assert_eq!(
        (&post["spoiler_text"], &post["language"]),
        (&json!("careful"), &json!("fr"))
    );
    assert_eq!(
        (&post["visibility"], &post["poll"]["multiple"]),
        (&json!("unlisted"), &json!(true))
    );
}

#[tokio::test]
async fn someone_elses_is_none() {
    let stage = Stage::new();
    let (ada, eve) = (stage.person("ada").await, stage.person("eve").await);
    let made = stage.later(&ada, "mine", TOMORROW).await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let change = json!({ "scheduled_at": TOMORROW });
    for answer in [
        stage.get(&eve, &path).await,
        stage.json(&eve, "PUT", &path, change.clone()).await,
        stage.delete(&eve, &path).await,
        stage.get(&eve, &format!("{PATH}/17")).await,
        stage.json(&eve, "PUT", &format!("{PATH}/17"), change).await,
        stage.delete(&eve, &format!("{PATH}/x")).await,
    ] {
        assert_eq!(answer.refused(404), "Record not found");
    }
    assert_eq!(stage.get(&eve, PATH).await.ok(), json!([]));
    assert_eq!(stage.delete(&ada, &path).await.ok(), json!({}));
    stage.delete(&ada, &path).await.refused(404);
    let reader = stage.token("ada", ada.id, "read:statuses").await;
    stage.get(&reader, PATH).await.ok();
    stage.delete(&reader, &path).await.refused(403);
}

#[tokio::test]
async fn they_are_paged_by_their_own_ids() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let mut made = Vec::new();
    for hour in ["11", "09", "10", "12", "08"] {
        let one = stage
            .later(&ada, hour, &format!("2030-03-18T{hour}:00:00Z"))
            .await;
        made.insert(0, one["id"].as_str().unwrap().to_owned());
    }
    let (mut read, mut next) = (Vec::new(), Some(format!("{PATH}?limit=2")));
    while let Some(page) = next {
        let answer = stage.get(&ada, &page).await;
        read.extend(ids(&answer.ok()));
        next = answer.link("next");
    }
    assert_eq!(read, made);
}

#[tokio::test]
async fn forms_and_refusals() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let form = "status=x&scheduled_at=2030-03-18T08:00:00%2B00:00&poll[options][]=a&poll[options][]=b&poll[expires_in]=600";
    let made = stage.post(&ada, "/api/v1/statuses", form).await.ok();
    assert_eq!(made["scheduled_at"], TOMORROW);
    assert_eq!(made["params"]["poll"]["options"], json!(["a", "b"]));
    // An empty time is none.
    let now = stage
        .post(&ada, "/api/v1/statuses", "status=x&scheduled_at=")
        .await
        .ok();
    assert_eq!(now["content"], "<p>x</p>");
    let path = format!("/api/v1/statuses/{}", now["id"].as_str().unwrap());
    let body = json!({ "status": "y", "scheduled_at": TOMORROW });
    stage.json(&ada, "PUT", &path, body).await.refused(422);
    let body = json!({ "status": " ", "scheduled_at": TOMORROW });
    stage
        .json(&ada, "POST", "/api/v1/statuses", body)
        .await
        .refused(422);
    let body = json!({ "status": "x", "in_reply_to_id": "17", "scheduled_at": TOMORROW });
    stage
        .json(&ada, "POST", "/api/v1/statuses", body)
        .await
        .refused(404);
}

#[tokio::test]
async fn why_it_was_not_published_is_told() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let first = stage.publish(&bob, "question", "public").await;
    let body = json!({ "status": "answer", "in_reply_to_id": first, "scheduled_at": TOMORROW });
    stage.json(&ada, "POST", "/api/v1/statuses", body).await.ok();
    posts::delete(stage.ctx(), Via::Local, bob.id, PostId(first.parse().unwrap()))
        .await
        .unwrap();
    stage.clock.advance(chrono::Duration::days(1));
    stage.publish_due().await;
    let all = stage.get(&ada, PATH).await.ok();
    assert_eq!(
        (&all[0]["failure"], &all[0]["params"]["text"]),
        (&json!("reply_gone"), &json!("answer"))
    );
}
