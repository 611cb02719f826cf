//! What I feature on my profile: people (`endorsements`) and hashtags (`featured_tags`).

use crate::at::At;
use crate::entities::{self, Account, FeaturedTag, Tag};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::{endorsements, hashtags};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{AccountId, FeaturedTagId, Page};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:accounts");
    let write = Access::Person("write:accounts");
    let doc = |summary| Doc::new("featured", summary);
    Routes::new()
        .get(
            "/api/v1/endorsements",
            read,
            doc("People I feature; `limit=0` for all of them")
                .paged()
                .returns::<Vec<Account>>(),
            people,
        )
        .get(
            "/api/v1/featured_tags",
            read,
            doc("Hashtags I feature").returns::<Vec<FeaturedTag>>(),
            tags,
        )
        .post(
            "/api/v1/featured_tags",
            write,
            doc("Feature a hashtag; at most 10")
                .body::<Named>()
                .returns::<FeaturedTag>(),
            feature,
        )
        .delete(
            "/api/v1/featured_tags/{id}",
            write,
            doc("No longer feature a hashtag").returns::<Map<String, Value>>(),
            unfeature,
        )
        .get(
            "/api/v1/featured_tags/suggestions",
            read,
            doc("Hashtags that I use and do not feature, at most 10").returns::<Vec<Tag>>(),
            suggestions,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Named {
    /// The hashtag, with or without `#`.
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
}

/// The hashtags that someone features.
///
/// # Errors
/// Only the store's.
pub(crate) async fn tags_of(state: &ApiState, account: AccountId) -> ApiResult<Vec<FeaturedTag>> {
    let all = hashtags::featured(state.ctx(), account).await?;
    let origin = state.ctx().origin();
    Ok(all.iter().map(|tag| FeaturedTag::of(origin, tag)).collect())
}

/// A page of the people whom someone features.
///
/// # Errors
/// Only the store's.
pub(crate) async fn people_of(
    state: &ApiState,
    account: AccountId,
    mut paging: Paging,
) -> ApiResult<Response> {
    if paging.wants_all() {
        let rows = endorsements::of(state.ctx(), account, Page::first(endorsements::MOST)).await?;
        let people: Vec<_> = rows.into_iter().map(|(_, account)| account).collect();
        return Ok(Json(entities::accounts(state, &people).await?).into_response());
    }
    let rows = endorsements::of(state.ctx(), account, paging.at_most(40, 80)).await?;
    crate::people::page(state, &paging, rows).await
}

async fn people(State(state): State<ApiState>, caller: Caller, paging: Paging) -> ApiResult<Response> {
    people_of(&state, caller.id(), paging).await
}

async fn tags(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<FeaturedTag>>> {
    Ok(Json(tags_of(&state, caller.id()).await?))
}

async fn feature(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<Named>,
) -> ApiResult<Json<FeaturedTag>> {
    let name = asked.name.unwrap_or_default();
    let tag = hashtags::feature(state.ctx(), caller.id(), name.trim()).await?;
    Ok(Json(FeaturedTag::of(state.ctx().origin(), &tag)))
}

async fn unfeature(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<FeaturedTagId>,
) -> ApiResult<Json<Map<String, Value>>> {
    hashtags::unfeature(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn suggestions(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<Tag>>> {
    let ctx = state.ctx();
    let names = hashtags::to_feature(ctx, caller.id()).await?;
    let followed = hashtags::followed_among(ctx, caller.id(), names.clone()).await?;
    let mut tags = Vec::with_capacity(names.len());
    for name in names {
        let uses = hashtags::use_per_day(ctx, &name).await?;
        tags.push(Tag {
            following: followed.contains(&name),
            ..Tag::new(ctx.origin(), &name, ctx.now(), &uses)
        });
    }
    Ok(Json(tags))
}
