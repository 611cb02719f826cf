//! The keywords of filters, one by one.

use super::{READ, WRITE, doc};
use crate::at::At;
use crate::entities::FilterKeyword;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::filters::{self, KeywordChange};
use entrenous_door::Routes;
use entrenous_model::{FilterId, FilterKeywordId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/v2/filters/{id}/keywords",
            READ,
            doc("The keywords of a filter").returns::<Vec<FilterKeyword>>(),
            all,
        )
        .post(
            "/api/v2/filters/{id}/keywords",
            WRITE,
            doc("Add a keyword to a filter")
                .body::<NewKeyword>()
                .returns::<FilterKeyword>(),
            add,
        )
        .get(
            "/api/v2/filters/keywords/{id}",
            READ,
            doc("One keyword").returns::<FilterKeyword>(),
            one,
        )
        .put(
            "/api/v2/filters/keywords/{id}",
            WRITE,
            doc("Change a keyword; what is not said stays")
                .body::<NewKeyword>()
                .returns::<FilterKeyword>(),
            update,
        )
        .delete(
            "/api/v2/filters/keywords/{id}",
            WRITE,
            doc("Remove a keyword from its filter").returns::<Map<String, Value>>(),
            remove,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewKeyword {
    /// A word or phrase, at most 512 characters.
    #[serde(deserialize_with = "lenient::text")]
    keyword: Option<String>,
    /// Not inside a longer word: `true` if not said of a new one.
    #[serde(deserialize_with = "lenient::flag")]
    whole_word: Option<bool>,
}

impl From<NewKeyword> for KeywordChange {
    fn from(asked: NewKeyword) -> Self {
        Self {
            keyword: asked.keyword,
            whole_word: asked.whole_word,
            ..Self::default()
        }
    }
}

async fn all(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterId>,
) -> ApiResult<Json<Vec<FilterKeyword>>> {
    let all = filters::keywords(state.ctx(), caller.id(), id).await?;
    Ok(Json(all.iter().map(FilterKeyword::of).collect()))
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterId>,
    Params(asked): Params<NewKeyword>,
) -> ApiResult<Json<FilterKeyword>> {
    let added = filters::add_keyword(state.ctx(), caller.id(), id, asked.into()).await?;
    Ok(Json(FilterKeyword::of(&added)))
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterKeywordId>,
) -> ApiResult<Json<FilterKeyword>> {
    let found = filters::keyword(state.ctx(), caller.id(), id).await?;
    Ok(Json(FilterKeyword::of(&found)))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterKeywordId>,
    Params(asked): Params<NewKeyword>,
) -> ApiResult<Json<FilterKeyword>> {
    let now = filters::change_keyword(state.ctx(), caller.id(), id, asked.into()).await?;
    Ok(Json(FilterKeyword::of(&now)))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterKeywordId>,
) -> ApiResult<Json<Map<String, Value>>> {
    filters::remove_keyword(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
