//! Streams, over real sockets of this machine.

mod events;
mod happenings;
mod lists;
mod resumption;
mod websocket;

use crate::fixture::House;
use axum::body::Body;
use futures_util::StreamExt as _;
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tower::ServiceExt as _;

/// A WebSocket of a client.
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long something that must come may take.
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

/// A stream of server-sent events.
struct Events(Body);

impl Events {
    async fn open(house: &House, path: &str, token: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = crate::fixture::authorized("GET", path, token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
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

async fn house_owner(house: &House) -> entrenous_model::AccountId {
    entrenous_domain::accounts::local_by_username(&house.ctx, "ada")
        .await
        .unwrap()
        .unwrap()
        .id
}
