//! Hashtags: how much one is used, following and featuring it.

use crate::entities::Tag;
use crate::paging::Paging;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::hashtags;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::AccountId;

/// Longest hashtag, in characters.
const LONGEST: usize = 100;
/// Hashtags of a page whose use per day is told; the rest shows none.
const DESCRIBED: usize = 10;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("tags", summary);
    let follows = Access::Person("write:follows");
    let accounts = Access::Person("write:accounts");
    Routes::new()
        .get(
            "/api/v1/followed_tags",
            Access::Person("read:follows"),
            doc("Hashtags I follow, with the use of the first ten")
                .paged()
                .returns::<Vec<Tag>>(),
            followed,
        )
        .get(
            "/api/v1/tags/{name}",
            Access::Person("read:statuses"),
            doc("A hashtag and its use in the last seven days").returns::<Tag>(),
            info,
        )
        .post(
            "/api/v1/tags/{name}/follow",
            follows,
            doc("Follow a hashtag: public posts with it come into my home timeline").returns::<Tag>(),
            follow,
        )
        .post(
            "/api/v1/tags/{name}/unfollow",
            follows,
            doc("No longer follow a hashtag").returns::<Tag>(),
            unfollow,
        )
        .post(
            "/api/v1/tags/{name}/feature",
            accounts,
            doc("Feature a hashtag on my profile").returns::<Tag>(),
            feature,
        )
        .post(
            "/api/v1/tags/{name}/unfeature",
            accounts,
            doc("No longer feature a hashtag").returns::<Tag>(),
            unfeature,
        )
}

/// A hashtag from a path, lower-case, with or without `#`.
///
/// # Errors
/// 404 for what is none.
pub(crate) fn tag_name(text: &str) -> ApiResult<String> {
    let name = text.trim().trim_start_matches('#').to_lowercase();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\u{200c}' | '\u{00b7}');
    if name.is_empty() || name.chars().count() > LONGEST || !name.chars().all(fits) {
        return Err(ApiError::not_found());
    }
    Ok(name)
}

/// A hashtag with its use, for one person.
///
/// # Errors
/// Only the store's.
pub(crate) async fn described(state: &ApiState, viewer: AccountId, name: &str) -> ApiResult<Tag> {
    let ctx = state.ctx();
    let uses = hashtags::use_per_day(ctx, name).await?;
    let followed = hashtags::followed_among(ctx, viewer, vec![name.to_owned()]).await?;
    let featured = hashtags::featured(ctx, viewer).await?;
    Ok(Tag {
        following: !followed.is_empty(),
        featuring: featured.iter().any(|tag| tag.tag == name),
        ..Tag::new(ctx.origin(), name, ctx.now(), &uses)
    })
}

async fn followed(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let ctx = state.ctx();
    let rows = hashtags::followed(ctx, caller.id(), paging.at_most(100, 200)).await?;
    let mut tags = Vec::with_capacity(rows.len());
    for (place, (_, name)) in rows.iter().enumerate() {
        let uses = if place < DESCRIBED {
            hashtags::use_per_day(ctx, name).await?
        } else {
            Vec::new()
        };
        tags.push(Tag {
            following: true,
            ..Tag::new(ctx.origin(), name, ctx.now(), &uses)
        });
    }
    let (newest, oldest) = (rows.first().map(|row| row.0), rows.last().map(|row| row.0));
    Ok(paging.answer(&state, &tags, newest, oldest, rows.len()))
}

async fn info(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
) -> ApiResult<Json<Tag>> {
    Ok(Json(described(&state, caller.id(), &tag_name(&name)?).await?))
}

async fn follow(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
) -> ApiResult<Json<Tag>> {
    let name = tag_name(&name)?;
    hashtags::follow(state.ctx(), caller.id(), &name).await?;
    Ok(Json(described(&state, caller.id(), &name).await?))
}

async fn unfollow(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
) -> ApiResult<Json<Tag>> {
    let name = tag_name(&name)?;
    hashtags::unfollow(state.ctx(), caller.id(), &name).await?;
    Ok(Json(described(&state, caller.id(), &name).await?))
}

async fn feature(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
) -> ApiResult<Json<Tag>> {
    let name = tag_name(&name)?;
    hashtags::feature(state.ctx(), caller.id(), &name).await?;
    Ok(Json(described(&state, caller.id(), &name).await?))
}

async fn unfeature(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
) -> ApiResult<Json<Tag>> {
    let name = tag_name(&name)?;
    hashtags::unfeature_name(state.ctx(), caller.id(), &name).await?;
    Ok(Json(described(&state, caller.id(), &name).await?))
}
