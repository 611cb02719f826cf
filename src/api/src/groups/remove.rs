//! Removing people from a group, and keeping them out.

use super::{People, doc, numbers};
use crate::at::At;
use crate::entities::{Account, Faces, GroupBan};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::groups::{self, Banned};
use entrenous_door::{Access, Routes};
use entrenous_model::GroupId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:groups");
    let write = Access::Person("write:groups");
    Routes::new()
        .post(
            "/api/v1/groups/{id}/kick",
            write,
            doc("Remove people from a group that I moderate, who stand below me in it")
                .body::<People>()
                .returns::<Map<String, Value>>(),
            kick,
        )
        .get(
            "/api/v1/groups/{id}/blocks",
            read,
            doc("Who is banned from a group that I moderate")
                .paged()
                .returns::<Vec<Account>>(),
            blocked,
        )
        .get(
            "/api/entrenous/v1/groups/{id}/bans",
            read,
            doc("Who is banned from a group that I moderate, by whom and why")
                .paged()
                .returns::<Vec<GroupBan>>(),
            bans,
        )
        .post(
            "/api/v1/groups/{id}/blocks",
            write,
            doc("Ban people of this node from a group that I moderate; they need not be in it")
                .body::<Bans>()
                .returns::<Map<String, Value>>(),
            ban,
        )
        .delete(
            "/api/v1/groups/{id}/blocks",
            write,
            doc("Let people join again")
                .body::<People>()
                .returns::<Map<String, Value>>(),
            unban,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Bans {
    /// Local ids of accounts, at most 200.
    #[serde(deserialize_with = "lenient::list")]
    account_ids: Vec<String>,
    /// Why, for those who moderate it; at most 500 characters.
    #[serde(deserialize_with = "lenient::text")]
    reason: Option<String>,
}

async fn kick(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<People>,
) -> ApiResult<Json<Map<String, Value>>> {
    groups::remove(state.ctx(), caller.id(), id, numbers(&asked.account_ids)?).await?;
    Ok(Json(Map::new()))
}

/// A page of who is banned.
fn page<T: Serialize>(state: &ApiState, paging: &Paging, rows: &[Banned], body: &[T]) -> Response {
    let id = |one: &Banned| one.account.id.get();
    paging.answer(
        state,
        &body,
        rows.first().map(id),
        rows.last().map(id),
        rows.len(),
    )
}

async fn blocked(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = groups::bans(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    let faces = Faces::of_banned(state.ctx(), &rows).await?;
    let body: Vec<Account> = rows.iter().map(|one| faces.account(&one.account)).collect();
    Ok(page(&state, &paging, &rows, &body))
}

async fn bans(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = groups::bans(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    let faces = Faces::of_banned(state.ctx(), &rows).await?;
    let body: Vec<GroupBan> = rows.iter().map(|one| faces.group_ban(one)).collect();
    Ok(page(&state, &paging, &rows, &body))
}

async fn ban(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<Bans>,
) -> ApiResult<Json<Map<String, Value>>> {
    let people = numbers(&asked.account_ids)?;
    groups::ban(
        state.ctx(),
        caller.id(),
        id,
        people,
        &asked.reason.unwrap_or_default(),
    )
    .await?;
    Ok(Json(Map::new()))
}

async fn unban(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<People>,
) -> ApiResult<Json<Map<String, Value>>> {
    groups::unban(state.ctx(), caller.id(), id, numbers(&asked.account_ids)?).await?;
    Ok(Json(Map::new()))
}
