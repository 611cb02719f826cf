//! `/api/v1/scheduled_statuses`: my posts that are published later.

use crate::at::At;
use crate::entities::{self, ScheduledStatus};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::scheduled;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{ScheduledId, Time};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:statuses");
    let write = Access::Person("write:statuses");
    let doc = |summary| Doc::new("statuses", summary);
    Routes::new()
        .get(
            "/api/v1/scheduled_statuses",
            read,
            doc("My posts that are published later, newest first")
                .about(
                    "One that could not be published at its time is among them, with `failure`: another time, or its \
                     removal, is its author's to choose.",
                )
                .paged()
                .returns::<Vec<ScheduledStatus>>(),
            all,
        )
        .get(
            "/api/v1/scheduled_statuses/{id}",
            read,
            doc("One of my scheduled posts").returns::<ScheduledStatus>(),
            one,
        )
        .put(
            "/api/v1/scheduled_statuses/{id}",
            write,
            doc("Publish a scheduled post at another time")
                .body::<NewTime>()
                .returns::<ScheduledStatus>(),
            update,
        )
        .delete(
            "/api/v1/scheduled_statuses/{id}",
            write,
            doc("Remove a scheduled post; its files wait a day to be posted otherwise")
                .returns::<Map<String, Value>>(),
            remove,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewTime {
    /// When, in ISO 8601; at least five minutes from now. It stays as it is if it is not said.
    #[serde(deserialize_with = "lenient::moment")]
    #[schemars(with = "Option<String>")]
    scheduled_at: Option<Time>,
}

async fn all(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let all = scheduled::of(state.ctx(), caller.id(), paging.at_most(20, 40)).await?;
    let (newest, oldest) = (
        all.first().map(|one| one.id.get()),
        all.last().map(|one| one.id.get()),
    );
    let rows = all.len();
    let all = entities::scheduled(&state, caller.id(), all).await?;
    Ok(paging.answer(&state, &all, newest, oldest, rows))
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ScheduledId>,
) -> ApiResult<Json<ScheduledStatus>> {
    let one = scheduled::get(state.ctx(), caller.id(), id).await?;
    Ok(Json(entities::one_scheduled(&state, caller.id(), one).await?))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ScheduledId>,
    Params(asked): Params<NewTime>,
) -> ApiResult<Json<ScheduledStatus>> {
    let one = match asked.scheduled_at {
        Some(at) => scheduled::update(state.ctx(), caller.id(), id, at).await?,
        None => scheduled::get(state.ctx(), caller.id(), id).await?,
    };
    Ok(Json(entities::one_scheduled(&state, caller.id(), one).await?))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ScheduledId>,
) -> ApiResult<Json<Map<String, Value>>> {
    scheduled::remove(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
