//! Following, blocking, muting, and notes about people.

use super::{found, relationship_to};
use crate::at::At;
use crate::entities::Relationship;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use entrenous_domain::follows::FollowOptions;
use entrenous_domain::{DomainError, Via, accounts, blocks, endorsements, follows, notes};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::AccountId;
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("accounts", summary).returns::<Relationship>();
    let follows = Access::Person("write:follows");
    let blocks = Access::Person("write:blocks");
    let mutes = Access::Person("write:mutes");
    let writes = Access::Person("write:accounts");
    Routes::new()
        .post(
            "/api/v1/accounts/{id}/follow",
            follows,
            doc("Follow, or change how I follow; a group is joined, or asked to let me in")
                .body::<Follow>()
                .also(409, "The group is full, or I am in too many"),
            follow,
        )
        .post(
            "/api/v1/accounts/{id}/unfollow",
            follows,
            doc("End my follow or request, or leave a group"),
            unfollow,
        )
        .post(
            "/api/v1/accounts/{id}/remove_from_followers",
            follows,
            doc("End their follow of me"),
            remove_from_followers,
        )
        .post("/api/v1/accounts/{id}/block", blocks, doc("Block"), block)
        .post(
            "/api/v1/accounts/{id}/unblock",
            blocks,
            doc("End my block"),
            unblock,
        )
        .post(
            "/api/v1/accounts/{id}/mute",
            mutes,
            doc("Mute, for ever or for some seconds").body::<Mute>(),
            mute,
        )
        .post("/api/v1/accounts/{id}/unmute", mutes, doc("End my mute"), unmute)
        .post(
            "/api/v1/accounts/{id}/note",
            writes,
            doc("Set my private note about them").body::<Note>(),
            note,
        )
        .post(
            "/api/v1/accounts/{id}/endorse",
            writes,
            doc("Feature someone whom I follow on my profile"),
            endorse,
        )
        .post(
            "/api/v1/accounts/{id}/pin",
            writes,
            doc("The old name of endorse").deprecated(),
            endorse,
        )
        .post(
            "/api/v1/accounts/{id}/unendorse",
            writes,
            doc("No longer feature on my profile"),
            unendorse,
        )
        .post(
            "/api/v1/accounts/{id}/unpin",
            writes,
            doc("The old name of unendorse").deprecated(),
            unendorse,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Follow {
    /// Boosts appear in the home timeline; yes if not said.
    #[serde(deserialize_with = "lenient::flag")]
    reblogs: Option<bool>,
    /// Each post notifies; no if not said.
    #[serde(deserialize_with = "lenient::flag")]
    notify: Option<bool>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Mute {
    /// Their notifications too; yes if not said.
    #[serde(deserialize_with = "lenient::flag")]
    notifications: Option<bool>,
    /// Seconds; for ever if 0 or not said.
    #[serde(deserialize_with = "lenient::number")]
    duration: Option<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Note {
    /// The note, at most 2,000 characters; an empty one removes it.
    #[serde(deserialize_with = "lenient::text")]
    comment: Option<String>,
}

async fn follow(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    Params(asked): Params<Follow>,
) -> ApiResult<Json<Relationship>> {
    // What is not said stays as it is.
    let now = accounts::relationships(state.ctx(), caller.id(), vec![id]).await?;
    let now = now.first().map(|(_, relationship)| relationship);
    let follows = now.is_some_and(|now| now.following || now.requested);
    let options = FollowOptions {
        show_boosts: asked
            .reblogs
            .unwrap_or_else(|| !follows || now.is_none_or(|now| now.showing_boosts)),
        notify: asked
            .notify
            .unwrap_or_else(|| now.is_some_and(|now| now.notifying)),
    };
    follows::follow(state.ctx(), Via::Local, caller.id(), id, options, None).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn unfollow(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    super::shown(&state, &caller, id).await?;
    follows::unfollow(state.ctx(), Via::Local, caller.id(), id).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn remove_from_followers(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    found(&state, id).await?;
    match follows::reject(state.ctx(), Via::Local, caller.id(), id).await {
        // Nothing to remove: the wish is met.
        Ok(()) | Err(DomainError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    relationship_to(&state, caller.id(), id).await
}

async fn block(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    blocks::block(state.ctx(), Via::Local, caller.id(), id, None).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn unblock(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    found(&state, id).await?;
    blocks::unblock(state.ctx(), Via::Local, caller.id(), id).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn mute(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    Params(asked): Params<Mute>,
) -> ApiResult<Json<Relationship>> {
    let expires_at = match asked.duration.unwrap_or(0) {
        0 => None,
        seconds => Some(
            TimeDelta::try_seconds(seconds)
                .filter(|duration| *duration > TimeDelta::zero())
                .and_then(|duration| state.ctx().now().checked_add_signed(duration))
                .ok_or_else(|| ApiError::invalid("duration is a number of seconds from now"))?,
        ),
    };
    let notifications = asked.notifications.unwrap_or(true);
    blocks::mute(state.ctx(), caller.id(), id, notifications, expires_at).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn unmute(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    found(&state, id).await?;
    blocks::unmute(state.ctx(), caller.id(), id).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn note(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    Params(asked): Params<Note>,
) -> ApiResult<Json<Relationship>> {
    notes::set(state.ctx(), caller.id(), id, &asked.comment.unwrap_or_default()).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn endorse(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    found(&state, id).await?;
    endorsements::endorse(state.ctx(), caller.id(), id).await?;
    relationship_to(&state, caller.id(), id).await
}

async fn unendorse(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Relationship>> {
    found(&state, id).await?;
    endorsements::unendorse(state.ctx(), caller.id(), id).await?;
    relationship_to(&state, caller.id(), id).await
}
