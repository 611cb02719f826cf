//! What hangs on one account: posts, followers, and lists that are empty here.

use super::shown;
use crate::at::At;
use crate::closed::CLOSED;
use crate::entities::{Account, FeaturedTag, Status};
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::posts::{self, PostView};
use entrenous_domain::timelines::{self, AccountFilter};
use entrenous_domain::{DomainError, follows, groups};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{AccountId, GroupId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/v1/accounts/{id}/statuses",
            Access::Person("read:statuses"),
            Doc::new("accounts", "Posts of an account that I may see")
                .query::<StatusesQuery>()
                .paged()
                .returns::<Vec<Status>>(),
            statuses,
        )
        .get(
            "/api/v1/accounts/{id}/followers",
            Access::Person("read:accounts"),
            Doc::new("accounts", "Followers known here")
                .paged()
                .returns::<Vec<Account>>(),
            followers,
        )
        .get(
            "/api/v1/accounts/{id}/following",
            Access::Person("read:accounts"),
            Doc::new("accounts", "Whom an account follows, as known here")
                .paged()
                .returns::<Vec<Account>>(),
            following,
        )
        .get(
            "/api/v1/accounts/{id}/featured_tags",
            Access::Person("read:accounts"),
            Doc::new("accounts", "Hashtags featured on the profile").returns::<Vec<FeaturedTag>>(),
            featured_tags,
        )
        .get(
            "/api/v1/accounts/{id}/endorsements",
            Access::Person("read:accounts"),
            Doc::new("accounts", "People featured on the profile")
                .paged()
                .returns::<Vec<Account>>(),
            endorsements,
        )
        .get(
            "/api/v1/accounts/{id}/identity_proofs",
            Access::Person("read:accounts"),
            Doc::new(CLOSED, "Always an empty list")
                .about("Mastodon has given proofs of identity up.")
                .deprecated()
                .returns::<Vec<Value>>(),
            nothing,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct StatusesQuery {
    /// Only pinned ones.
    #[serde(deserialize_with = "lenient::flag")]
    pinned: Option<bool>,
    /// Without replies to others.
    #[serde(deserialize_with = "lenient::flag")]
    exclude_replies: Option<bool>,
    /// Without boosts.
    #[serde(deserialize_with = "lenient::flag")]
    exclude_reblogs: Option<bool>,
    /// Only with media.
    #[serde(deserialize_with = "lenient::flag")]
    only_media: Option<bool>,
    /// Only with this hashtag.
    #[serde(deserialize_with = "lenient::text")]
    tagged: Option<String>,
}

async fn statuses(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    mut paging: Paging,
    Query(asked): Query<StatusesQuery>,
) -> ApiResult<Response> {
    let account = shown(&state, &caller, id).await?;
    if account.is_own_group() {
        return of_group(&state, &caller, id.into(), paging, &asked).await;
    }
    let filter = AccountFilter {
        exclude_replies: asked.exclude_replies.unwrap_or(false),
        exclude_boosts: asked.exclude_reblogs.unwrap_or(false),
        only_media: asked.only_media.unwrap_or(false),
        pinned: asked.pinned.unwrap_or(false),
    };
    let ids = timelines::account(state.ctx(), caller.viewer(), id, filter, paging.at_most(20, 40)).await?;
    let mut views = posts::views(state.ctx(), caller.viewer(), ids.clone()).await?;
    only_tagged(&mut views, asked.tagged.as_deref());
    crate::timelines::page(&state, &caller, &paging, &ids, &views).await
}

/// Leaves those with this hashtag, if one is asked for. The page stays that of the unfiltered list, so that the links lead
/// through all of it.
fn only_tagged(views: &mut Vec<PostView>, tag: Option<&str>) {
    if let Some(tag) = tag.filter(|tag| !tag.is_empty()) {
        let tag = tag.to_lowercase();
        views.retain(|view| view.tags.contains(&tag));
    }
}

/// What is said in a group, for clients that know no groups: to who is not in it, nothing. Nothing is pinned.
async fn of_group(
    state: &ApiState,
    caller: &Caller,
    id: GroupId,
    mut paging: Paging,
    asked: &StatusesQuery,
) -> ApiResult<Response> {
    let page = paging.at_most(20, 40);
    let media = asked.only_media.unwrap_or(false);
    let ids = match groups::timeline(state.ctx(), caller.id(), id, media, page).await {
        Ok(ids) if !asked.pinned.unwrap_or(false) => ids,
        Ok(_) | Err(DomainError::NotFound) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut views = posts::views(state.ctx(), caller.viewer(), ids.clone()).await?;
    views.retain(|view| !asked.exclude_replies.unwrap_or(false) || view.post.in_reply_to_uri.is_none());
    only_tagged(&mut views, asked.tagged.as_deref());
    crate::timelines::page(state, caller, &paging, &ids, &views).await
}

async fn followers(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    shown(&state, &caller, id).await?;
    let rows = follows::followers(state.ctx(), id, paging.at_most(40, 80)).await?;
    crate::people::page(&state, &paging, rows).await
}

async fn following(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    shown(&state, &caller, id).await?;
    let rows = follows::following(state.ctx(), id, paging.at_most(40, 80)).await?;
    crate::people::page(&state, &paging, rows).await
}

async fn featured_tags(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Vec<FeaturedTag>>> {
    shown(&state, &caller, id).await?;
    Ok(Json(crate::featured::tags_of(&state, id).await?))
}

async fn endorsements(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    paging: Paging,
) -> ApiResult<Response> {
    shown(&state, &caller, id).await?;
    crate::featured::people_of(&state, id, paging).await
}

async fn nothing(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<[Value; 0]>> {
    shown(&state, &caller, id).await?;
    Ok(Json([]))
}
