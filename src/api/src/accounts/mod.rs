//! `/api/v1/accounts`: people, and what one is to them.

mod lists;
mod own;
pub(crate) mod picture;
mod relations;

use crate::at::At;
use crate::entities::{self, Account, FamiliarFollowers, Relationship};
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{accounts, follows, groups, notes, search};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{self as model, AccountId, Page};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Most accounts that are asked for at once.
const MOST_IDS: usize = 100;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/v1/accounts",
            Access::Person("read:accounts"),
            Doc::new("accounts", "Many accounts, at most 40")
                .query::<Ids>()
                .returns::<Vec<Account>>(),
            many,
        )
        .get(
            "/api/v1/accounts/{id}",
            Access::Person("read:accounts"),
            Doc::new("accounts", "One account").returns::<Account>(),
            one,
        )
        .get(
            "/api/v1/accounts/lookup",
            Access::Person("read:accounts"),
            Doc::new(
                "accounts",
                "An account known here, by its handle; nothing is fetched",
            )
            .query::<Lookup>()
            .returns::<Account>()
            .also(404, "Nobody of that handle is known here"),
            lookup,
        )
        .get(
            "/api/v1/accounts/search",
            Access::Person("read:accounts"),
            Doc::new("accounts", "Search people by handle or name")
                .query::<AccountSearch>()
                .param(Place::Query, "limit", "How many, 40 if not said, at most 80.")
                .param(Place::Query, "offset", "Skips that many.")
                .returns::<Vec<Account>>(),
            find,
        )
        .get(
            "/api/v1/accounts/relationships",
            Access::Person("read:follows"),
            Doc::new("accounts", "What I am to other people, at most 100")
                .query::<Ids>()
                .returns::<Vec<Relationship>>(),
            relationships,
        )
        .get(
            "/api/v1/accounts/familiar_followers",
            Access::Person("read:follows"),
            Doc::new("accounts", "Followers of people whom I follow as well")
                .query::<Ids>()
                .returns::<Vec<FamiliarFollowers>>(),
            familiar_followers,
        )
        .get(
            "/api/v1/directory",
            Access::Person("read:accounts"),
            Doc::new("accounts", "The directory of people who let themselves be found")
                .query::<DirectoryQuery>()
                .param(Place::Query, "limit", "How many, 40 if not said, at most 80.")
                .param(Place::Query, "offset", "Skips that many.")
                .returns::<Vec<Account>>(),
            directory,
        )
        .merge(own::routes())
        .merge(relations::routes())
        .merge(lists::routes())
}

/// Ids in any of the forms clients use: `id[]=1&id[]=2`, `id=1`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Ids {
    /// Local ids.
    #[serde(deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<String>")]
    id: Vec<AccountId>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Lookup {
    /// `name`, or `name@authority`.
    acct: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct AccountSearch {
    /// Beginning of a handle, or part of a name.
    q: String,
    /// Ask trusted peers for an exact handle.
    #[serde(deserialize_with = "lenient::flag")]
    resolve: Option<bool>,
    /// Only people I follow.
    #[serde(deserialize_with = "lenient::flag")]
    following: Option<bool>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct DirectoryQuery {
    /// Only people of this node.
    #[serde(deserialize_with = "lenient::flag")]
    local: Option<bool>,
}

/// An account that may be looked at.
///
/// # Errors
/// 404.
pub(crate) async fn found(state: &ApiState, id: AccountId) -> ApiResult<Arc<model::Account>> {
    accounts::get(state.ctx(), id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// As [`found`], and groups that the caller may know of.
///
/// # Errors
/// 404.
pub(crate) async fn shown(
    state: &ApiState,
    caller: &Caller,
    id: AccountId,
) -> ApiResult<Arc<model::Account>> {
    let mut found = groups::accounts(state.ctx(), caller.id(), vec![id]).await?;
    found.pop().ok_or_else(ApiError::not_found)
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Account>> {
    let account = shown(&state, &caller, id).await?;
    Ok(Json(entities::account(&state, &account).await?))
}

async fn many(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Ids { mut id }): Query<Ids>,
) -> ApiResult<Json<Vec<Account>>> {
    id.truncate(40);
    let found = groups::accounts(state.ctx(), caller.id(), id).await?;
    Ok(Json(entities::accounts(&state, &found).await?))
}

async fn lookup(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Lookup { acct }): Query<Lookup>,
) -> ApiResult<Json<Account>> {
    let account = match accounts::known_by_handle(state.ctx(), acct.trim()).await? {
        Some(account) => account,
        None => {
            groups::by_name(state.ctx(), caller.id(), &acct)
                .await?
                .ok_or_else(ApiError::not_found)?
                .account
        }
    };
    Ok(Json(entities::account(&state, &account).await?))
}

async fn find(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
    Query(asked): Query<AccountSearch>,
) -> ApiResult<Json<Vec<Account>>> {
    let (offset, limit) = paging.offset(40, 80);
    let found = search::accounts(
        state.ctx(),
        caller.id(),
        asked.q.trim(),
        asked.resolve.unwrap_or(false),
        asked.following.unwrap_or(false),
        offset,
        limit,
    )
    .await?;
    Ok(Json(entities::accounts(&state, &found).await?))
}

async fn directory(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
    Query(asked): Query<DirectoryQuery>,
) -> ApiResult<Json<Vec<Account>>> {
    let (offset, limit) = paging.offset(40, 80);
    let local = asked.local.unwrap_or(false);
    let found = accounts::directory(state.ctx(), caller.id(), local, offset, limit).await?;
    Ok(Json(entities::accounts(&state, &found).await?))
}

async fn relationships(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Ids { mut id }): Query<Ids>,
) -> ApiResult<Json<Vec<Relationship>>> {
    id.truncate(MOST_IDS);
    Ok(Json(relationships_to(&state, caller.id(), id).await?))
}

/// What a person is to others, with their notes.
///
/// # Errors
/// Only the store's.
async fn relationships_to(
    state: &ApiState,
    viewer: AccountId,
    targets: Vec<AccountId>,
) -> ApiResult<Vec<Relationship>> {
    let mut notes = notes::of(state.ctx(), viewer, targets.clone()).await?;
    Ok(accounts::relationships(state.ctx(), viewer, targets)
        .await?
        .iter()
        .map(|(target, relationship)| {
            Relationship::of(*target, relationship, notes.remove(target).unwrap_or_default())
        })
        .collect())
}

/// What a person is to one other.
///
/// # Errors
/// 404 if the other is not there.
pub(crate) async fn relationship_to(
    state: &ApiState,
    viewer: AccountId,
    target: AccountId,
) -> ApiResult<Json<Relationship>> {
    let all = relationships_to(state, viewer, vec![target]).await?;
    all.into_iter().next().map(Json).ok_or_else(ApiError::not_found)
}

async fn familiar_followers(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Ids { mut id }): Query<Ids>,
) -> ApiResult<Json<Vec<FamiliarFollowers>>> {
    /// Each costs a few queries.
    const MOST: usize = 10;
    id.truncate(MOST);
    let mut answer = Vec::with_capacity(id.len());
    for target in id {
        let followers = follows::followers(state.ctx(), target, Page::first(80)).await?;
        let ids = followers.iter().map(|(_, account)| account.id).collect();
        let known = accounts::relationships(state.ctx(), caller.id(), ids).await?;
        let familiar: Vec<_> = followers
            .into_iter()
            .map(|(_, account)| account)
            .filter(|account| {
                known
                    .iter()
                    .any(|(id, relationship)| *id == account.id && relationship.following)
            })
            .take(MOST)
            .collect();
        answer.push(FamiliarFollowers {
            id: target.to_string(),
            accounts: entities::accounts(&state, &familiar).await?,
        });
    }
    Ok(Json(answer))
}
