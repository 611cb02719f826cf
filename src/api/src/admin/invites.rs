//! Personal invitations to sign up.

use super::{READ, WRITE};
use crate::at::At;
use crate::entities::stamp;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::invites;
use entrenous_door::{Doc, Routes};
use entrenous_model::{self as model, InviteId, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/invites",
            READ,
            doc("Personal invitations, newest first").returns::<Vec<Invite>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/invites",
            WRITE,
            doc("Make a personal invitation; its link is shown once")
                .body::<NewInvite>()
                .returns::<MadeInvite>(),
            create,
        )
        .delete(
            "/api/entrenous/v1/admin/invites/{id}",
            WRITE,
            doc("Withdraw a personal invitation").returns::<Map<String, Value>>(),
            revoke,
        )
}

/// A personal invitation. Its code is never stored.
#[derive(Debug, Serialize, JsonSchema)]
struct Invite {
    /// Local id.
    id: String,
    /// The role of people who accept.
    role: String,
    /// Who made it; null for the command line.
    created_by: Option<String>,
    /// When it was made.
    created_at: String,
    /// Not valid from then on.
    expires_at: String,
    /// How many people may use it.
    max_uses: i32,
    /// How many did.
    uses: i32,
    /// When it was withdrawn.
    revoked_at: Option<String>,
    /// Whether it can be used now.
    usable: bool,
}

impl Invite {
    fn of(invite: &model::Invite, now: model::Time) -> Self {
        Self {
            id: invite.id.to_string(),
            role: invite.role.as_str().to_owned(),
            created_by: invite.created_by.map(|id| id.to_string()),
            created_at: stamp(invite.created_at),
            expires_at: stamp(invite.expires_at),
            max_uses: invite.max_uses,
            uses: invite.uses,
            revoked_at: invite.revoked_at.map(stamp),
            usable: invite.revoked_at.is_none() && invite.uses < invite.max_uses && now < invite.expires_at,
        }
    }
}

/// An invitation that was just made.
#[derive(Debug, Serialize, JsonSchema)]
struct MadeInvite {
    /// As it is stored.
    #[serde(flatten)]
    invite: Invite,
    /// The link, shown once.
    link: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewInvite {
    /// `guest`, `member` (if not said), `moderator`, `administrator` or `owner`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    role: Option<Role>,
    /// How long it is valid; 72 if not said, at most 8,760.
    #[serde(deserialize_with = "lenient::number")]
    hours: Option<i64>,
    /// How many people may use it; 1 if not said, at most 1,000.
    #[serde(deserialize_with = "lenient::number")]
    max_uses: Option<i64>,
}

async fn list(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<Invite>>> {
    let now = state.ctx().now();
    let all = invites::list(state.ctx()).await?;
    Ok(Json(all.iter().map(|invite| Invite::of(invite, now)).collect()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<NewInvite>,
) -> ApiResult<Json<MadeInvite>> {
    let by = Some((caller.id(), caller.member.role));
    let (invite, code) = invites::create(
        state.ctx(),
        by,
        asked.role.unwrap_or(Role::Member),
        asked.hours.unwrap_or(72),
        // What does not fit is out of bounds, and refused there.
        asked
            .max_uses
            .map_or(1, |uses| i32::try_from(uses).unwrap_or(i32::MAX)),
    )
    .await?;
    Ok(Json(MadeInvite {
        invite: Invite::of(&invite, state.ctx().now()),
        link: state.url(&format!("/invite/{code}")),
    }))
}

async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<InviteId>,
) -> ApiResult<Json<Map<String, Value>>> {
    invites::revoke(state.ctx(), &caller.account.username, id).await?;
    Ok(Json(Map::new()))
}
