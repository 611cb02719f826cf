//! `/api/v1/groups`: groups as Soapbox's clients know them, and what they do not know.

mod change;
mod invite;
mod look;
mod people;
mod remove;

use crate::entities::{self, Group, GroupRelationship};
use crate::paging::Paging;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::response::Response;
use entrenous_domain::groups::{self, Someone, View};
use entrenous_door::{Doc, Routes};
use entrenous_model::{AccountId, GroupId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .merge(look::routes())
        .merge(change::routes())
        .merge(invite::routes())
        .merge(people::routes())
        .merge(remove::routes())
}

fn doc(summary: &'static str) -> Doc {
    Doc::new("groups", summary)
}

/// One group as JSON.
async fn shown(state: &ApiState, view: &View) -> ApiResult<Json<Group>> {
    let mut all = entities::groups(state, std::slice::from_ref(view)).await?;
    all.pop().map(Json).ok_or_else(ApiError::not_found)
}

/// People who are meant.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct People {
    /// Local ids of accounts, at most 200.
    #[serde(deserialize_with = "lenient::list")]
    account_ids: Vec<String>,
}

/// Accounts that are named at once.
const MOST_PEOPLE: usize = 200;

/// The numbers of people.
///
/// # Errors
/// 404 for an id that is none, 422 for more than 200.
fn numbers(ids: &[String]) -> ApiResult<Vec<AccountId>> {
    if ids.len() > MOST_PEOPLE {
        return Err(ApiError::invalid("at most 200 people at once"));
    }
    let parsed = ids.iter().map(|id| id.parse());
    parsed
        .collect::<Result<_, _>>()
        .map_err(|_| ApiError::not_found())
}

/// A page of people of a group.
fn page<T: Serialize>(state: &ApiState, paging: &Paging, rows: &[Someone], body: &[T]) -> Response {
    let (newest, oldest) = (rows.first(), rows.last());
    let id = |one: &Someone| one.membership.id;
    paging.answer(state, &body, newest.map(id), oldest.map(id), rows.len())
}

/// What the caller is to a group now; of one that they may not know of any more, nothing.
async fn relation_to(state: &ApiState, caller: &Caller, id: GroupId) -> ApiResult<Json<GroupRelationship>> {
    let found = groups::relations(state.ctx(), caller.id(), vec![id]).await?;
    let relation = found.into_iter().next().unwrap_or(groups::Relation::none(id));
    Ok(Json(GroupRelationship::of(&relation)))
}
