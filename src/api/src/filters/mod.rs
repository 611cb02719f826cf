//! `/api/v2/filters`: what I do not want to read, or not at once. The first version of it is in [`single`].

mod keywords;
mod single;
mod statuses;

use crate::at::At;
use crate::entities::Filter;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::filters::{self, Change, KeywordChange};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{FilterAction, FilterId, FilterKeywordId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

const READ: Access = Access::Person("read:filters");
const WRITE: Access = Access::Person("write:filters");

fn doc(summary: &'static str) -> Doc {
    Doc::new("filters", summary)
}

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/v2/filters",
            READ,
            doc("My filters, ended ones too").returns::<Vec<Filter>>(),
            all,
        )
        .post(
            "/api/v2/filters",
            WRITE,
            doc("Make a filter").body::<FilterChange>().returns::<Filter>(),
            create,
        )
        .get(
            "/api/v2/filters/{id}",
            READ,
            doc("One of my filters").returns::<Filter>(),
            one,
        )
        .put(
            "/api/v2/filters/{id}",
            WRITE,
            doc("Change a filter; what is not said stays")
                .body::<FilterChange>()
                .returns::<Filter>(),
            update,
        )
        .delete(
            "/api/v2/filters/{id}",
            WRITE,
            doc("Remove a filter").returns::<Map<String, Value>>(),
            remove,
        )
        .merge(keywords::routes())
        .merge(statuses::routes())
        .merge(single::routes())
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct FilterChange {
    /// Its name, at most 255 characters.
    #[serde(deserialize_with = "lenient::text")]
    title: Option<String>,
    /// Where it applies, one or more of `home` (lists as well), `notifications`, `public`, `thread`, `account`.
    #[serde(deserialize_with = "lenient::some_list")]
    context: Option<Vec<String>>,
    /// `warn` (as a new filter does), `hide` or `blur`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    filter_action: Option<FilterAction>,
    /// Seconds from now until it ends; empty or null for never.
    #[serde(deserialize_with = "lenient::some_number")]
    #[schemars(with = "Option<i64>")]
    expires_in: Option<Option<i64>>,
    /// What is to be of its keywords, at most 200; those that are not named stay.
    #[serde(deserialize_with = "lenient::table")]
    keywords_attributes: Vec<KeywordAttributes>,
}

/// What is to be of one keyword.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct KeywordAttributes {
    /// Which one; a new one without.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    id: Option<FilterKeywordId>,
    /// A word or phrase, at most 512 characters.
    #[serde(deserialize_with = "lenient::text")]
    keyword: Option<String>,
    /// Not inside a longer word: `true` if not said of a new one.
    #[serde(deserialize_with = "lenient::flag")]
    whole_word: Option<bool>,
    /// It is to go.
    #[serde(rename = "_destroy", deserialize_with = "lenient::flag")]
    destroy: Option<bool>,
}

impl From<KeywordAttributes> for KeywordChange {
    fn from(asked: KeywordAttributes) -> Self {
        Self {
            id: asked.id,
            keyword: asked.keyword,
            whole_word: asked.whole_word,
            remove: asked.destroy.unwrap_or(false),
        }
    }
}

impl From<FilterChange> for Change {
    fn from(asked: FilterChange) -> Self {
        Self {
            title: asked.title,
            contexts: asked.context,
            action: asked.filter_action,
            expires_in: asked.expires_in,
            keywords: asked
                .keywords_attributes
                .into_iter()
                .map(KeywordChange::from)
                .collect(),
        }
    }
}

async fn all(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<Filter>>> {
    let all = filters::of(state.ctx(), caller.id()).await?;
    Ok(Json(all.iter().map(Filter::of).collect()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<FilterChange>,
) -> ApiResult<Json<Filter>> {
    let made = filters::create(state.ctx(), caller.id(), asked.into()).await?;
    Ok(Json(Filter::of(&made)))
}

async fn one(State(state): State<ApiState>, caller: Caller, At(id): At<FilterId>) -> ApiResult<Json<Filter>> {
    let found = filters::get(state.ctx(), caller.id(), id).await?;
    Ok(Json(Filter::of(&found)))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterId>,
    Params(asked): Params<FilterChange>,
) -> ApiResult<Json<Filter>> {
    let now = filters::update(state.ctx(), caller.id(), id, asked.into()).await?;
    Ok(Json(Filter::of(&now)))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FilterId>,
) -> ApiResult<Json<Map<String, Value>>> {
    filters::remove(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
