//! Lists of people: blocks, mutes, follow requests.

use crate::at::At;
use crate::entities::{self, Account, Relationship};
use crate::paging::Paging;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::{Via, blocks, follows};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{self as model, AccountId};
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
