//! Streams over a WebSocket (RFC 6455): any number of subscriptions on one connection.

use super::{Channel, HEARTBEAT, Message, Subscription, admit, listen, still_valid};
use crate::auth::StreamToken;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use entrenous_model::{AccountId, Scopes};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

/// Largest message of a client, in bytes.
const MAX_MESSAGE: usize = 16 * 1024;
/// Frames of a client between two heartbeats. A client subscribes to a few streams and answers pings.
const MOST_FRAMES: u32 = 256;
/// What is read at once, in bytes. Every stream has that for as long as it is open, and clients say little.
const READ_BUFFER: usize = 2 * 1024;
/// A client that takes nothing for so long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    stream: Option<String>,
    tag: Option<String>,
    list: Option<String>,
}

pub(super) async fn open(
    State(state): State<ApiState>,
    caller: Caller,
    token: StreamToken,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> ApiResult<Response> {
    let upgrade = upgrade.map_err(|cause| {
        ApiError::new(StatusCode::BAD_REQUEST, "Open this address as a WebSocket")
            .caused_by(cause.body_text())
    })?;
    let first = match asked.stream.as_deref().filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => {
            let channel = Channel::parse(name, asked.tag.as_deref(), asked.list.as_deref())
                .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "Unknown stream type"))?;
            if !caller.scopes().grants(channel.scope()) {
                return Err(ApiError::outside_scopes());
            }
            admit(&state, caller.id(), &channel).await?;
            Some(channel)
        }
    };
    let subscription = listen(&state, &caller)?;
    if let Some(channel) = first {
        subscription.subscribe(channel);
    }
    let connection = Connection {
        state,
        person: caller.id(),
        scopes: caller.scopes().clone(),
        token,
        subscription,
    };
    // A browser that offered the token as protocol closes unless it is chosen.
    let offered = headers
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(',').map(|one| one.trim().to_owned()).next());
    let upgrade = match offered {
        Some(protocol) => upgrade.protocols([protocol]),
        None => upgrade,
    };
    Ok(upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| connection.run(socket)))
}

struct Connection {
    state: ApiState,
    person: AccountId,
    scopes: Scopes,
    token: StreamToken,
    subscription: Subscription,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    stream: String,
    tag: Option<String>,
    list: Option<String>,
}

impl Request {
    /// What it is about.
    pub(crate) fn channel(&self) -> Option<Channel> {
        Channel::parse(&self.stream, self.tag.as_deref(), self.list.as_deref())
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    stream: Vec<&'a str>,
    event: &'a str,
    /// As in Mastodon, absent if there is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    payload: &'a str,
}

impl Connection {
    async fn run(mut self, mut socket: WebSocket) {
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = true;
        let mut frames = 0;
        loop {
            let frame = tokio::select! {
                message = self.subscription.next() => match message {
                    Some(message) => envelope(&message),
                    // Revoked, or too slow.
                    None => break,
                },
                received = socket.recv() => {
                    heard = true;
                    frames += 1;
                    if frames > MOST_FRAMES {
                        break;
                    }
                    match received {
                        // On the heap while it lasts, as what follows.
                        Some(Ok(Frame::Text(text))) => match Box::pin(self.handle(&text)).await {
                            Some(answer) => Some(answer),
                            None => continue,
                        },
                        // Pings are answered by the library.
                        Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Binary(_))) => continue,
                        Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                    }
                }
                _ = heartbeat.tick() => {
                    if !heard || !Box::pin(still_valid(&self.state, &self.token.0)).await {
                        break;
                    }
                    heard = false;
                    frames = 0;
                    Some(Frame::Ping(axum::body::Bytes::from_static(b"thump")))
                }
            };
            let Some(frame) = frame else { continue };
            if !matches!(timeout(SEND_TIMEOUT, socket.send(frame)).await, Ok(Ok(()))) {
                return;
            }
        }
        // The other side may be gone already; then there is nobody to say goodbye to.
        if let Ok(Err(cause)) = timeout(SEND_TIMEOUT, socket.send(Frame::Close(None))).await {
            tracing::trace!(error.cause = %cause, "a stream was closed by the other side");
        }
    }

    /// What a client says: subscribe or unsubscribe. Answers an error, if there is one.
    async fn handle(&self, text: &str) -> Option<Frame> {
        let Ok(request) = serde_json::from_str::<Request>(text) else {
            return error("Malformed message", 400);
        };
        let Some(channel) = request.channel() else {
            return error("Unknown stream type", 400);
        };
        match request.kind.as_str() {
            "subscribe" if !self.scopes.grants(channel.scope()) => {
                error("Access token does not have the required scopes", 401)
            }
            "subscribe" => {
                if let Err(refused) = admit(&self.state, self.person, &channel).await {
                    return error(refused.text(), refused.status().as_u16());
                }
                if self.subscription.subscribe(channel) {
                    None
                } else {
                    error("Too many subscriptions", 429)
                }
            }
            "unsubscribe" => {
                self.subscription.unsubscribe(&channel);
                None
            }
            _ => error("Unknown message type", 400),
        }
    }
}

fn envelope(message: &Message) -> Option<Frame> {
    if let Some(text) = message.as_text.get() {
        return Some(Frame::Text(text.clone()));
    }
    let envelope = Envelope {
        stream: message.channel.names(),
        event: message.event,
        payload: &message.payload,
    };
    let text = Utf8Bytes::from(serde_json::to_string(&envelope).ok()?);
    Some(Frame::Text(message.as_text.get_or_init(|| text).clone()))
}

#[expect(clippy::unnecessary_wraps, reason = "an answer of `handle`")]
fn error(text: &str, status: u16) -> Option<Frame> {
    Some(Frame::Text(Utf8Bytes::from(
        json!({ "error": text, "status": status }).to_string(),
    )))
}
