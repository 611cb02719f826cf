//! `/api/v1/pleroma/statuses/:id/reactions`: emoji that a post is answered with, as Pleroma has them.

use crate::at::At;
use crate::entities::{self, Account, EmojiReaction, Status, reaction_urls};
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use entrenous_domain::{Via, accounts, posts};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::PostId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

pub(super) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:statuses");
    let write = Access::Person("write:favourites write:statuses");
    let doc = |summary| Doc::new("statuses", summary);
    let named = |summary| {
        doc(summary).param(
            Place::Path,
            "emoji",
            "A Unicode emoji, a shortcode of this node (`:name:` or `name`), or `name@authority` of a peer's where it is already.",
        )
    };
    Routes::new()
        .get(
            "/api/v1/pleroma/statuses/{id}/reactions",
            read,
            doc("Emoji that a post is answered with, and some of the people")
                .returns::<Vec<ReactionWithPeople>>(),
            all,
        )
        .get(
            "/api/v1/pleroma/statuses/{id}/reactions/{emoji}",
            read,
            named("Who answers a post with an emoji: a list of one, or none")
                .returns::<Vec<ReactionWithPeople>>(),
            one,
        )
        .put(
            "/api/v1/pleroma/statuses/{id}/reactions/{emoji}",
            write,
            named("Answer a post with an emoji; at most eight of mine, and fifty different ones in all")
                .returns::<Status>(),
            react,
        )
        .delete(
            "/api/v1/pleroma/statuses/{id}/reactions/{emoji}",
            write,
            named("Take my answer back").returns::<Status>(),
            unreact,
        )
}

/// An emoji that a post is answered with, and by whom.
#[derive(Debug, Serialize, JsonSchema)]
struct ReactionWithPeople {
    /// The emoji.
    #[serde(flatten)]
    reaction: EmojiReaction,
    /// Some of the people, at most twenty.
    accounts: Vec<Account>,
}

/// The emoji of the path.
#[derive(Debug, Deserialize)]
struct Named {
    emoji: String,
}

type Wanted = Result<Path<Named>, PathRejection>;

fn wanted(named: Wanted) -> ApiResult<String> {
    let Path(Named { emoji }) = named.map_err(|_| ApiError::not_found())?;
    Ok(emoji)
}

async fn all(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Vec<ReactionWithPeople>>> {
    found(&state, &caller, id, None).await
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    named: Wanted,
) -> ApiResult<Json<Vec<ReactionWithPeople>>> {
    let emoji = wanted(named)?;
    let name = posts::unicode_emoji(&emoji).unwrap_or_else(|| emoji.trim_matches(':').to_owned());
    found(&state, &caller, id, Some(&name)).await
}

async fn found(
    state: &ApiState,
    caller: &Caller,
    id: PostId,
    name: Option<&str>,
) -> ApiResult<Json<Vec<ReactionWithPeople>>> {
    let ctx = state.ctx();
    let mut shown = posts::view(ctx, caller.viewer(), id).await?.shown_reactions();
    shown.retain(|one| name.is_none_or(|name| name == one.name));
    let names: Vec<&str> = shown.iter().map(|one| one.name.as_str()).collect();
    let urls = reaction_urls(ctx, &names).await?;
    let mut people: Vec<_> = shown.iter().flat_map(|one| one.people.iter().copied()).collect();
    people.sort_unstable();
    people.dedup();
    let people = accounts::get_many(ctx, people).await?;
    let entities = entities::accounts(state, &people).await?;
    let people: HashMap<_, _> = people.iter().map(|one| one.id).zip(entities).collect();
    Ok(Json(
        shown
            .into_iter()
            .map(|one| ReactionWithPeople {
                accounts: one
                    .people
                    .iter()
                    .filter_map(|who| people.get(who).cloned())
                    .collect(),
                reaction: EmojiReaction::of(one, &urls),
            })
            .collect(),
    ))
}

async fn react(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    named: Wanted,
) -> ApiResult<Json<Status>> {
    let emoji = wanted(named)?;
    posts::react(state.ctx(), Via::Local, caller.id(), id, &emoji, None).await?;
    Ok(Json(entities::status_by_id(&state, caller.id(), id).await?))
}

async fn unreact(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    named: Wanted,
) -> ApiResult<Json<Status>> {
    let emoji = wanted(named)?;
    posts::unreact(state.ctx(), Via::Local, caller.id(), id, Some(&emoji)).await?;
    Ok(Json(entities::status_by_id(&state, caller.id(), id).await?))
}
