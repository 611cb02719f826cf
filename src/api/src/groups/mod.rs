//! `/api/v1/groups`: groups as Soapbox's clients know them, and what they do not know.

mod change;
mod look;

use crate::entities::{self, Group, GroupRelationship};
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use entrenous_domain::groups::{self, View};
use entrenous_door::{Doc, Routes};
use entrenous_model::GroupId;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().merge(look::routes()).merge(change::routes())
}

fn doc(summary: &'static str) -> Doc {
    Doc::new("groups", summary)
}

/// One group as JSON.
async fn shown(state: &ApiState, view: &View) -> ApiResult<Json<Group>> {
    let mut all = entities::groups(state, std::slice::from_ref(view)).await?;
    all.pop().map(Json).ok_or_else(ApiError::not_found)
}

/// What the caller is to a group now; of one that they may not know of any more, nothing.
async fn relation_to(state: &ApiState, caller: &Caller, id: GroupId) -> ApiResult<Json<GroupRelationship>> {
    let found = groups::relations(state.ctx(), caller.id(), vec![id]).await?;
    let relation = found.into_iter().next().unwrap_or(groups::Relation::none(id));
    Ok(Json(GroupRelationship::of(&relation)))
}
