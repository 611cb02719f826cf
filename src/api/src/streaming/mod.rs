//! Streams: what happens reaches open clients at once, by WebSocket or server-sent events.

mod channel;
mod dispatch;
mod hub;
mod listeners;
mod past;
mod publish;
mod resume;
mod sse;
pub(crate) mod websocket;

use crate::{ApiState, Caller};
pub(crate) use channel::Channel;
pub(crate) use dispatch::Dispatch;
use entrenous_domain::{lists, oauth};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::AccountId;
pub use hub::Hub;
pub(crate) use hub::Subscription;
pub(crate) use listeners::Message;
pub(crate) use past::EventId;
use std::time::Duration;

/// How often a quiet stream gives a sign of life, and its token is looked up again.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// All routes of streaming, but for its health.
pub(crate) fn routes() -> Routes<ApiState> {
    let sse = |summary| Doc::new("streaming", summary).answers("text/event-stream");
    let tag = |doc: Doc| {
        doc.param(Place::Query, "tag", "The hashtag, without #.")
            .also(400, "Without `tag`")
    };
    let posts = Access::Person("read:statuses");
    Routes::new()
        .get(
            "/api/v1/streaming",
            Access::Person("read:statuses read:notifications read:lists"),
            Doc::new("streaming", "All streams over one WebSocket")
                .about(
                    "The token stands in `Authorization`, in `Sec-WebSocket-Protocol`, or in `access_token`. \
                     Messages: `{\"type\":\"subscribe\",\"stream\":\"user\"}`, `unsubscribe`.",
                )
                .param(Place::Query, "stream", "A first subscription.")
                .param(
                    Place::Query,
                    "tag",
                    "The hashtag of a first subscription to `hashtag`.",
                )
                .param(
                    Place::Query,
                    "list",
                    "The list of a first subscription to `list`.",
                )
                .status(101)
                .also(400, "No WebSocket, or no such stream")
                .also(404, "The list of a first subscription is none of mine"),
            websocket::open,
        )
        .get(
            "/api/v1/streaming/user",
            posts,
            sse("The home timeline and notifications"),
            sse::user,
        )
        .get(
            "/api/v1/streaming/user/notification",
            Access::Person("read:notifications"),
            sse("Notifications"),
            sse::notifications,
        )
        .get(
            "/api/v1/streaming/public",
            posts,
            sse("Posts of this node and its peers"),
            sse::public,
        )
        .get(
            "/api/v1/streaming/public/local",
            posts,
            sse("Posts of this node"),
            sse::local,
        )
        .get(
            "/api/v1/streaming/public/remote",
            posts,
            sse("Posts of peers"),
            sse::remote,
        )
        .get(
            "/api/v1/streaming/hashtag",
            posts,
            tag(sse("Posts with a hashtag")),
            sse::hashtag,
        )
        .get(
            "/api/v1/streaming/hashtag/local",
            posts,
            tag(sse("Posts of this node with a hashtag")),
            sse::hashtag_local,
        )
        .get(
            "/api/v1/streaming/list",
            Access::Person("read:lists"),
            sse("Posts of a list")
                .param(Place::Query, "list", "The list.")
                .also(400, "Without `list`")
                .also(404, "It is none of my lists"),
            sse::list,
        )
        .get(
            "/api/v1/streaming/direct",
            posts,
            sse("Conversations"),
            sse::direct,
        )
}

/// Opens a stream for a caller.
fn listen(state: &ApiState, caller: &Caller) -> crate::ApiResult<Subscription> {
    let notifications = caller.scopes().grants("read:notifications");
    state
        .hub()
        .listen(caller.id(), caller.token.id, notifications)
        .ok_or_else(|| crate::ApiError::too_many(60))
}

/// Checks that a channel is there for a person: a list must be their own.
///
/// # Errors
/// 404 for a list of someone else, as for none.
async fn admit(state: &ApiState, person: AccountId, channel: &Channel) -> crate::ApiResult<()> {
    if let Channel::List(id) = channel {
        let id = id.parse().map_err(|_| crate::ApiError::not_found())?;
        lists::get(state.ctx(), person, id).await?;
    }
    Ok(())
}

/// Whether the token a stream was opened with still stands. Revocation closes streams at once through the hub; this
/// catches what another process of the same node revoked.
async fn still_valid(state: &ApiState, secret: &str) -> bool {
    !matches!(oauth::bearer(state.ctx(), secret).await, Ok(None))
}
