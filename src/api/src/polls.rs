//! `/api/v1/polls`: polls are made with posts (`/api/v1/statuses`), looked at and voted in here.

use crate::at::At;
use crate::entities::{self, Poll};
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{DomainError, polls};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::PostId;
use schemars::JsonSchema;
use serde::Deserialize;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("polls", summary).returns::<Poll>();
    Routes::new()
        .get(
            "/api/v1/polls/{id}",
            Access::Person("read:statuses"),
            doc("A poll in a post I may see"),
            one,
        )
        .post(
            "/api/v1/polls/{id}/votes",
            Access::Person("write:statuses"),
            doc("Vote, once, for all that I choose").body::<Votes>(),
            vote,
        )
}

/// What is chosen.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Votes {
    /// Positions of options, beginning with 0.
    #[serde(deserialize_with = "lenient::list")]
    #[schemars(with = "Vec<usize>")]
    choices: Vec<String>,
}

async fn one(State(state): State<ApiState>, caller: Caller, At(id): At<PostId>) -> ApiResult<Json<Poll>> {
    Ok(Json(entities::poll_by_id(&state, caller.id(), id).await?))
}

async fn vote(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    Params(asked): Params<Votes>,
) -> ApiResult<Json<Poll>> {
    let choices = asked.choices.iter().map(|choice| choice.trim().parse());
    let choices: Vec<usize> = choices
        .collect::<Result<_, _>>()
        .map_err(|_| DomainError::invalid("The chosen vote option does not exist"))?;
    polls::vote(state.ctx(), caller.id(), id, choices).await?;
    Ok(Json(entities::poll_by_id(&state, caller.id(), id).await?))
}
