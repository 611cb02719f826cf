//! `/api/v1/filters`: the same filters for older clients, to which each keyword is a filter of its own.

use super::{READ, WRITE};
use crate::at::At;
use crate::entities::V1Filter;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::filters::{self, SingleChange};
use entrenous_door::{Doc, Routes};
use entrenous_model::FilterKeywordId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| super::doc(summary).deprecated();
    let change = |doc: Doc| doc.body::<V1FilterChange>().returns::<V1Filter>();
    Routes::new()
        .get(
            "/api/v1/filters",
            READ,
            doc("My filters, one for each keyword").returns::<Vec<V1Filter>>(),
            all,
        )
        .post(
            "/api/v1/filters",
            WRITE,
            change(doc("Make a filter of one keyword")),
            create,
        )
        .get(
            "/api/v1/filters/{id}",
            READ,
            doc("One keyword with its filter").returns::<V1Filter>(),
            one,
        )
        .put(
            "/api/v1/filters/{id}",
            WRITE,
            change(doc(
                "Change a keyword, and its filter if it has no other; what is not said stays",
            )),
            update,
        )
        .delete(
            "/api/v1/filters/{id}",
            WRITE,
            doc("Remove a keyword; its filter stays, without it").returns::<Map<String, Value>>(),
            remove,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct V1FilterChange {
    /// A word or phrase, at most 255 characters.
    #[serde(deserialize_with = "lenient::text")]
    phrase: Option<String>,
    /// Where it applies, one or more of `home` (lists as well), `notifications`, `public`, `thread`, `account`.
    #[serde(deserialize_with = "lenient::some_list")]
    context: Option<Vec<String>>,
    /// Matching posts are hidden: `false` if not said of a new one.
    #[serde(deserialize_with = "lenient::flag")]
    irreversible: Option<bool>,
    /// Not inside a longer word: `false` if not said of a new one.
    #[serde(deserialize_with = "lenient::flag")]
    whole_word: Option<bool>,
    /// Seconds from now until it ends; empty or null for never.
    #[serde(deserialize_with = "lenient::some_number")]
    #[schemars(with = "Option<i64>")]
    expires_in: Option<Option<i64>>,
}

impl From<V1FilterChange> for SingleChange {
    fn from(asked: V1FilterChange) -> Self {
        Self {
            phrase: asked.phrase,
            contexts: asked.context,
            hide: asked.irreversible,
            whole_word: asked.whole_word,
            expires_in: asked.expires_in,
        }
    }
}

async fn all(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<V1Filter>>> {
    let all = filters::singles(state.ctx(), caller.id()).await?;
    Ok(Json(all.iter().map(V1Filter::of).collect()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<V1FilterChange>,
) -> ApiResult<Json<V1Filter>> {
    let made = filters::create_single(state.ctx(), caller.id(), asked.into()).await?;
    Ok(Json(V1Filter::of(&made)))
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterKeywordId>,
) -> ApiResult<Json<V1Filter>> {
    let found = filters::single(state.ctx(), caller.id(), id).await?;
    Ok(Json(V1Filter::of(&found)))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterKeywordId>,
    Params(asked): Params<V1FilterChange>,
) -> ApiResult<Json<V1Filter>> {
    let now = filters::update_single(state.ctx(), caller.id(), id, asked.into()).await?;
    Ok(Json(V1Filter::of(&now)))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterKeywordId>,
) -> ApiResult<Json<Map<String, Value>>> {
    filters::remove_keyword(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
