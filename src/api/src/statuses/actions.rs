//! What a person does with a post: boost, favourite, bookmark, mute, pin.

use crate::at::At;
use crate::entities::{self, Status};
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{Via, posts};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{PostId, Visibility};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("statuses", summary).returns::<Status>();
    let write = Access::Person("write:statuses");
    let favourites = Access::Person("write:favourites");
    let bookmarks = Access::Person("write:bookmarks");
    let mutes = Access::Person("write:mutes");
    let accounts = Access::Person("write:accounts");
    Routes::new()
        .post(
            "/api/v1/statuses/{id}/reblog",
            write,
            doc("Boost; answers the boost").body::<Reblog>(),
            reblog,
        )
        .post(
            "/api/v1/statuses/{id}/unreblog",
            write,
            doc("Take my boost back; answers the post"),
            unreblog,
        )
        .post(
            "/api/v1/statuses/{id}/favourite",
            favourites,
            doc("Favourite"),
            favourite,
        )
        .post(
            "/api/v1/statuses/{id}/unfavourite",
            favourites,
            doc("Take my favourite back"),
            unfavourite,
        )
        .post(
            "/api/v1/statuses/{id}/bookmark",
            bookmarks,
            doc("Bookmark"),
            bookmark,
        )
        .post(
            "/api/v1/statuses/{id}/unbookmark",
            bookmarks,
            doc("Remove my bookmark"),
            unbookmark,
        )
        .post(
            "/api/v1/statuses/{id}/mute",
            mutes,
            doc("Mute the conversation"),
            mute,
        )
        .post(
            "/api/v1/statuses/{id}/unmute",
            mutes,
            doc("End the mute of the conversation"),
            unmute,
        )
        .post(
            "/api/v1/statuses/{id}/pin",
            accounts,
            doc("Pin a post of mine to my profile"),
            pin,
        )
        .post(
            "/api/v1/statuses/{id}/unpin",
            accounts,
            doc("No longer pin it"),
            unpin,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Reblog {
    /// Who may see the boost: `public`, `unlisted` or `private`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    visibility: Option<Visibility>,
}

/// The post an action is meant for: of a boost, what it boosts, as clients send either id.
async fn meant(state: &ApiState, caller: &Caller, id: PostId) -> ApiResult<PostId> {
    let view = posts::view(state.ctx(), caller.viewer(), id).await?;
    Ok(view.post.boost_of.unwrap_or(id))
}

async fn shown(state: &ApiState, caller: &Caller, id: PostId) -> ApiResult<Json<Status>> {
    Ok(Json(entities::status_by_id(state, caller.id(), id).await?))
}

async fn reblog(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    Params(asked): Params<Reblog>,
) -> ApiResult<Json<Status>> {
    if asked.visibility == Some(Visibility::Direct) {
        return Err(ApiError::invalid("a boost is public, unlisted or private"));
    }
    let id = meant(&state, &caller, id).await?;
    let boost = posts::boost(state.ctx(), Via::Local, caller.id(), id, asked.visibility, None).await?;
    shown(&state, &caller, boost).await
}

async fn unreblog(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::unboost(state.ctx(), Via::Local, caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn favourite(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::favourite(state.ctx(), Via::Local, caller.id(), id, None).await?;
    shown(&state, &caller, id).await
}

async fn unfavourite(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::unfavourite(state.ctx(), Via::Local, caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn bookmark(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::bookmark(state.ctx(), caller.id(), id, true).await?;
    shown(&state, &caller, id).await
}

async fn unbookmark(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::bookmark(state.ctx(), caller.id(), id, false).await?;
    shown(&state, &caller, id).await
}

async fn mute(State(state): State<ApiState>, caller: Caller, At(id): At<PostId>) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::mute_conversation(state.ctx(), caller.id(), id, true).await?;
    shown(&state, &caller, id).await
}

async fn unmute(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Status>> {
    let id = meant(&state, &caller, id).await?;
    posts::mute_conversation(state.ctx(), caller.id(), id, false).await?;
    shown(&state, &caller, id).await
}

async fn pin(State(state): State<ApiState>, caller: Caller, At(id): At<PostId>) -> ApiResult<Json<Status>> {
    posts::pin(state.ctx(), Via::Local, caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn unpin(State(state): State<ApiState>, caller: Caller, At(id): At<PostId>) -> ApiResult<Json<Status>> {
    posts::unpin(state.ctx(), Via::Local, caller.id(), id).await?;
    shown(&state, &caller, id).await
}
