//! `/api/v2/notifications`: favourites and boosts grouped by post, followers by day.

use super::{Count, FilterQuery, READ, WRITE};
use crate::entities::{self, Account, GroupedNotifications, group_key};
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::accounts;
use entrenous_domain::notifications::{self, Filter};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{Notification, NotificationId, NotificationKind, Page};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Notifications read at once while groups are filled.
const BATCH: i64 = 80;
/// Batches read for one page of groups.
const BATCHES: usize = 5;
/// Batches read to find all of one group.
const GROUP_BATCHES: usize = 20;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("notifications", summary);
    let both =
        |routes: Routes<ApiState>, [list, count, group, people, dismissed]: [&'static str; 5], old: bool| {
            let doc = |summary| {
                if old {
                    doc(summary).deprecated()
                } else {
                    doc(summary)
                }
            };
            routes
                .get(
                    list,
                    READ,
                    doc("My notifications in groups, newest first")
                        .query::<FilterQuery>()
                        .paged()
                        .returns::<GroupedNotifications>(),
                    groups,
                )
                .get(
                    count,
                    READ,
                    doc("How many groups are newer than the marker, counted to 100")
                        .query::<FilterQuery>()
                        .returns::<Count>(),
                    unread_count,
                )
                .get(
                    group,
                    READ,
                    doc("One group").returns::<GroupedNotifications>(),
                    one_group,
                )
                .get(
                    people,
                    // Mastodon's documentation asks for the scope to write; clients have either.
                    Access::Person("read:notifications write:notifications"),
                    doc("The people of one group").returns::<Vec<Account>>(),
                    group_accounts,
                )
                .post(
                    dismissed,
                    WRITE,
                    doc("Remove one group")
                        .param(Place::Path, "group_key", "As in the group.")
                        .returns::<Map<String, Value>>(),
                    dismiss_group,
                )
        };
    let routes = both(
        Routes::new(),
        [
            "/api/v2/notifications",
            "/api/v2/notifications/unread_count",
            "/api/v2/notifications/{group_key}",
            "/api/v2/notifications/{group_key}/accounts",
            "/api/v2/notifications/{group_key}/dismiss",
        ],
        false,
    );
    both(
        routes,
        [
            "/api/v2_alpha/notifications",
            "/api/v2_alpha/notifications/unread_count",
            "/api/v2_alpha/notifications/{group_key}",
            "/api/v2_alpha/notifications/{group_key}/accounts",
            "/api/v2_alpha/notifications/{group_key}/dismiss",
        ],
        true,
    )
}

/// The notifications of a page of groups.
#[derive(Default)]
struct Rows {
    /// Newest first.
    kept: Vec<Notification>,
    /// The first and the last that were looked at, hidden ones included.
    looked_at: Option<(NotificationId, NotificationId)>,
    /// There are more of them in the direction in which they were read.
    more: bool,
}

impl Rows {
    fn look(&mut self, id: NotificationId) {
        let (first, last) = self.looked_at.unwrap_or((id, id));
        self.looked_at = Some((first.max(id), last.min(id)));
    }

    fn newest(&self) -> Option<i64> {
        self.looked_at.map(|(newest, _)| newest.get())
    }

    fn oldest(&self) -> Option<i64> {
        self.looked_at.map(|(_, oldest)| oldest.get())
    }

    fn done(mut self, upwards: bool, more: bool) -> Self {
        if upwards {
            self.kept.reverse();
        }
        self.more = more;
        self
    }
}

/// Reads until `most` groups are full. A group that goes on in older notifications goes on on the next page. What the
/// caller's filters hide is left out.
async fn read(
    state: &ApiState,
    caller: &Caller,
    filter: &Filter,
    grouped: &[NotificationKind],
    mut page: Page,
) -> ApiResult<Rows> {
    let most = usize::try_from(page.limit).unwrap_or(1);
    let upwards = page.ascending();
    page.limit = BATCH;
    let (mut found, mut groups): (Rows, HashSet<String>) = (Rows::default(), HashSet::new());
    for _ in 0..BATCHES {
        let mut rows = notifications::list(state.ctx(), caller.id(), filter.clone(), page).await?;
        let last = i64::try_from(rows.len()).is_ok_and(|count| count < BATCH);
        let hidden = notifications::hidden(state.ctx(), caller.id(), &rows).await?;
        if upwards {
            // Towards newer ones: the oldest of the batch comes first.
            rows.reverse();
        }
        let mut full = false;
        for row in rows {
            if hidden.contains(&row.id) {
                found.look(row.id);
                continue;
            }
            let key = entities::group_key_of(&row, grouped);
            if groups.len() >= most && !groups.contains(&key) {
                full = true;
                break;
            }
            groups.insert(key);
            found.look(row.id);
            found.kept.push(row);
        }
        if full || last {
            return Ok(found.done(upwards, full));
        }
        page = page.further(found.newest(), found.oldest());
    }
    Ok(found.done(upwards, true))
}

async fn groups(
    State(state): State<ApiState>,
    caller: Caller,
    mut paging: Paging,
    Query(asked): Query<FilterQuery>,
) -> ApiResult<Response> {
    let page = paging.at_most(40, 80);
    let grouped = asked.grouped();
    let rows = match asked.filter() {
        Some(filter) => read(&state, &caller, &filter, &grouped, page).await?,
        None => Rows::default(),
    };
    let body = GroupedNotifications::of(&state, caller.id(), &rows.kept, &grouped).await?;
    // A page of groups is the last one when reading ended, however many rows went into it.
    let filled = if rows.more { rows.kept.len().max(1_000) } else { 0 };
    Ok(paging.answer(&state, &body, rows.newest(), rows.oldest(), filled))
}

async fn unread_count(
    State(state): State<ApiState>,
    caller: Caller,
    Query(asked): Query<FilterQuery>,
) -> ApiResult<Json<Count>> {
    let Some(filter) = asked.filter() else {
        return Ok(Json(Count { count: 0 }));
    };
    let markers = notifications::markers(state.ctx(), caller.id(), vec!["notifications".to_owned()]).await?;
    let page = Page {
        since_id: markers.first().map(|marker| marker.last_read_id),
        ..Page::first(100)
    };
    let grouped = asked.grouped();
    let rows = read(&state, &caller, &filter, &grouped, page).await?;
    let keys: HashSet<_> = rows
        .kept
        .iter()
        .map(|row| entities::group_key_of(row, &grouped))
        .collect();
    let count = i64::try_from(keys.len()).unwrap_or(100).min(100);
    Ok(Json(Count { count }))
}

/// The notifications of one group, newest first, as far as a bounded search finds them.
///
/// # Errors
/// 404 if there are none.
async fn members(state: &ApiState, caller: &Caller, key: &str) -> ApiResult<Vec<Notification>> {
    if let Some(id) = key.strip_prefix("ungrouped-") {
        let id = id
            .parse()
            .map(NotificationId)
            .map_err(|_| ApiError::not_found())?;
        return Ok(vec![notifications::get(state.ctx(), caller.id(), id).await?]);
    }
    let kind = key
        .split_once('-')
        .and_then(|(kind, _)| NotificationKind::parse(kind))
        .ok_or_else(ApiError::not_found)?;
    let filter = Filter {
        types: vec![kind],
        ..Filter::default()
    };
    let mut page = Page::first(BATCH);
    let mut found = Vec::new();
    for _ in 0..GROUP_BATCHES {
        let rows = notifications::list(state.ctx(), caller.id(), filter.clone(), page).await?;
        let last = i64::try_from(rows.len()).is_ok_and(|count| count < BATCH);
        page.max_id = rows.last().map(|row| row.id.get());
        found.extend(rows.into_iter().filter(|row| group_key(row) == key));
        if last {
            break;
        }
    }
    if found.is_empty() {
        return Err(ApiError::not_found());
    }
    Ok(found)
}

async fn one_group(
    State(state): State<ApiState>,
    caller: Caller,
    Path(key): Path<String>,
) -> ApiResult<Json<GroupedNotifications>> {
    let rows = members(&state, &caller, &key).await?;
    // A notification may be asked for alone though its kind is grouped.
    let grouped: &[_] = if key.starts_with("ungrouped-") {
        &[]
    } else {
        &NotificationKind::ALL
    };
    let answer = GroupedNotifications::of(&state, caller.id(), &rows, grouped).await?;
    if answer.notification_groups.is_empty() {
        return Err(ApiError::not_found());
    }
    Ok(Json(answer))
}

async fn group_accounts(
    State(state): State<ApiState>,
    caller: Caller,
    Path(key): Path<String>,
) -> ApiResult<Json<Vec<Account>>> {
    let rows = members(&state, &caller, &key).await?;
    let mut seen = HashSet::new();
    let ids = rows
        .iter()
        .map(|row| row.from)
        .filter(|from| seen.insert(*from))
        .take(200)
        .collect();
    let people = accounts::get_many(state.ctx(), ids).await?;
    Ok(Json(entities::accounts(&state, &people).await?))
}

async fn dismiss_group(
    State(state): State<ApiState>,
    caller: Caller,
    Path(key): Path<String>,
) -> ApiResult<Json<Map<String, Value>>> {
    let rows = match members(&state, &caller, &key).await {
        Ok(rows) => rows,
        // Nothing to remove: the wish is met.
        Err(error) if error.status() == http::StatusCode::NOT_FOUND => Vec::new(),
        Err(error) => return Err(error),
    };
    let ids = rows.into_iter().map(|row| row.id).collect();
    notifications::dismiss_these(state.ctx(), caller.id(), ids).await?;
    Ok(Json(Map::new()))
}
