//! Server-sent events.

use super::{Events, house_owner, next, open, post, serve};
use crate::fixture::House;
use serde_json::json;

#[tokio::test]
async fn events_by_http() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "read write").await;
    let mut events = Events::open(&house, "/api/v1/streaming/user", &token, &[]).await;
    assert_eq!(events.frame().await.unwrap(), ":)\n");
    let id = post(&house, &token, "mine", "public").await;
    let (_, name, data) = events.event().await;
    assert_eq!((name.as_str(), &data["id"]), ("update", &json!(id)));
    let revoked = entrenous_domain::oauth::tokens_of(&house.ctx, house_owner(&house).await)
        .await
        .unwrap()
        .remove(0)
        .token;
    entrenous_domain::oauth::revoke_token(&house.ctx, house_owner(&house).await, revoked.id)
        .await
        .unwrap();
    assert_eq!(events.frame().await, None);
}

#[tokio::test]
async fn a_stream_of_posts_with_files_brings_no_others() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "read write").await;
    let path = "/api/v1/streaming/public/local?only_media=true";
    let mut events = Events::open(&house, path, &token, &[]).await;
    events.frame().await.unwrap();
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={token}&stream=public:media")).await;
    post(&house, &token, "text alone", "public").await;
    let mut body =
        b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n".to_vec();
    body.extend(crate::client::files::png(4, 4, 9));
    body.extend(b"\r\n--XX--\r\n");
    let upload = crate::fixture::authorized("POST", "/api/v2/media", &token)
        .header("content-type", "multipart/form-data; boundary=XX");
    let file = house.send(upload.body(body.into()).unwrap()).await.ok();
    let made = json!({ "status": "look", "media_ids": [file["id"]] });
    let made = house.json("POST", "/api/v1/statuses", &token, made).await.ok();
    assert_eq!(events.event().await.2["id"], made["id"]);
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["stream"], &payload["id"]),
        (&json!(["public:media"]), &made["id"])
    );
}
