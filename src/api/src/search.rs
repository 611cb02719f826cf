//! Search of people, posts and hashtags.

use crate::entities::{self, Search};
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::search::{self, PostSearch};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{AccountId, PostId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest query, in characters.
const LONGEST: usize = 2_048;
/// Hashtags whose use per day is told; the rest of a page shows none.
const DESCRIBED: usize = 5;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| {
        Doc::new("search", summary)
            .query::<Asked>()
            .param(
                Place::Query,
                "limit",
                "How many of each, 20 if not said, at most 40.",
            )
            .param(Place::Query, "offset", "Skips that many; needs `type`.")
            .param(
                Place::Query,
                "exclude_unreviewed",
                "Nothing is reviewed here: no effect.",
            )
    };
    Routes::new()
        .get(
            "/api/v2/search",
            Access::Person("read:search"),
            doc("Search people, posts and hashtags; with `resolve` also on trusted peers, by handle or URL")
                .returns::<Search>(),
            both,
        )
        .get(
            "/api/v1/search",
            Access::Person("read:search"),
            doc("Search, with hashtags as text")
                .deprecated()
                .returns::<OldSearch>(),
            old,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// What to look for: words, a handle, or the URL of a person or post. For posts also `"words in sequence"`, `#hashtag`,
    /// `-without`, `from:`, `in:library`, `in:public`, `has:`, `is:`, `language:`, `before:`, `after:`, `during:`.
    q: String,
    /// `accounts`, `statuses` or `hashtags`; all if not said.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    kind: Option<String>,
    /// Ask trusted peers for an exact handle or URL.
    #[serde(deserialize_with = "lenient::flag")]
    resolve: Option<bool>,
    /// Only people I follow.
    #[serde(deserialize_with = "lenient::flag")]
    following: Option<bool>,
    /// Only posts of this account.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    account_id: Option<AccountId>,
    /// Only posts older than this one.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    max_id: Option<PostId>,
    /// Only posts newer than this one.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    min_id: Option<PostId>,
}

/// The answer of the first version.
#[derive(Debug, Serialize, JsonSchema)]
struct OldSearch {
    accounts: Vec<entities::Account>,
    statuses: Vec<entities::Status>,
    hashtags: Vec<String>,
}

async fn both(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Search>> {
    Ok(Json(found(&state, &caller, &paging, &asked).await?))
}

async fn old(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<OldSearch>> {
    let found = found(&state, &caller, &paging, &asked).await?;
    Ok(Json(OldSearch {
        accounts: found.accounts,
        statuses: found.statuses,
        hashtags: found.hashtags.into_iter().map(|tag| tag.name).collect(),
    }))
}

async fn found(state: &ApiState, caller: &Caller, paging: &Paging, asked: &Asked) -> ApiResult<Search> {
    let query = asked.q.trim();
    let mut answer = Search::default();
    if query.is_empty() {
        return Ok(answer);
    }
    if query.chars().count() > LONGEST {
        return Err(ApiError::invalid("q is too long"));
    }
    let kind = asked.kind.as_deref().filter(|kind| !kind.is_empty());
    let (offset, limit) = paging.offset(20, 40);
    // As Mastodon: without a type there is one page of each.
    let offset = if kind.is_some() { offset } else { 0 };
    let wants = |name: &str| kind.is_none_or(|kind| kind == name);
    let resolve = asked.resolve.unwrap_or(false) && offset == 0;
    if wants("accounts") && asked.account_id.is_none() {
        let following = asked.following.unwrap_or(false);
        let people =
            search::accounts(state.ctx(), caller.id(), query, resolve, following, offset, limit).await?;
        answer.accounts = entities::accounts(state, &people).await?;
    }
    if wants("statuses") {
        let asked = PostSearch {
            query,
            resolve,
            account: asked.account_id,
            max_id: asked.max_id,
            min_id: asked.min_id,
            offset,
            limit,
        };
        let ids = search::posts(state.ctx(), caller.id(), asked).await?;
        answer.statuses = entities::statuses_by_id(state, caller.id(), ids).await?;
    }
    if wants("hashtags") {
        let name = query.trim_start_matches('#').to_lowercase();
        if !name.is_empty() {
            for (place, (tag, _)) in search::tags(state.ctx(), &name, offset, limit)
                .await?
                .into_iter()
                .enumerate()
            {
                answer.hashtags.push(if place < DESCRIBED {
                    crate::tags::described(state, caller.id(), &tag).await?
                } else {
                    entities::Tag::new(state.ctx().origin(), &tag, state.ctx().now(), &[])
                });
            }
        }
    }
    Ok(answer)
}
