//! What a person is told about: one by one (v1), in groups (v2), and the policy that accepts everything.

mod grouped;
mod policy;

use crate::at::At;
use crate::entities::{self, Notification};
use crate::paging::Paging;
use crate::params::{Params, Query};
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::notifications::{self, Filter};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{AccountId, NotificationId, NotificationKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const READ: Access = Access::Person("read:notifications");
const WRITE: Access = Access::Person("write:notifications");

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("notifications", summary);
    Routes::new()
        .get(
            "/api/v1/notifications",
            READ,
            doc("My notifications, newest first")
                .query::<FilterQuery>()
                .paged()
                .returns::<Vec<Notification>>(),
            list,
        )
        .get(
            "/api/v1/notifications/{id}",
            READ,
            doc("One notification").returns::<Notification>(),
            one,
        )
        .get(
            "/api/v1/notifications/unread_count",
            READ,
            doc("How many are newer than the marker, counted to 100").returns::<Count>(),
            unread_count,
        )
        .post(
            "/api/v1/notifications/clear",
            WRITE,
            doc("Remove all").returns::<Map<String, Value>>(),
            clear,
        )
        .post(
            "/api/v1/notifications/{id}/dismiss",
            WRITE,
            doc("Remove one").returns::<Map<String, Value>>(),
            dismiss,
        )
        .post(
            "/api/v1/notifications/dismiss",
            WRITE,
            doc("Remove one, named in the body")
                .deprecated()
                .param(Place::Query, "id", "The notification; in the body as well.")
                .body::<Several>()
                .returns::<Map<String, Value>>()
                .also(404, "There is none of that id"),
            dismiss_named,
        )
        .delete(
            "/api/v1/notifications/destroy_multiple",
            WRITE,
            doc("Remove several")
                .query::<Several>()
                .body::<Several>()
                .deprecated()
                .returns::<Map<String, Value>>(),
            dismiss_several,
        )
        .merge(grouped::routes())
        .merge(policy::routes())
}

/// Which notifications.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct FilterQuery {
    /// Only these types. `pleroma:emoji_reaction` must be asked for.
    #[serde(deserialize_with = "lenient::list")]
    types: Vec<String>,
    /// Not these types.
    #[serde(deserialize_with = "lenient::list")]
    exclude_types: Vec<String>,
    /// Only from this account.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    account_id: Option<AccountId>,
    /// Types that are grouped (v2 only).
    #[serde(deserialize_with = "lenient::some_list")]
    grouped_types: Option<Vec<String>>,
}

impl FilterQuery {
    /// The filter; `None` if only types are asked for that never exist here.
    fn filter(&self) -> Option<Filter> {
        let types = kinds(&self.types);
        if types.is_empty() && self.types.iter().any(|name| !name.is_empty()) {
            return None;
        }
        Some(Filter {
            types,
            exclude_types: kinds(&self.exclude_types),
            from: self.account_id,
        })
    }

    /// The kinds to be grouped: those that can be, if nothing was said.
    fn grouped(&self) -> Vec<NotificationKind> {
        self.grouped_types
            .as_ref()
            .map_or_else(|| NotificationKind::ALL.to_vec(), |names| kinds(names))
    }
}

/// Those of the names that are kinds here; others, such as `admin.sign_up`, match nothing.
fn kinds(names: &[String]) -> Vec<NotificationKind> {
    names
        .iter()
        .filter_map(|name| NotificationKind::parse(name))
        .collect()
}

#[derive(Debug, Serialize, JsonSchema)]
struct Count {
    /// At most 100.
    count: i64,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Several {
    /// Ids.
    #[serde(deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<String>")]
    ids: Vec<NotificationId>,
    /// One id.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    id: Option<NotificationId>,
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    mut paging: Paging,
    Query(asked): Query<FilterQuery>,
) -> ApiResult<Response> {
    let page = paging.at_most(40, 80);
    let Some(filter) = asked.filter() else {
        return Ok(paging.answer(&state, &[(); 0], None, None, 0));
    };
    let found = notifications::page(state.ctx(), caller.id(), &filter, page).await?;
    let body = entities::render_notifications(&state, caller.id(), &found.shown).await?;
    let (newest, oldest) = (
        found.newest.map(NotificationId::get),
        found.oldest.map(NotificationId::get),
    );
    Ok(paging.answer(&state, &body, newest, oldest, found.rows))
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<NotificationId>,
) -> ApiResult<Json<Notification>> {
    let row = notifications::get(state.ctx(), caller.id(), id).await?;
    let rendered = entities::render_notifications(&state, caller.id(), &[row]).await?;
    rendered
        .into_iter()
        .next()
        .map(Json)
        .ok_or_else(crate::ApiError::not_found)
}

async fn unread_count(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Count>> {
    let count = notifications::unread_count(state.ctx(), caller.id()).await?;
    Ok(Json(Count { count }))
}

async fn clear(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Map<String, Value>>> {
    notifications::clear(state.ctx(), caller.id()).await?;
    Ok(Json(Map::new()))
}

async fn dismiss(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<NotificationId>,
) -> ApiResult<Json<Map<String, Value>>> {
    notifications::dismiss(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn dismiss_named(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<Several>,
) -> ApiResult<Json<Map<String, Value>>> {
    let id = asked.id.ok_or_else(crate::ApiError::not_found)?;
    notifications::dismiss(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn dismiss_several(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<Several>,
) -> ApiResult<Json<Map<String, Value>>> {
    /// Most in one request.
    const MOST: usize = 100;
    for id in asked.ids.into_iter().chain(asked.id).take(MOST) {
        match notifications::dismiss(state.ctx(), caller.id(), id).await {
            // Gone already: the wish is met.
            Ok(()) | Err(entrenous_domain::DomainError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(Map::new()))
}
