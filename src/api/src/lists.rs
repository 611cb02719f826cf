//! `/api/v1/lists`: my lists, who is in them, and their timelines.

use crate::at::At;
use crate::entities::{self, Account, Status};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::lists;
use entrenous_domain::timelines::{self, Timeline};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{self as model, AccountId, ListId, RepliesPolicy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:lists");
    let write = Access::Person("write:lists");
    let doc = |summary| Doc::new("lists", summary);
    Routes::new()
        .get("/api/v1/lists", read, doc("My lists").returns::<Vec<List>>(), all)
        .post(
            "/api/v1/lists",
            write,
            doc("Make a list").body::<ListChange>().returns::<List>(),
            create,
        )
        .get(
            "/api/v1/lists/{id}",
            read,
            doc("One of my lists").returns::<List>(),
            one,
        )
        .put(
            "/api/v1/lists/{id}",
            write,
            doc("Change a list; what is not said stays")
                .body::<ListChange>()
                .returns::<List>(),
            update,
        )
        .delete(
            "/api/v1/lists/{id}",
            write,
            doc("Remove a list").returns::<Map<String, Value>>(),
            remove,
        )
        .get(
            "/api/v1/lists/{id}/accounts",
            read,
            doc("Who is in a list; `limit=0` for all of them")
                .paged()
                .returns::<Vec<Account>>(),
            members,
        )
        .post(
            "/api/v1/lists/{id}/accounts",
            write,
            doc("Put people whom I follow into a list")
                .body::<Members>()
                .returns::<Map<String, Value>>(),
            add,
        )
        .delete(
            "/api/v1/lists/{id}/accounts",
            write,
            doc("Take people out of a list")
                .body::<Members>()
                .returns::<Map<String, Value>>(),
            take_out,
        )
        .get(
            "/api/v1/accounts/{id}/lists",
            read,
            doc("My lists that hold an account").returns::<Vec<List>>(),
            holding,
        )
        .get(
            "/api/v1/timelines/list/{id}",
            read,
            doc("The posts and boosts of a list's members")
                .paged()
                .returns::<Vec<Status>>(),
            timeline,
        )
}

/// A list of mine.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct List {
    /// Local id.
    id: String,
    /// Its name.
    title: String,
    /// Which replies it shows: `followed`, `list` or `none`.
    replies_policy: &'static str,
    /// What its members post stays out of my home timeline.
    exclusive: bool,
}

impl List {
    fn of(list: &model::List) -> Self {
        Self {
            id: list.id.to_string(),
            title: list.title.clone(),
            replies_policy: list.replies.as_str(),
            exclusive: list.exclusive,
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ListChange {
    /// Its name, at most 255 characters.
    #[serde(deserialize_with = "lenient::text")]
    title: Option<String>,
    /// Which replies it shows: `followed`, `list` (as a new list does) or `none`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    replies_policy: Option<RepliesPolicy>,
    /// What its members post stays out of my home timeline.
    #[serde(deserialize_with = "lenient::flag")]
    exclusive: Option<bool>,
}

impl From<ListChange> for lists::Change {
    fn from(asked: ListChange) -> Self {
        Self {
            title: asked.title,
            replies: asked.replies_policy,
            exclusive: asked.exclusive,
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Members {
    /// People, at most 200.
    #[serde(deserialize_with = "lenient::list")]
    account_ids: Vec<String>,
}

impl Members {
    /// # Errors
    /// 404 for an id that is none.
    fn ids(&self) -> ApiResult<Vec<AccountId>> {
        let parsed = self.account_ids.iter().map(|id| id.parse());
        parsed
            .collect::<Result<_, _>>()
            .map_err(|_| ApiError::not_found())
    }
}

async fn all(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<List>>> {
    let all = lists::of(state.ctx(), caller.id()).await?;
    Ok(Json(all.iter().map(List::of).collect()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<ListChange>,
) -> ApiResult<Json<List>> {
    let list = lists::create(state.ctx(), caller.id(), asked.into()).await?;
    Ok(Json(List::of(&list)))
}

async fn one(State(state): State<ApiState>, caller: Caller, At(id): At<ListId>) -> ApiResult<Json<List>> {
    let list = lists::get(state.ctx(), caller.id(), id).await?;
    Ok(Json(List::of(&list)))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ListId>,
    Params(asked): Params<ListChange>,
) -> ApiResult<Json<List>> {
    let list = lists::update(state.ctx(), caller.id(), id, asked.into()).await?;
    Ok(Json(List::of(&list)))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ListId>,
) -> ApiResult<Json<Map<String, Value>>> {
    lists::remove(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ListId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    if paging.wants_all() {
        let rows = lists::members(state.ctx(), caller.id(), id, None).await?;
        let people: Vec<_> = rows.into_iter().map(|(_, account)| account).collect();
        return Ok(Json(entities::accounts(&state, &people).await?).into_response());
    }
    let page = paging.at_most(40, 80);
    let rows = lists::members(state.ctx(), caller.id(), id, Some(page)).await?;
    crate::people::page(&state, &paging, rows).await
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ListId>,
    Params(asked): Params<Members>,
) -> ApiResult<Json<Map<String, Value>>> {
    lists::add(state.ctx(), caller.id(), id, asked.ids()?).await?;
    Ok(Json(Map::new()))
}

async fn take_out(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ListId>,
    Params(asked): Params<Members>,
) -> ApiResult<Json<Map<String, Value>>> {
    lists::remove_members(state.ctx(), caller.id(), id, asked.ids()?).await?;
    Ok(Json(Map::new()))
}

async fn holding(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Vec<List>>> {
    crate::accounts::shown(&state, &caller, id).await?;
    let all = lists::holding(state.ctx(), caller.id(), id).await?;
    Ok(Json(all.iter().map(List::of).collect()))
}

async fn timeline(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ListId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let asked = paging.at_most(20, 40);
    let found = timelines::read(state.ctx(), caller.id(), &Timeline::List(id), asked).await?;
    crate::timelines::shown(&state, &caller, &paging, &found).await
}
