//! Streams, over real sockets of this machine.

use crate::fixture::House;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tower::ServiceExt as _;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const SOON: Duration = Duration::from_secs(5);

/// Serves the house; answers the base of its addresses.
async fn serve(house: &House) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = house.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("ws://{address}/api/v1/streaming")
}

async fn open(url: &str) -> Socket {
    connect_async(url).await.unwrap().0
}

/// The next message with its payload parsed; `None` if the stream was closed.
async fn next(socket: &mut Socket) -> Option<(Value, Value)> {
    loop {
        match timeout(SOON, socket.next()).await.expect("nothing came")? {
            Ok(Message::Text(text)) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                let payload = message["payload"].as_str().unwrap_or("null");
                let payload = serde_json::from_str(payload).unwrap();
                return Some((message, payload));
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(_) | Err(_) => return None,
        }
    }
}

async fn post(house: &House, token: &str, text: &str, visibility: &str) -> String {
    let body = json!({ "status": text, "visibility": visibility });
    let made = house.json("POST", "/api/v1/statuses", token, body).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

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
async fn what_becomes_of_a_quote_is_told() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (ada, bob) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write").await,
    );
    let mine = post(&house, &ada, "news", "public").await;
    let other = post(&house, &ada, "more news", "public").await;
    let mut quotes = Vec::new();
    for quoted in [&mine, &other] {
        let body = json!({ "status": "look", "quoted_status_id": quoted });
        let made = house.json("POST", "/api/v1/statuses", &bob, body).await.ok();
        quotes.push(made["id"].as_str().unwrap().to_owned());
    }
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={bob}&stream=user")).await;
    let revoke = format!("/api/v1/statuses/{mine}/quotes/{}/revoke", quotes[0]);
    house.json("POST", &revoke, &ada, json!({})).await.ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &payload["id"]),
        (&json!("status.update"), &json!(quotes[0]))
    );
    assert_eq!(
        payload["quote"],
        json!({ "state": "revoked", "quoted_status": null })
    );
    house
        .json("DELETE", &format!("/api/v1/statuses/{other}"), &ada, json!({}))
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &payload["id"]),
        (&json!("status.update"), &json!(quotes[1]))
    );
    assert_eq!(payload["quote"]["state"], "deleted");
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
async fn a_vote_and_the_end_are_seen_at_once() {
    let house = House::new();
    house.person("ada").await;
    house.person("bob").await;
    let (ada, bob) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write").await,
    );
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={ada}&stream=user")).await;
    let body = json!({ "status": "x", "poll": { "options": ["a", "b"], "expires_in": 600 } });
    let made = house.json("POST", "/api/v1/statuses", &ada, body).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["event"], "update");
    house
        .json(
            "POST",
            &format!("/api/v1/polls/{id}/votes"),
            &bob,
            json!({ "choices": [1] }),
        )
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "status.update");
    assert_eq!(payload["poll"]["options"][1]["votes_count"], 1);
    assert_eq!(payload["poll"]["own_votes"], json!([]));
    house.clock.advance(chrono::Duration::seconds(601));
    while entrenous_domain::polls::settle(&house.ctx).await.unwrap() {}
    let mut events = Vec::new();
    for _ in 0..2 {
        let (message, payload) = next(&mut socket).await.unwrap();
        events.push((message["event"].as_str().unwrap().to_owned(), payload));
    }
    events.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        (events[0].0.as_str(), events[1].0.as_str()),
        ("notification", "status.update")
    );
    assert_eq!(
        (&events[0].1["type"], &events[0].1["status"]["id"]),
        (&json!("poll"), &json!(id))
    );
    assert_eq!(events[1].1["poll"]["expired"], true);
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

/// A stream of server-sent events.
struct Events(axum::body::Body);

impl Events {
    async fn open(house: &House, path: &str, token: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = crate::fixture::authorized("GET", path, token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response.into_body())
    }

    async fn frame(&mut self) -> Option<String> {
        let frame = timeout(SOON, self.0.frame()).await.expect("nothing came");
        frame.map(|frame| String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    }

    /// Id, name and data of the next event.
    async fn event(&mut self) -> (String, String, Value) {
        let frame = self.frame().await.expect("it was closed");
        let frame = frame.strip_suffix("\n\n").expect("a whole event");
        let mut lines = frame.splitn(3, '\n');
        let mut field = |name: &str| {
            let line = lines.next().unwrap_or_default();
            line.strip_prefix(name).expect("the field").to_owned()
        };
        let (id, name, data) = (field("id: "), field("event: "), field("data: "));
        (id, name, serde_json::from_str(&data).unwrap())
    }
}

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
async fn a_stream_that_broke_off_goes_on_where_it_was() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (ada, bob) = (
        house.token("ada", "read write follow").await,
        house.token("bob", "read write").await,
    );
    let path = format!("/api/v1/accounts/{}/follow", house_owner(&house).await);
    house.json("POST", &path, &bob, json!({})).await;
    let user = "/api/v1/streaming/user";
    let standard = [("accept", "text/event-stream")];
    let mut events = Events::open(&house, user, &bob, &standard).await;
    // Who goes by the standard knows from the first moment where to go on.
    let greeting = events.frame().await.unwrap();
    let begun = greeting.strip_prefix(":)\nid: ").unwrap().trim_end().to_owned();
    drop(events);
    let first = post(&house, &ada, "first", "private").await;
    let mut events = Events::open(&house, user, &bob, &[("last-event-id", &begun)]).await;
    assert_eq!(events.frame().await.unwrap(), ":)\n");
    let (seen, name, data) = events.event().await;
    assert_eq!((name.as_str(), &data["id"]), ("update", &json!(first)));
    drop(events);

    // Meanwhile: two posts, one of which goes again, and a mention.
    let second = post(&house, &ada, "second @bob", "private").await;
    let third = post(&house, &ada, "third", "private").await;
    house
        .json("DELETE", &format!("/api/v1/statuses/{third}"), &ada, json!({}))
        .await
        .ok();
    let query = format!("{user}?last_event_id={seen}");
    for mut events in [
        Events::open(&house, user, &bob, &[("last-event-id", &seen)]).await,
        Events::open(&house, &query, &bob, &[]).await,
    ] {
        assert_eq!(events.frame().await.unwrap(), ":)\n");
        let mut told = Vec::new();
        for _ in 0..3 {
            let (_, name, data) = events.event().await;
            told.push((name, data["id"].as_str().unwrap_or_default().to_owned(), data));
        }
        let of = |wanted: &str| told.iter().find(|(name, ..)| name == wanted).unwrap();
        assert_eq!(of("update").1, second, "what is gone is not told");
        assert_eq!(of("notification").2["status"]["id"], json!(second));
        assert_eq!(of("delete").2.to_string(), third);
    }

    // And what happens from then on, once.
    let mut events = Events::open(&house, user, &bob, &[("last-event-id", &seen)]).await;
    let fourth = post(&house, &ada, "fourth", "private").await;
    events.frame().await.unwrap();
    let mut updates = Vec::new();
    while updates.last() != Some(&json!(fourth)) {
        let (_, name, data) = events.event().await;
        if name == "update" {
            updates.push(data["id"].clone());
        }
    }
    assert_eq!(updates, [json!(second), json!(fourth)]);
}

#[tokio::test]
async fn who_saw_another_run_is_told_from_the_timeline() {
    let house = House::new();
    for name in ["ada", "bob"] {
        house.person(name).await;
    }
    let (ada, bob) = (
        house.token("ada", "read write follow").await,
        house.token("bob", "read write").await,
    );
    post(&house, &ada, "long ago", "public").await;
    house.clock.advance(chrono::TimeDelta::hours(1));
    let before = house.ctx.now().timestamp_millis();
    let mut posts = Vec::new();
    for number in 0..50 {
        posts.push(json!(
            post(&house, &ada, &format!("{number} @bob"), "public").await
        ));
    }
    let seen = format!("abc-12-{before}");
    let headers = [("last-event-id", seen.as_str())];
    for (path, name, count) in [
        ("/api/v1/streaming/public", "update", 50),
        ("/api/v1/streaming/user/notification", "notification", 50),
    ] {
        let mut events = Events::open(&house, path, &bob, &headers).await;
        events.frame().await.unwrap();
        let mut told = Vec::new();
        for _ in 0..count {
            let (id, kind, data) = events.event().await;
            assert_eq!((id.as_str(), kind.as_str()), (seen.as_str(), name));
            told.push(if name == "update" {
                data["id"].clone()
            } else {
                data["status"]["id"].clone()
            });
        }
        assert_eq!(told, posts, "{path}");
    }
    // What is no id of this software says nothing.
    let headers = [("last-event-id", "12345")];
    let mut events = Events::open(&house, "/api/v1/streaming/public", &bob, &headers).await;
    events.frame().await.unwrap();
    let last = post(&house, &ada, "now", "public").await;
    assert_eq!(events.event().await.2["id"], json!(last));
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

async fn house_owner(house: &House) -> entrenous_model::AccountId {
    entrenous_domain::accounts::local_by_username(&house.ctx, "ada")
        .await
        .unwrap()
        .unwrap()
        .id
}

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

#[tokio::test]
async fn announcements_come_to_everyone_at_once() {
    let house = House::new();
    house.person_as("boss", entrenous_model::Role::Owner).await;
    house.person("ada").await;
    let boss = house.token("boss", "read write admin:read admin:write").await;
    let ada = house.token("ada", "read write").await;
    let base = serve(&house).await;
    let mut socket = open(&format!("{base}?access_token={ada}&stream=user")).await;
    let admin = "/api/entrenous/v1/admin/announcements";
    let told = house
        .json("POST", admin, &boss, json!({ "text": "The lift is out" }))
        .await
        .ok();
    let id = told["id"].as_str().unwrap();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &message["stream"]),
        (&json!("announcement"), &json!(["user"]))
    );
    assert_eq!((&payload["id"], &payload["read"]), (&told["id"], &json!(false)));
    let path = format!("/api/v1/announcements/{id}/reactions/%F0%9F%91%8D");
    house.json("PUT", &path, &ada, json!({})).await.ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "announcement.reaction");
    assert_eq!(
        payload,
        json!({ "announcement_id": id, "count": 1, "name": "👍" })
    );
    house
        .json("DELETE", &format!("{admin}/{id}"), &boss, json!({}))
        .await
        .ok();
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(message["event"], "announcement.delete");
    assert_eq!(payload.to_string().trim_matches('"'), id);
}

#[tokio::test]
async fn streams_are_filtered_for_who_listens() {
    let house = House::new();
    let ada = house.person("ada").await;
    house.person("bob").await;
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
    let public = json!({ "type": "subscribe", "stream": "public" }).to_string();
    let new = |action: &str, keyword: &str| {
        json!({
            "title": keyword, "context": ["home", "notifications"], "filter_action": action,
            "keywords_attributes": [{ "keyword": keyword }],
        })
    };
    house
        .json("POST", "/api/v2/filters", &read, new("warn", "tea"))
        .await
        .ok();
    let (message, _) = next(&mut socket).await.unwrap();
    assert_eq!(message, json!({ "stream": ["user"], "event": "filters_changed" }));
    house
        .json("POST", "/api/v2/filters", &read, new("hide", "cake"))
        .await
        .ok();
    assert_eq!(next(&mut socket).await.unwrap().0["event"], "filters_changed");

    post(&house, &write, "cake for @bob", "private").await;
    let tea = post(&house, &write, "tea for all", "private").await;
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["event"], &payload["id"]),
        (&json!("update"), &json!(tea))
    );
    assert_eq!(payload["filtered"][0]["keyword_matches"], json!(["tea"]));
    // Edited so that it is hidden, it goes; edited back, it is there again.
    for (text, event) in [("cake", "delete"), ("bread", "status.update")] {
        let path = format!("/api/v1/statuses/{tea}");
        house
            .json("PUT", &path, &write, json!({ "status": text }))
            .await
            .ok();
        let (message, payload) = next(&mut socket).await.unwrap();
        assert_eq!(message["event"], event);
        if event == "delete" {
            assert_eq!(payload.to_string(), tea);
        }
    }
    // In public the filter does not apply: there the post comes, and says what matches.
    socket.send(Message::text(public)).await.unwrap();
    socket.send(Message::text("nonsense")).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap().0["error"], "Malformed message");
    post(&house, &write, "cake again", "public").await;
    let (message, payload) = next(&mut socket).await.unwrap();
    assert_eq!(
        (&message["stream"], &message["event"]),
        (&json!(["public"]), &json!("update"))
    );
    assert_eq!(payload["filtered"][0]["filter"]["filter_action"], "hide");
}

#[tokio::test]
async fn conversations_are_told_to_those_who_take_part() {
    let house = House::new();
    for name in ["ada", "bob", "eve"] {
        house.person(name).await;
    }
    let (ada, bob, eve) = (
        house.token("ada", "read write").await,
        house.token("bob", "read write").await,
        house.token("eve", "read").await,
    );
    let base = serve(&house).await;
    let mut hers = open(&format!("{base}?access_token={ada}&stream=direct")).await;
    let mut his = open(&format!("{base}?access_token={bob}&stream=direct")).await;
    let mut strangers = open(&format!("{base}?access_token={eve}&stream=direct")).await;
    let first = post(&house, &ada, "@bob hello", "direct").await;
    for (socket, other, unread) in [(&mut his, "ada", true), (&mut hers, "bob", false)] {
        let (message, told) = next(socket).await.unwrap();
        assert_eq!(
            (&message["event"], &message["stream"]),
            (&json!("conversation"), &json!(["direct"]))
        );
        assert_eq!(
            (&told["accounts"][0]["acct"], &told["unread"]),
            (&json!(other), &json!(unread))
        );
        assert_eq!(told["last_status"]["id"], first);
    }
    let list = house.get("/api/v1/conversations", &bob).await.ok();
    let path = format!("/api/v1/conversations/{}/read", list[0]["id"].as_str().unwrap());
    house.json("POST", &path, &bob, json!({})).await.ok();
    let (_, told) = next(&mut his).await.unwrap();
    assert_eq!((&told["id"], &told["unread"]), (&list[0]["id"], &json!(false)));
    // What is deleted gives way to what was there before.
    let body = json!({ "status": "@ada hi", "visibility": "direct", "in_reply_to_id": first });
    let second = house.json("POST", "/api/v1/statuses", &bob, body).await.ok();
    let (_, told) = next(&mut hers).await.unwrap();
    assert_eq!(
        (&told["last_status"]["id"], &told["unread"]),
        (&second["id"], &json!(true))
    );
    let path = format!("/api/v1/statuses/{}", second["id"].as_str().unwrap());
    house.json("DELETE", &path, &bob, json!({})).await.ok();
    let (_, told) = next(&mut hers).await.unwrap();
    assert_eq!(told["last_status"]["id"], first);
    let write = house.token("eve", "write").await;
    post(&house, &write, "to myself", "direct").await;
    let (_, told) = next(&mut strangers).await.unwrap();
    assert_eq!(
        told["accounts"][0]["acct"], "eve",
        "nothing of theirs came before"
    );
}
