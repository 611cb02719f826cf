//! `/api/v1/conversations`: my direct posts, by who takes part.

use crate::at::At;
use crate::entities::{self, Conversation};
use crate::paging::Paging;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::conversations;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::ConversationId;
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let write = Access::Person("write:conversations");
    let doc = |summary| Doc::new("conversations", summary);
    Routes::new()
        .get(
            "/api/v1/conversations",
            Access::Person("read:statuses"),
            doc("My conversations, the one with the newest post first")
                .about(
                    "Direct posts of one thread among the same people. Pages are found by the ids of their newest \
                     posts, as the `Link` header has them, not by their own.",
                )
                .paged()
                .returns::<Vec<Conversation>>(),
            all,
        )
        .post(
            "/api/v1/conversations/{id}/read",
            write,
            doc("I have read a conversation").returns::<Conversation>(),
            read,
        )
        .delete(
            "/api/v1/conversations/{id}",
            write,
            doc("Remove a conversation; its posts stay, and the next one begins it anew")
                .returns::<Map<String, Value>>(),
            remove,
        )
}

async fn all(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let all = conversations::of(state.ctx(), caller.id(), paging.at_most(20, 40)).await?;
    let (newest, oldest) = (
        all.first().map(|one| one.place.get()),
        all.last().map(|one| one.place.get()),
    );
    let rows = all.len();
    let all = entities::conversations(&state, caller.id(), all).await?;
    Ok(paging.answer(&state, &all, newest, oldest, rows))
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ConversationId>,
) -> ApiResult<Json<Conversation>> {
    let found = conversations::read(state.ctx(), caller.id(), id).await?;
    let mut shown = entities::conversations(&state, caller.id(), vec![found]).await?;
    shown.pop().map(Json).ok_or_else(ApiError::not_found)
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ConversationId>,
) -> ApiResult<Json<Map<String, Value>>> {
    conversations::remove(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
