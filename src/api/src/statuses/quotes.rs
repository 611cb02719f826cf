//! Posts that quote a post, and who may.

use crate::at::{At, AtQuote};
use crate::entities::{self, Status};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{DomainError, quotes};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{PostId, QuoteChoice};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("statuses", summary);
    let write = Access::Person("write:statuses");
    Routes::new()
        .get(
            "/api/v1/statuses/{id}/quotes",
            Access::Person("read:statuses"),
            doc("Posts that quote a post and may, newest first; those I may not see are left out")
                .paged()
                .returns::<Vec<Status>>(),
            of_post,
        )
        .post(
            "/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke",
            write,
            doc("Take my post out of one that quotes it; answers that one")
                .param(Place::Path, "quoting_status_id", "The post that quotes mine.")
                .returns::<Status>(),
            revoke,
        )
        .put(
            "/api/v1/statuses/{id}/interaction_policy",
            write,
            doc("Who may quote my post from now on")
                .body::<Policy>()
                .returns::<Status>(),
            set_policy,
        )
}

/// Who may quote a post.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Policy {
    /// `public`, `followers` or `nobody`. Posts that are not for the network are quoted by nobody else, whatever is said.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    quote_approval_policy: Option<QuoteChoice>,
}

async fn of_post(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let ids = quotes::of_post(state.ctx(), caller.id(), id, paging.at_most(20, 40)).await?;
    let (newest, oldest, rows) = (ids.first().copied(), ids.last().copied(), ids.len());
    let views = posts::views(state.ctx(), Viewer::Person(caller.id()), ids).await?;
    let body = entities::status_list(&state, caller.id(), &views).await?;
    Ok(paging.answer_json(
        &state,
        body,
        newest.map(PostId::get),
        oldest.map(PostId::get),
        rows,
    ))
}

async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    AtQuote(quoting): AtQuote,
) -> ApiResult<Json<Status>> {
    quotes::revoke(state.ctx(), caller.id(), id, quoting).await?;
    match entities::status_by_id(&state, caller.id(), quoting).await {
        // Its author blocks the caller: their own post is what they may still see.
        Err(DomainError::NotFound) => Ok(Json(entities::status_by_id(&state, caller.id(), id).await?)),
        shown => Ok(Json(shown?)),
    }
}

async fn set_policy(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    Params(asked): Params<Policy>,
) -> ApiResult<Json<Status>> {
    // What is not there for the caller is 404, whatever they say of it.
    posts::view(state.ctx(), caller.viewer(), id).await?;
    let choice = asked
        .quote_approval_policy
        .ok_or_else(|| ApiError::invalid("quote_approval_policy is one of: public, followers, nobody"))?;
    quotes::set_policy(state.ctx(), caller.id(), id, choice).await?;
    Ok(Json(entities::status_by_id(&state, caller.id(), id).await?))
}
