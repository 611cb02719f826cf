//! Invitations from this node's administrators to another's.

use super::contract::{Contract, ContractAsked, TermsAsked};
use super::{READ, WRITE};
use crate::at::At;
use crate::entities::stamp;
use crate::params::Params;
use crate::trust::InviteOffer;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::peers;
use entrenous_door::{Doc, Routes};
use entrenous_model::peer::PeerInvite;
use entrenous_model::{self as model, Origin, PeerInviteId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/peer_invites",
            READ,
            doc("Invitations to other organisations, newest first").returns::<Vec<Invitation>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/peer_invites",
            WRITE,
            doc("Invite another organisation; the link is shown once")
                .body::<NewInvitation>()
                .returns::<MadeInvitation>(),
            create,
        )
        .delete(
            "/api/entrenous/v1/admin/peer_invites/{id}",
            WRITE,
            doc("Withdraw an invitation").returns::<Map<String, Value>>(),
            revoke,
        )
}

/// An invitation to another organisation. Its token is never stored.
#[derive(Debug, Serialize, JsonSchema)]
struct Invitation {
    /// Local id.
    id: String,
    /// Why.
    purpose: String,
    /// What may cross.
    contract: Contract,
    /// The one origin it is for.
    for_origin: Option<String>,
    /// No second confirmation here.
    pre_confirmed: bool,
    /// Once it is a peer, the node is still to be introduced to everyone whom it may be introduced to.
    introduce: bool,
    /// When it was made.
    created_at: String,
    /// Not valid from then on.
    expires_at: String,
    /// The origin that used it.
    used_by: Option<String>,
    /// When it was withdrawn.
    revoked_at: Option<String>,
    /// Whether it can be used now.
    usable: bool,
}

impl Invitation {
    fn of(invite: &PeerInvite, now: model::Time) -> Self {
        Self {
            id: invite.id.to_string(),
            purpose: invite.purpose.clone(),
            contract: (&invite.contract).into(),
            for_origin: invite.for_origin.as_ref().map(Origin::to_string),
            pre_confirmed: invite.pre_confirmed,
            introduce: invite.introduce,
            created_at: stamp(invite.created_at),
            expires_at: stamp(invite.expires_at),
            used_by: invite.used_by.as_ref().map(Origin::to_string),
            revoked_at: invite.revoked_at.map(stamp),
            usable: invite.is_usable(now),
        }
    }
}

/// An invitation that was just made.
#[derive(Debug, Serialize, JsonSchema)]
struct MadeInvitation {
    /// Local id.
    id: String,
    /// The link, shown once: send it by a channel both sides trust.
    link: String,
    /// Fingerprint of this node's keys: compare it by voice.
    fingerprint: String,
    /// Not valid from then on.
    expires_at: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewInvitation {
    /// Why, at most 500 characters.
    purpose: String,
    /// How long it is valid, 1 to 72; 72 if not said.
    #[serde(deserialize_with = "lenient::number")]
    hours: Option<i64>,
    /// The one origin or authority it is for.
    #[serde(deserialize_with = "lenient::text")]
    for_origin: Option<String>,
    /// No second confirmation here; only with `for_origin`.
    #[serde(deserialize_with = "lenient::flag")]
    pre_confirm: Option<bool>,
    /// Introduce the new node to every peer that it may be introduced to, once it is confirmed.
    #[serde(deserialize_with = "lenient::flag")]
    introduce: Option<bool>,
    /// The contract to begin with: `same_organisation` (if not said), `partner_firm` or `receive_only`.
    #[serde(deserialize_with = "lenient::text")]
    preset: Option<String>,
    /// What this node gives; as the preset says if not said.
    we_give: Option<TermsAsked>,
    /// What the other side gives; as the preset says if not said.
    they_give: Option<TermsAsked>,
}

async fn list(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<Invitation>>> {
    let now = state.ctx().now();
    let all = peers::invites(state.ctx()).await?;
    Ok(Json(
        all.iter().map(|invite| Invitation::of(invite, now)).collect(),
    ))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<NewInvitation>,
) -> ApiResult<Json<MadeInvitation>> {
    let for_origin = asked
        .for_origin
        .filter(|text| !text.is_empty())
        .map(|text| Origin::parse(&text))
        .transpose()
        .map_err(ApiError::invalid)?;
    let offer = InviteOffer {
        purpose: asked.purpose,
        contract: ContractAsked {
            preset: asked.preset,
            we_give: asked.we_give,
            they_give: asked.they_give,
        }
        .whole()?,
        hours: asked.hours.unwrap_or(72),
        for_origin,
        pre_confirm: asked.pre_confirm.unwrap_or(false),
        introduce: asked.introduce.unwrap_or(false),
    };
    let made = state
        .peering()?
        .create_invite(&caller.account.username, offer)
        .await?;
    Ok(Json(MadeInvitation {
        id: made.id.to_string(),
        link: made.link,
        fingerprint: made.fingerprint,
        expires_at: stamp(made.expires_at),
    }))
}

async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerInviteId>,
) -> ApiResult<Json<Map<String, Value>>> {
    peers::revoke_invite(state.ctx(), &caller.account.username, id).await?;
    Ok(Json(Map::new()))
}
