//! Lists of people: blocks, mutes, follow requests; and nodes of which one wants to see nobody.

use crate::at::At;
use crate::entities::{self, Account, Relationship};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::{Via, blocks, domain_blocks, follows};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{self as model, AccountId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let list = |tag, summary| Doc::new(tag, summary).paged().returns::<Vec<Account>>();
    Routes::new()
        .get(
            "/api/v1/blocks",
            Access::Person("read:blocks"),
            list("accounts", "Whom I block"),
            blocked,
        )
        .get(
            "/api/v1/mutes",
            Access::Person("read:mutes"),
            list("accounts", "Whom I mute"),
            muted,
        )
        .get(
            "/api/v1/domain_blocks",
            Access::Person("read:blocks follow"),
            Doc::new("accounts", "Nodes that I hide, by their names in handles")
                .paged()
                .returns::<Vec<String>>(),
            hidden,
        )
        .post(
            "/api/v1/domain_blocks",
            Access::Person("write:blocks follow"),
            Doc::new("accounts", "Hide everyone of a node")
                .about(
                    "Nobody of it appears in timelines, searches, notifications, suggestions, streams and conversations, and \
                     follows in both directions end. The node need not be known.",
                )
                .body::<HiddenNode>()
                .returns::<Map<String, Value>>(),
            hide,
        )
        .delete(
            "/api/v1/domain_blocks",
            Access::Person("write:blocks follow"),
            Doc::new("accounts", "Hide a node no longer")
                .body::<HiddenNode>()
                .returns::<Map<String, Value>>(),
            show,
        )
        .get(
            "/api/v1/follow_requests",
            Access::Person("read:follows"),
            list("follow requests", "Who asks to follow me"),
            requests,
        )
        .post(
            "/api/v1/follow_requests/{id}/authorize",
            Access::Person("write:follows"),
            Doc::new("follow requests", "Accept the request of an account").returns::<Relationship>(),
            authorize,
        )
        .post(
            "/api/v1/follow_requests/{id}/reject",
            Access::Person("write:follows"),
            Doc::new("follow requests", "Reject the request of an account").returns::<Relationship>(),
            reject,
        )
}

/// A node by its name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct HiddenNode {
    /// `host` or `host:port`, as in handles.
    #[serde(deserialize_with = "lenient::text")]
    domain: Option<String>,
}

/// A page of accounts, newest row first, with its links.
///
/// # Errors
/// Only the store's.
pub(crate) async fn page(
    state: &ApiState,
    paging: &Paging,
    rows: Vec<(i64, Arc<model::Account>)>,
) -> ApiResult<Response> {
    let (newest, oldest, count) = (
        rows.first().map(|row| row.0),
        rows.last().map(|row| row.0),
        rows.len(),
    );
    let accounts: Vec<_> = rows.into_iter().map(|(_, account)| account).collect();
    let body = entities::accounts(state, &accounts).await?;
    Ok(paging.answer(state, &body, newest, oldest, count))
}

async fn blocked(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let rows = blocks::blocked(state.ctx(), caller.id(), paging.at_most(40, 80)).await?;
    page(&state, &paging, rows).await
}

async fn muted(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let rows = blocks::muted(state.ctx(), caller.id(), paging.at_most(40, 80)).await?;
    page(&state, &paging, rows).await
}

async fn hidden(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let rows = domain_blocks::of(state.ctx(), caller.id(), paging.at_most(100, 200)).await?;
    let (newest, oldest, count) = (
        rows.first().map(|row| row.0),
        rows.last().map(|row| row.0),
        rows.len(),
    );
    let names: Vec<String> = rows.into_iter().map(|(_, name)| name).collect();
    Ok(paging.answer(&state, &names, newest, oldest, count))
}

async fn hide(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<HiddenNode>,
) -> ApiResult<Json<Map<String, Value>>> {
    let name = asked.domain.unwrap_or_default();
    domain_blocks::block(state.ctx(), caller.id(), &name).await?;
    Ok(Json(Map::new()))
}

async fn show(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<HiddenNode>,
) -> ApiResult<Json<Map<String, Value>>> {
    let name = asked.domain.unwrap_or_default();
    domain_blocks::unblock(state.ctx(), caller.id(), &name).await?;
    Ok(Json(Map::new()))
}

async fn requests(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let rows = follows::requests(state.ctx(), caller.id(), paging.at_most(40, 80)).await?;
    page(&state, &paging, rows).await
}

async fn authorize(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    follows::accept(state.ctx(), Via::Local, caller.id(), id).await?;
    crate::accounts::relationship_to(&state, caller.id(), id).await
}

async fn reject(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    follows::reject(state.ctx(), Via::Local, caller.id(), id).await?;
    crate::accounts::relationship_to(&state, caller.id(), id).await
}
