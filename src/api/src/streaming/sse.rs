//! Streams as server-sent events (HTML Living Standard, section 9.2).

use super::resume::Replay;
use super::{Channel, EventId, HEARTBEAT, Message, Subscription, admit, listen, still_valid};
use crate::auth::StreamToken;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use std::convert::Infallible;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    tag: Option<String>,
    list: Option<String>,
    #[serde(default, deserialize_with = "lenient::flag")]
    only_media: Option<bool>,
    last_event_id: Option<String>,
}

type Answer = ApiResult<Response>;

macro_rules! streams {
    ($($name:ident => $channel:literal),* $(,)?) => {$(
        pub(super) async fn $name(
            State(state): State<ApiState>,
            caller: Caller,
            token: StreamToken,
            Query(asked): Query<Asked>,
            headers: HeaderMap,
        ) -> Answer {
            open(&state, &caller, token, &headers, $channel, &asked).await
        }
    )*};
}
streams! {
    user => "user",
    notifications => "user:notification",
    public => "public",
    local => "public:local",
    remote => "public:remote",
    hashtag => "hashtag",
    hashtag_local => "hashtag:local",
    list => "list",
    direct => "direct",
}

async fn open(
    state: &ApiState,
    caller: &Caller,
    token: StreamToken,
    headers: &HeaderMap,
    name: &str,
    asked: &Asked,
) -> Answer {
    let channel = Channel::parse(name, asked.tag.as_deref(), asked.list.as_deref())
        .ok_or_else(|| ApiError::new(http::StatusCode::BAD_REQUEST, "Missing tag or list"))?;
    let with_files = channel.with_files().filter(|_| asked.only_media.unwrap_or(false));
    let channel = with_files.unwrap_or(channel);
    admit(state, caller.id(), &channel).await?;
    let subscription = listen(state, caller)?;
    // Closed before it began: its token was revoked this moment.
    let now = subscription
        .join(channel.clone())
        .await
        .ok_or_else(ApiError::invalid_token)?;
    let replay = match last_seen(headers, asked) {
        Some(after) => {
            let replay = Replay::of(state, &subscription, &channel, after, now).await?;
            Some(Box::new(replay))
        }
        None => None,
    };
    let first = if wants_events(headers) && replay.is_none() {
        format!(":)\nid: {now}\n\n")
    } else {
        ":)\n".to_owned()
    };
    let open = Open {
        state: state.clone(),
        token,
        first: Some(first.into()),
        replay,
        subscription,
    };
    let body = Body::from_stream(stream::unfold(open, next));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
        // Proxies that buffer would hold events back.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, body).into_response())
}

/// The last event the reader has (HTML Living Standard, section 9.2.4): in the header, or in the query for readers that
/// cannot set one. Other words are those of another server, and say nothing.
fn last_seen(headers: &HeaderMap, asked: &Asked) -> Option<EventId> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    header.or(asked.last_event_id.as_deref())?.trim().parse().ok()
}

/// Whether the reader goes by the standard, and so understands an id that comes without an event. Others take that for a
/// broken event.
fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"))
}

struct Open {
    state: ApiState,
    token: StreamToken,
    /// The beginning, until it is sent.
    first: Option<Bytes>,
    /// What was missed, until it is told.
    replay: Option<Box<Replay>>,
    subscription: Subscription,
}

async fn next(mut open: Open) -> Option<(Result<Bytes, Infallible>, Open)> {
    if let Some(first) = open.first.take() {
        return Some((Ok(first), open));
    }
    if let Some(replay) = &mut open.replay {
        // Too slow for what happens now, it is still told what it has missed; not if its token stands no more.
        if open.subscription.is_closed() && !Box::pin(still_valid(&open.state, &open.token.0)).await {
            return None;
        }
        // On the heap while it lasts: every stream would have room for it for as long as it is open.
        match Box::pin(replay.next(&open.state)).await {
            Ok(Some(message)) => return Some((Ok(event(&message)), open)),
            Ok(None) => open.replay = None,
            Err(error) => {
                // The reader comes again, and is told again.
                error.log();
                return None;
            }
        }
    }
    match tokio::time::timeout(HEARTBEAT, open.subscription.next()).await {
        Ok(Some(message)) => Some((Ok(event(&message)), open)),
        Ok(None) => None,
        Err(_) if Box::pin(still_valid(&open.state, &open.token.0)).await => {
            Some((Ok(Bytes::from_static(b":thump\n")), open))
        }
        Err(_) => None,
    }
}

/// One event. The payload is JSON text or an id: it holds no line break. Where there is none, clients expect the word that
/// Mastodon sends; without any data they would not hear of the event.
fn event(message: &Message) -> Bytes {
    let made = message.as_event.get_or_init(|| {
        let Message {
            event, payload, id, ..
        } = message;
        let data = match &**payload {
            "" => "undefined",
            payload => payload,
        };
        Bytes::from(format!("id: {id}\nevent: {event}\ndata: {data}\n\n"))
    });
    made.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of what a function of that kind gives back.
    fn held<F, R>(_: F) -> usize
    where
        F: Fn(Open) -> R,
    {
        size_of::<R>()
    }

    #[test]
    fn a_stream_that_waits_holds_little() {
        // The body of each open stream keeps it, whatever it waits for.
        let size = held(next);
        assert!(size < 2_048, "{size} bytes");
    }
}
