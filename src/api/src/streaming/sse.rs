//! Streams as server-sent events (HTML Living Standard, section 9.2).

use super::{Channel, HEARTBEAT, Message, Subscription, admit, listen, still_valid};
use crate::auth::StreamToken;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;
use std::convert::Infallible;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    tag: Option<String>,
    list: Option<String>,
    only_media: Option<String>,
}

type Answer = ApiResult<Response>;

macro_rules! streams {
    ($($name:ident => $channel:literal),* $(,)?) => {$(
        pub(super) async fn $name(
            State(state): State<ApiState>,
            caller: Caller,
            token: StreamToken,
            Query(asked): Query<Asked>,
        ) -> Answer {
            open(&state, &caller, token, $channel, &asked).await
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

async fn open(state: &ApiState, caller: &Caller, token: StreamToken, name: &str, asked: &Asked) -> Answer {
    // No post has media yet: a stream of only those stays silent, which is right.
    let only_media = asked
        .only_media
        .as_deref()
        .is_some_and(|flag| matches!(flag, "true" | "1"));
    let channel = Channel::parse(name, asked.tag.as_deref(), asked.list.as_deref())
        .ok_or_else(|| ApiError::new(http::StatusCode::BAD_REQUEST, "Missing tag or list"))?;
    admit(state, caller.id(), &channel).await?;
    let subscription = listen(state, caller)?;
    if !only_media {
        subscription.subscribe(channel);
    }
    let open = Open {
        state: state.clone(),
        token,
        subscription,
        greeted: false,
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

struct Open {
    state: ApiState,
    token: StreamToken,
    subscription: Subscription,
    greeted: bool,
}

async fn next(mut open: Open) -> Option<(Result<Bytes, Infallible>, Open)> {
    if !open.greeted {
        open.greeted = true;
        return Some((Ok(Bytes::from_static(b":)\n")), open));
    }
    match tokio::time::timeout(HEARTBEAT, open.subscription.next()).await {
        Ok(Some(message)) => Some((Ok(event(&message)), open)),
        Ok(None) => None,
        Err(_) if still_valid(&open.state, &open.token.0).await => {
            Some((Ok(Bytes::from_static(b":thump\n")), open))
        }
        Err(_) => None,
    }
}

/// One event. The payload is JSON text or an id: it holds no line break. Where there is none, clients expect the word that
/// Mastodon sends; without any data they would not hear of the event.
fn event(message: &Message) -> Bytes {
    let data = match &*message.payload {
        "" => "undefined",
        payload => payload,
    };
    Bytes::from(format!("event: {}\ndata: {data}\n\n", message.event))
}
