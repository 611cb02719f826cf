//! Single posts in filters.

use super::{READ, WRITE, doc};
use crate::at::At;
use crate::entities::FilterStatus;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::filters;
use entrenous_door::Routes;
use entrenous_model::{FilterId, FilterStatusId, PostId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/v2/filters/{id}/statuses",
            READ,
            doc("The single posts in a filter").returns::<Vec<FilterStatus>>(),
            all,
        )
        .post(
            "/api/v2/filters/{id}/statuses",
            WRITE,
            doc("Put a post into a filter; twice is once")
                .body::<NewStatus>()
                .returns::<FilterStatus>(),
            add,
        )
        .get(
            "/api/v2/filters/statuses/{id}",
            READ,
            doc("One post in a filter").returns::<FilterStatus>(),
            one,
        )
        .delete(
            "/api/v2/filters/statuses/{id}",
            WRITE,
            doc("Take a post out of its filter").returns::<Map<String, Value>>(),
            remove,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewStatus {
    /// The post.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    status_id: Option<PostId>,
}

async fn all(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterId>,
) -> ApiResult<Json<Vec<FilterStatus>>> {
    let all = filters::statuses(state.ctx(), caller.id(), id).await?;
    Ok(Json(all.iter().map(FilterStatus::of).collect()))
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterId>,
    Params(asked): Params<NewStatus>,
) -> ApiResult<Json<FilterStatus>> {
    // What is said of no post is said of none that exists: 404, as for a filter that is not there.
    let post = asked.status_id.ok_or_else(ApiError::not_found)?;
    let added = filters::add_status(state.ctx(), caller.id(), id, post).await?;
    Ok(Json(FilterStatus::of(&added)))
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterStatusId>,
) -> ApiResult<Json<FilterStatus>> {
    let found = filters::status(state.ctx(), caller.id(), id).await?;
    Ok(Json(FilterStatus::of(&found)))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterStatusId>,
) -> ApiResult<Json<Map<String, Value>>> {
    filters::remove_status(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
