//! `/api/v1/statuses`: posts, one at a time.

mod actions;
mod files;
mod participants;
mod poll;
mod quotes;
mod reactions;
mod write;

use crate::at::At;
use crate::closed::CLOSED;
use crate::entities::{self, Account, Context, Faces, Status, StatusEdit, StatusSource};
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient, refreshes};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::{custom_emoji, posts};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{AttachmentState, PostId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Most posts that are asked for at once.
const MOST_IDS: usize = 40;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:statuses");
    let doc = |summary| Doc::new("statuses", summary);
    Routes::new()
        .get(
            "/api/v1/statuses",
            read,
            doc("Many posts, at most 40; those I may not see are left out")
                .query::<Ids>()
                .returns::<Vec<Status>>(),
            many,
        )
        .get(
            "/api/v1/statuses/{id}",
            read,
            doc("One post").returns::<Status>(),
            one,
        )
        .get(
            "/api/v1/statuses/{id}/context",
            read,
            doc("What comes before and after a post").returns::<Context>(),
            context,
        )
        .get(
            "/api/v1/statuses/{id}/source",
            read,
            doc("The text of my post as typed").returns::<StatusSource>(),
            source,
        )
        .get(
            "/api/v1/statuses/{id}/history",
            read,
            doc("All versions, oldest first").returns::<Vec<StatusEdit>>(),
            history,
        )
        .get(
            "/api/v1/statuses/{id}/reblogged_by",
            read,
            doc("Who boosted a post").paged().returns::<Vec<Account>>(),
            reblogged_by,
        )
        .get(
            "/api/v1/statuses/{id}/favourited_by",
            read,
            doc("Who favourited a post").paged().returns::<Vec<Account>>(),
            favourited_by,
        )
        .get(
            "/api/v1/statuses/{id}/card",
            read,
            Doc::new(CLOSED, "The preview of a link: always empty")
                .about("No strange server is contacted, so links have no preview.")
                .deprecated()
                .returns::<Map<String, Value>>(),
            card,
        )
        .merge(write::routes())
        .merge(actions::routes())
        .merge(participants::routes())
        .merge(reactions::routes())
        .merge(quotes::routes())
}

/// Ids in any of the forms clients use: `id[]=1&id[]=2`, `id=1`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Ids {
    /// Local ids.
    #[serde(deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<String>")]
    id: Vec<PostId>,
}

async fn one(State(state): State<ApiState>, caller: Caller, At(id): At<PostId>) -> ApiResult<Json<Status>> {
    let view = posts::view(state.ctx(), caller.viewer(), id).await?;
    let shown = view.boosted.as_deref().unwrap_or(&view);
    if shown
        .files
        .iter()
        .any(|file| file.state != AttachmentState::Ready || file.poster_due)
        && let Ok(peers) = state.ctx().lookup()
    {
        peers.files_wanted(shown.post.id);
    }
    Ok(Json(entities::render_status(&state, caller.id(), &view).await?))
}

async fn many(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Ids { mut id }): Query<Ids>,
) -> ApiResult<Json<Vec<Status>>> {
    id.truncate(MOST_IDS);
    Ok(Json(entities::statuses_by_id(&state, caller.id(), id).await?))
}

async fn context(State(state): State<ApiState>, caller: Caller, At(id): At<PostId>) -> ApiResult<Response> {
    let (before, after) = posts::context(state.ctx(), caller.viewer(), id).await?;
    let conversation: Vec<PostId> = std::iter::once(id)
        .chain(before.iter().rev().copied())
        .chain(after.iter().copied())
        .collect();
    let mut answer = Json(Context {
        ancestors: entities::statuses_by_id(&state, caller.id(), before).await?,
        descendants: entities::statuses_by_id(&state, caller.id(), after).await?,
    })
    .into_response();
    if let Some(value) = refreshes::begin(&state, &caller, &conversation).await? {
        answer.headers_mut().insert(refreshes::HEADER, value);
    }
    Ok(answer)
}

async fn source(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<StatusSource>> {
    let view = posts::view(state.ctx(), caller.viewer(), id).await?;
    if view.post.account != caller.id() || view.post.boost_of.is_some() {
        return Err(ApiError::not_found());
    }
    Ok(Json(StatusSource {
        id: view.post.id.to_string(),
        text: view.post.source.clone(),
        spoiler_text: view.post.spoiler.clone(),
    }))
}

async fn history(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Vec<StatusEdit>>> {
    let view = posts::view(state.ctx(), caller.viewer(), id).await?;
    let versions = posts::history(state.ctx(), caller.viewer(), id).await?;
    let faces = Faces::of(state.ctx(), std::iter::once(view.account.as_ref())).await?;
    let emojis = custom_emoji::known(state.ctx()).await?;
    Ok(Json(faces.edits(state.ctx(), &emojis, &view, versions)?))
}

async fn reblogged_by(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = posts::boosted_by(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    crate::people::page(&state, &paging, rows).await
}

async fn favourited_by(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = posts::favourited_by(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    crate::people::page(&state, &paging, rows).await
}

async fn card(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Map<String, Value>>> {
    posts::view(state.ctx(), caller.viewer(), id).await?;
    Ok(Json(Map::new()))
}
