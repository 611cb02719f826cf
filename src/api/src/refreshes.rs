//! What is looked up in the background for who reads a conversation: replies on other nodes (Mastodon 4.4, async refreshes).

use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::{Path, State};
use entrenous_domain::cache::Cache;
use entrenous_domain::posts;
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{AccountId, PostId};
use http::HeaderValue;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The header that names a refresh which goes on.
pub(crate) const HEADER: &str = "mastodon-async-refresh";
/// How many are remembered.
const REMEMBERED: u64 = 10_000;
/// For how long.
const KEPT: Duration = Duration::from_secs(15 * 60);
/// Clients ask again after so many seconds.
const RETRY: u32 = 2;

/// The refreshes of this process.
pub(crate) struct Refreshes(Cache<String, Arc<Refresh>>);

struct Refresh {
    owner: AccountId,
    /// How many posts came, when it is over.
    result: OnceLock<usize>,
}

impl Default for Refreshes {
    fn default() -> Self {
        Self(Cache::of_entries(REMEMBERED).living(KEPT))
    }
}

/// A background job of a client's.
#[derive(Serialize, JsonSchema)]
struct AsyncRefresh {
    /// Its id.
    id: String,
    /// `running` or `finished`.
    status: &'static str,
    /// What it has found so far.
    result_count: usize,
}

/// A refresh, as Mastodon wraps it.
#[derive(Serialize, JsonSchema)]
struct Answer {
    async_refresh: AsyncRefresh,
}

pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/api/v1_alpha/async_refreshes/{id}",
        Access::Person("read"),
        Doc::new("statuses", "Whether replies are still looked up")
            .about("The id stands in `Mastodon-Async-Refresh` of the answer to `context`.")
            .param(Place::Path, "id", "The id of the refresh.")
            .returns::<Answer>(),
        show,
    )
}

async fn show(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Answer>> {
    let found = state.refreshes().0.get(&id);
    let refresh = found
        .filter(|refresh| refresh.owner == caller.id())
        .ok_or_else(ApiError::not_found)?;
    let result = refresh.result.get();
    Ok(Json(Answer {
        async_refresh: AsyncRefresh {
            id,
            status: if result.is_some() { "finished" } else { "running" },
            result_count: result.copied().unwrap_or_default(),
        },
    }))
}

/// Begins to ask the nodes of a conversation's posts for replies that are not here, if that is due; the header that names it.
///
/// # Errors
/// Only the store's.
pub(crate) async fn begin(
    state: &ApiState,
    caller: &Caller,
    conversation: &[PostId],
) -> ApiResult<Option<HeaderValue>> {
    let due = posts::replies_due(state.ctx(), conversation).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let id = state.ctx().random_token();
    let refresh = Arc::new(Refresh {
        owner: caller.id(),
        result: OnceLock::new(),
    });
    state.refreshes().0.insert(id.clone(), Arc::clone(&refresh));
    let ctx = state.ctx().clone();
    tokio::spawn(async move {
        let found = posts::fetch_replies(&ctx, due).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "replies are not looked up");
            0
        });
        // Set once, here.
        refresh.result.get_or_init(|| found);
    });
    Ok(HeaderValue::try_from(format!("id=\"{id}\", retry={RETRY}, result_count=0")).ok())
}
