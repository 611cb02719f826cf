//! One WebSocket with many subscriptions: what it takes to open one, what comes through it, what closes it.

use super::{next, open, post, serve};
use crate::fixture::House;
use futures_util::SinkExt as _;
use http::{HeaderValue, StatusCode};
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

#[tokio::test]
async fn a_colleague_sees_a_post_its_edit_and_its_end() {
    let house = House::new();
    let (ada, _) = (house.person("ada").await, house.person("bob").await);
    let (write, read) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write follow").await,
    );
    house
        .json(
            "POST",
            &format!("/api/v1/accounts/{}/follow", ada.id),
            &read,
            json!({}),
        )
        .await
        .ok();
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={read}&stream=user")).await;

    let id = post(&house, &write, "hello @bob", "private").await;
    let mut events = Vec::new();
    for _ in 0..2 {
        let (message, payload) = next(&mut socket).await.unwrap();
        assert_eq!(message["stream"], json!(["user"]));
        events.push((message["event"].as_str().unwrap().to_owned(), payload));
    }
    events.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        (events[0].0.as_str(), events[1].0.as_str()),
        ("notification", "update")
    );
    assert_eq!(
        (&events[0].1["type"], &events[1].1["id"]),
        (&json!("mention"), &json!(id))
    );

    house
        .json(
            "PUT",
            &format!("/api/v1/statuses/{id}"),
            &write,
            json!({ "status": "hello again @bob" }),
        )
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "status.update");
    assert!(payload["content"].as_str().unwrap().contains("again"));

    house
        .json("DELETE", &format!("/api/v1/statuses/{id}"), &write, json!({}))
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!((&message["event"], payload.to_string()), (&json!("delete"), id));
}

#[tokio::test]
async fn strangers_posts_do_not_arrive() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (write, read) = (
        house.token("ada", "read write").await,
        house.token("bob", "read").await,
    );
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={read}")).await;
    for stream in ["user", "public", "public:local"] {
        let text = json!({ "type": "subscribe", "stream": stream }).to_string();
        socket.send(Message::text(text)).await.unwrap();
    }
    socket
        .send(Message::text(
            r#"{"type":"subscribe","stream":"hashtag","tag":"Tea"}"#,
        ))
        .await
        .unwrap();
    socket
        .send(Message::text(r#"{"type":"subscribe","stream":"nonsense"}"#))
        .await
        .unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["error"], "Unknown stream type");
    let private = post(&house, &write, "between us #tea", "private").await;
    post(&house, &write, "for the author", "direct").await;
    house
        .json(
            "DELETE",
            &format!("/api/v1/statuses/{private}"),
            &write,
            json!({}),
        )
        .await
        .ok();
    let id = post(&house, &write, "for all #tea", "public").await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let (message, payload) = next(&mut socket).await.unwrap();
        assert_eq!(
            (&message["event"], &payload["id"]),
            (&json!("update"), &json!(id))
        );
        streams.push(message["stream"].to_string());
    }
    streams.sort();
    assert_eq!(
        streams,
        [r#"["hashtag","tea"]"#, r#"["public"]"#, r#"["public:local"]"#]
    );
    socket
        .send(Message::text(r#"{"type":"unsubscribe","stream":"public"}"#))
        .await
        .unwrap();
    socket
        .send(Message::text(
            r#"{"type":"unsubscribe","stream":"hashtag","tag":"tea"}"#,
        ))
        .await
        .unwrap();
    socket.send(Message::text("nonsense")).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["error"], "Malformed message");
    house
        .json("DELETE", &format!("/api/v1/statuses/{id}"), &write, json!({}))
        .await
        .ok();
    let (message, _) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "delete");
}

#[tokio::test]
async fn tokens_open_three_ways_and_scopes_hold() {
    let house = House::new();
    house.person("ada").await;
    let token = house.token("ada", "read:notifications").await;
    let base = serve(&house).await;
    let mut request = base.as_str().into_client_request().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", HeaderValue::from_str(&token).unwrap());
    let (mut socket, answer) = connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], token.as_str());
    socket
        .send(Message::text(r#"{"type":"subscribe","stream":"user"}"#))
        .await
        .unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["status"], 401);
    // Longer than what is read at once, and longer than what is taken.
    let padded = |length| {
        let spaces = " ".repeat(length);
        Message::text(format!(
            "{{\"type\":\"subscribe\",\"stream\":\"nonsense\"{spaces}}}"
        ))
    };
    socket.send(padded(10_000)).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["error"], "Unknown stream type");
    drop(socket.send(padded(20_000)).await);
    assert!(next(&mut socket).await.is_none());
    for (query, status) in [
        (String::new(), StatusCode::UNAUTHORIZED),
        (
            "?access_token=wrong&stream=user".to_owned(),
            StatusCode::UNAUTHORIZED,
        ),
        (
            format!("?access_token={token}&stream=user"),
            StatusCode::FORBIDDEN,
        ),
        (
            format!("?access_token={token}&stream=nonsense"),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        match connect_async(format!("{base}{query}")).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), status, "{query}"),
            other => panic!("{query}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn revoked_tokens_and_ended_sessions_close_streams() {
    let house = House::new();
    let ada = house.person("ada").await;
    let base = serve(&house).await;
    let token = house.token("ada", "read").await;
    let mut socket = open(&format!("{base}?access_token={token}&stream=user")).await;
    let held = entrenous_domain::oauth::tokens_of(&house.ctx, ada.id)
        .await
        .unwrap()
        .remove(0)
        .token;
    entrenous_domain::oauth::revoke_token(&house.ctx, ada.id, held.id)
        .await
        .unwrap();
    assert!(next(&mut socket).await.is_none());
    let token = house.token("ada", "read").await;
    let mut socket = open(&format!("{base}?access_token={token}&stream=user")).await;
    entrenous_domain::people::disable(&house.ctx, "test", "ada")
        .await
        .unwrap();
    assert!(next(&mut socket).await.is_none());
}
