//! Streams of lists.

use super::{SOON, next, open, post, serve};
use crate::fixture::House;
use futures_util::SinkExt as _;
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};
use tower::ServiceExt as _;

#[tokio::test]
async fn a_list_streams_what_it_shows() {
    let house = House::new();
    let mut ids = Vec::new();
    for name in ["ada", "bob", "eve"] {
        ids.push(house.person(name).await.id);
    }
    let read = house.token("ada", "read write follow").await;
    let (bob, eve) = (
        house.token("bob", "read write").await,
        house.token("eve", "read write").await,
    );
    for whom in &ids[1..] {
        let path = format!("/api/v1/accounts/{whom}/follow");
        house.json("POST", &path, &read, json!({})).await.ok();
    }
    let made = json!({ "title": "bob", "exclusive": true });
    let list = house.json("POST", "/api/v1/lists", &read, made).await.ok();
    let list = list["id"].as_str().unwrap().to_owned();
    let members = json!({ "account_ids": [ids[1].to_string()] });
    let path = format!("/api/v1/lists/{list}/accounts");
    house.json("POST", &path, &read, members).await.ok();
    let base = serve(&house).await;

    // Someone else's list is none.
    let foreign = format!("{base}?access_token={bob}&stream=list&list={list}");
    let Err(Error::Http(answer)) = connect_async(foreign).await else {
        panic!("a foreign list was opened");
    };
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let events = format!("/api/v1/streaming/list?list={list}");
    assert_eq!(house.get(&events, &bob).await.status, StatusCode::NOT_FOUND);
    let subscribe = json!({ "type": "subscribe", "stream": "list", "list": list }).to_string();
    let mut socket = open(&format!("{base}?access_token={bob}")).await;
    socket.send(Message::text(subscribe.clone())).await.unwrap();
    let (refused, _) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&refused["error"], &refused["status"]),
        (&json!("Record not found"), &json!(404))
    );

    let mut socket = open(&format!("{base}?access_token={read}&stream=user")).await;
    socket.send(Message::text(subscribe)).await.unwrap();
    socket.send(Message::text("nonsense")).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["error"], "Malformed message");
    let request = crate::fixture::authorized("GET", &events, &read).body(axum::body::Body::empty());
    let stream = house.router.clone().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);

    // The exclusive list has bob's posts, the home timeline eve's.
    let bobs = post(&house, &bob, "for the list", "private").await;
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["stream"], &message["event"], &payload["id"]),
        (&json!(["list", list]), &json!("update"), &json!(bobs))
    );
    post(&house, &eve, "for home", "public").await;
    assert_eq!(next(&mut socket).await.unwrap().0["stream"], json!(["user"]));
    let change = json!({ "status": "for the list again" });
    house
        .json("PUT", &format!("/api/v1/statuses/{bobs}"), &bob, change)
        .await
        .ok();
    let (message, _) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["stream"], &message["event"]),
        (&json!(["list", list]), &json!("status.update"))
    );
    house
        .json("DELETE", &format!("/api/v1/statuses/{bobs}"), &bob, json!({}))
        .await
        .ok();
    let mut told = Vec::new();
    for _ in 0..2 {
        let (message, _) = next(&mut socket).await.unwrap();
        assert_eq!(message["event"], "delete");
        told.push(message["stream"][0].to_string());
    }
    told.sort();
    assert_eq!(told, [r#""list""#, r#""user""#]);
    let mut body = stream.into_body();
    let mut text = String::new();
    while !text.contains("event: delete") {
        let frame = timeout(SOON, body.frame()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    assert!(
        text.contains("event: update") && text.contains(&bobs) && !text.contains("for home"),
        "{text}"
    );
}
