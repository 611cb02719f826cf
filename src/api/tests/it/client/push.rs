//! What clients are told by Web Push: how they ask for it, and the message.

use super::stage::{Person, Stage, request, tame};
use crate::fixture::VAPID;
use entrenous_domain::push;
use http::header;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/push/subscription";
const ENDPOINT: &str = "https://push.example/send/abc?d=e";
/// The receiver of RFC 8291, section 5.
const KEY: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn browser() -> Value {
    json!({ "endpoint": ENDPOINT, "keys": { "p256dh": KEY, "auth": SECRET }, "standard": true })
}

impl Stage {
    /// Subscribes a client, as they do.
    pub(super) async fn subscribed(&self, who: &Person) -> Value {
        let body = json!({
            "subscription": browser(),
            "data": { "alerts": { "mention": true, "poll": "1", "follow": true, "nonsense": true, "status": false } },
        });
        self.json(who, "POST", PATH, body).await.ok()
    }
}

#[tokio::test]
async fn a_client_subscribes_in_every_form() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    stage.get(&ada, PATH).await.refused(404);
    let made = stage.subscribed(&ada).await;
    assert_eq!(
        tame(&made),
        json!({
            "id": "ID1", "endpoint": ENDPOINT, "standard": true, "server_key": VAPID, "policy": "all",
            "alerts": {
                "mention": true, "status": false, "reblog": false, "follow": true, "follow_request": false,
                "favourite": false, "poll": true, "update": false, "quote": false, "quoted_update": false,
                "admin.sign_up": false, "admin.report": false, "pleroma:emoji_reaction": false,
            },
        })
    );
    assert_eq!(stage.get(&ada, PATH).await.ok(), made);
    // What is not said stays; what is said is all there is.
    assert_eq!(stage.json(&ada, "PUT", PATH, json!({})).await.ok(), made);
    let form = "data[alerts][admin.report]=true&data[alerts][favourite]=0&data[policy]=followed";
    let send = request(&ada, "PUT", PATH).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let changed = stage.send(send.body(form.into()).unwrap()).await.ok();
    assert_eq!(changed["alerts"]["admin.report"], true);
    assert_eq!(changed["alerts"]["mention"], false);
    assert_eq!(changed["policy"], "followed");
    let again = stage
        .json(&ada, "PUT", PATH, json!({ "policy": "follower" }))
        .await
        .ok();
    assert_eq!(
        (&again["policy"], &again["alerts"]),
        (&json!("follower"), &changed["alerts"])
    );
    stage
        .json(&ada, "PUT", PATH, json!({ "data": { "policy": "some" } }))
        .await
        .refused(422);
    // A form, then a multipart body: in place of what was there.
    let encoded = crate::fixture::encoded(&[
        ("subscription[endpoint]", ENDPOINT),
        ("subscription[keys][p256dh]", KEY),
        ("subscription[keys][auth]", SECRET),
        ("data[alerts][mention]", "on"),
    ]);
    let second = stage.post(&ada, PATH, &encoded).await.ok();
    assert_ne!(second["id"], made["id"]);
    assert_eq!(second["alerts"]["mention"], true);
    let part = |name: &str, value: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = [
        part("subscription[endpoint]", ENDPOINT),
        part("subscription[keys][p256dh]", KEY),
        part("subscription[keys][auth]", SECRET),
        part("data[policy]", "none"),
        "--XX--\r\n".to_owned(),
    ]
    .concat();
    let send = request(&ada, "POST", PATH).header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    let third = stage.send(send.body(body.into()).unwrap()).await.ok();
    assert_eq!(third["policy"], "none");
    assert_eq!(third["alerts"]["mention"], false);
    // Another token is another client, and this one's alone.
    let other = stage.token("ada", ada.id, "push").await;
    stage.get(&other, PATH).await.refused(404);
    stage
        .json(&other, "PUT", PATH, json!({ "policy": "all" }))
        .await
        .refused(404);
    assert_eq!(stage.delete(&ada, PATH).await.ok(), json!({}));
    assert_eq!(stage.delete(&ada, PATH).await.ok(), json!({}));
    stage.get(&ada, PATH).await.refused(404);
}

#[tokio::test]
async fn what_is_no_subscription_is_refused_with_the_reason() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let with = |field: &[&str], value: Value| {
        let mut body = json!({ "subscription": browser() });
        let mut at = &mut body["subscription"];
        for name in field {
            at = &mut at[*name];
        }
        *at = value;
        body
    };
    for (body, word) in [
        (json!({}), "endpoint"),
        (json!({ "subscription": null }), "endpoint"),
        (with(&["endpoint"], json!("")), "endpoint"),
        (with(&["endpoint"], json!("http://push.example/x")), "https"),
        (
            with(&["endpoint"], json!("https://elsewhere.example/x")),
            "https://push.example",
        ),
        (with(&["endpoint"], json!("http://169.254.169.254/")), "https"),
        (with(&["keys"], Value::Null), "p256dh"),
        (with(&["keys", "p256dh"], json!("AAAA")), "p256dh"),
        (with(&["keys", "p256dh"], json!("B".repeat(87))), "p256dh"),
        (with(&["keys", "auth"], json!("")), "auth"),
        (with(&["keys", "auth"], json!("????")), "auth"),
    ] {
        let error = stage.json(&ada, "POST", PATH, body.clone()).await.refused(422);
        assert!(error.contains(word), "{body}: {error}");
    }
    stage.get(&ada, PATH).await.refused(404);
    for scopes in ["read", "write", "follow"] {
        let person = stage.token("ada", ada.id, scopes).await;
        for method in ["GET", "POST", "PUT", "DELETE"] {
            stage.json(&person, method, PATH, json!({})).await.refused(403);
        }
    }
}

#[tokio::test]
async fn the_key_stands_where_clients_look() {
    let stage = Stage::new();
    let ada = stage.person("ada").await;
    let instance = stage.get(&ada, "/api/v2/instance").await.ok();
    assert_eq!(instance["configuration"]["vapid"]["public_key"], VAPID);
    let app =
        json!({ "client_name": "Test", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read push" });
    let app = stage.json(&ada, "POST", "/api/v1/apps", app).await.ok();
    assert_eq!(app["vapid_key"], VAPID);
    let verified = stage.get(&ada, "/api/v1/apps/verify_credentials").await.ok();
    assert_eq!(verified["vapid_key"], VAPID);
}

#[tokio::test]
async fn the_message_says_what_happened_and_opens_nothing() {
    let stage = Stage::new();
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    stage.subscribed(&ada).await;
    let long = format!("hey @ada {}", "très ".repeat(100));
    stage.publish(&bob, &long, "direct").await;
    let warned =
        json!({ "status": "@ada the end of the film", "spoiler_text": "Spoilers", "visibility": "public" });
    stage.json(&bob, "POST", "/api/v1/statuses", warned).await.ok();
    let messages = async |locale: &str| {
        let mut messages = Vec::new();
        for parcel in push::due(stage.ctx(), "https://push.example", 9).await.unwrap() {
            let told = push::told(stage.ctx(), &parcel).await.unwrap().unwrap();
            let bytes = entrenous_api::push_message(stage.state(), locale, &told)
                .await
                .unwrap()
                .unwrap();
            messages.push(serde_json::from_slice::<Value>(&bytes).unwrap());
        }
        messages
    };
    let sent = messages("en").await;
    assert_eq!(sent.len(), 2);
    let list = stage.get(&ada, "/api/v1/notifications").await.ok();
    assert_eq!(sent[0]["notification_id"], list[1]["id"]);
    assert_eq!(sent[0]["title"], "BOB mentioned you");
    assert_eq!(sent[0]["notification_type"], "mention");
    assert_eq!(
        sent[0]["access_token"], "",
        "no key to the account leaves the node"
    );
    assert_eq!(sent[0]["icon"], "https://here.example/static/avatar.png");
    let body = sent[0]["body"].as_str().unwrap();
    assert!(body.starts_with("hey @ada très") && body.ends_with('…'), "{body}");
    assert_eq!(body.chars().count(), 140);
    assert_eq!(sent[1]["body"], "Spoilers");
    let french = messages("fr").await;
    assert_eq!(french[0]["title"], "BOB vous mentionne");
    assert_eq!(french[0]["preferred_locale"], "fr");
    assert_eq!(messages("??").await[0]["preferred_locale"], "en");
}
