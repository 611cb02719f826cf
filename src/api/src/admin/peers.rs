//! Connected organisations: look, join, confirm, halt, end.

use super::alerts::KeyAlert;
use super::contract::{Contract, ContractAsked, NamedPreset};
use super::ending::Ending;
use super::{READ, WRITE};
use crate::at::At;
use crate::entities::stamp;
use crate::params::Params;
use crate::trust::Preview;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::peers;
use entrenous_door::{Doc, Routes};
use entrenous_model::{self as model, PeerId, Software};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const SILENT: &str = "The other node cannot be reached, or answers as none";

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/peers",
            READ,
            doc("Peers of any state, by origin").returns::<Vec<AdminPeer>>(),
            list,
        )
        .get(
            "/api/entrenous/v1/admin/contracts",
            READ,
            doc("Contracts to begin with").returns::<Vec<NamedPreset>>(),
            presets,
        )
        .get(
            "/api/entrenous/v1/admin/peers/{id}",
            READ,
            doc("One peer").returns::<AdminPeer>(),
            show,
        )
        .post(
            "/api/entrenous/v1/admin/peers/join",
            WRITE,
            doc("Read an invitation, or accept it")
                .about(
                    "Without `confirm`, answers what the invitation says: name, fingerprint and contract of the other \
                     side, to be compared by voice. With `confirm: true`, accepts it and answers the new state too.",
                )
                .body::<Join>()
                .returns::<JoinAnswer>()
                .also(409, "It is known here already, or the invitation is no longer valid")
                .also(502, SILENT),
            join,
        )
        .post(
            "/api/entrenous/v1/admin/peers/trust",
            WRITE,
            doc("Add other ActivityPub software by hand, active at once")
                .body::<Trust>()
                .returns::<AdminPeer>()
                .also(409, "It is this node, or is known here already")
                .also(502, SILENT),
            trust,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/confirm",
            WRITE,
            doc("Confirm a peer that accepted, or one that was suspended")
                .returns::<AdminPeer>()
                .also(
                    409,
                    "It is in another state, or its keys have changed and the pinned ones do not endorse the new ones",
                )
                .also(502, SILENT),
            confirm,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/suspend",
            WRITE,
            doc("Halt a peer: nothing crosses until it is confirmed again")
                .returns::<AdminPeer>()
                .also(409, "It is not active"),
            suspend,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/revoke",
            WRITE,
            doc("End a peer at once")
                .returns::<AdminPeer>()
                .also(409, "It has ended already"),
            revoke,
        )
}

/// A peer as administrators see it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AdminPeer {
    /// Local id.
    id: String,
    /// Its identity, such as `https://lyon.example`.
    origin: String,
    /// As in handles.
    authority: String,
    /// Name it gives itself.
    name: String,
    /// `pending_local`, `pending_remote`, `active`, `suspended` or `revoked`.
    state: String,
    /// `native` (Entrenous) or `other`.
    software: &'static str,
    /// Fingerprint of its pinned keys.
    fingerprint: Option<String>,
    /// What may cross.
    contract: Contract,
    /// When it was first known.
    created_at: String,
    /// Last change of state or contract.
    updated_at: String,
    /// When it last sent or answered something.
    last_seen_at: Option<String>,
    /// Since when deliveries fail.
    failing_since: Option<String>,
    /// What the last failure was.
    last_error: Option<String>,
    /// The origin of who introduced it; null if it was an invitation of its own, or an administrator by hand.
    introduced_by: Option<String>,
    /// What is done with introductions by it: `ask` or `accept`.
    introductions: &'static str,
    /// Keys that it shows in place of the pinned ones, which do not endorse them; null if all is well.
    alert: Option<KeyAlert>,
    /// How it ended; null unless revoked.
    ending: Option<Ending>,
}

impl AdminPeer {
    pub(super) fn of(peer: &model::Peer, ending: Option<&peers::Ending>) -> Self {
        Self {
            id: peer.id.to_string(),
            origin: peer.origin.to_string(),
            authority: peer.origin.authority().to_owned(),
            name: peer.name.clone(),
            state: peer.state.as_str().to_owned(),
            software: match peer.software {
                Software::Native => "native",
                Software::Other => "other",
            },
            fingerprint: peer.keys.as_ref().map(|keys| keys.fingerprint.clone()),
            contract: (&peer.contract).into(),
            created_at: stamp(peer.created_at),
            updated_at: stamp(peer.updated_at),
            last_seen_at: peer.last_seen_at.map(stamp),
            failing_since: peer.failing_since.map(stamp),
            last_error: peer.last_error.clone(),
            introduced_by: peer.introduced_by.as_ref().map(ToString::to_string),
            introductions: if peer.accepts_introductions {
                "accept"
            } else {
                "ask"
            },
            alert: peer.alert.as_ref().map(KeyAlert::from),
            ending: ending.map(|ending| Ending::of(peer, ending)),
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Join {
    /// The link of the invitation.
    link: String,
    /// Accept it; without, it is only read.
    #[serde(deserialize_with = "lenient::flag")]
    confirm: Option<bool>,
}

/// What an invitation says, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct JoinAnswer {
    /// The inviting node.
    origin: String,
    /// Its name.
    name: String,
    /// Why it invites.
    purpose: String,
    /// Fingerprint of its keys, to be compared by voice.
    fingerprint: String,
    /// What may cross.
    contract: Contract,
    /// Not valid from then on.
    expires_at: String,
    /// The state of the peer after accepting; null if the invitation was only read.
    state: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Trust {
    /// `host`, `host:port`, or a whole origin.
    authority: String,
    /// What may cross; ours alone, since such software knows of no contract.
    contract: ContractAsked,
}

pub(super) async fn found(state: &ApiState, id: PeerId) -> ApiResult<Arc<model::Peer>> {
    peers::get(state.ctx(), id).await?.ok_or_else(ApiError::not_found)
}

pub(super) async fn shown(state: &ApiState, id: PeerId) -> ApiResult<Json<AdminPeer>> {
    let peer = found(state, id).await?;
    let endings = peers::endings(state.ctx(), [&*peer]).await?;
    Ok(Json(AdminPeer::of(&peer, endings.get(&id))))
}

async fn list(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<AdminPeer>>> {
    let all = peers::list(state.ctx()).await?;
    let endings = peers::endings(state.ctx(), all.iter().map(AsRef::as_ref)).await?;
    let shown = all.iter().map(|peer| AdminPeer::of(peer, endings.get(&peer.id)));
    Ok(Json(shown.collect()))
}

async fn presets(_: Caller) -> Json<Vec<NamedPreset>> {
    Json(super::contract::presets())
}

async fn show(State(state): State<ApiState>, _: Caller, At(id): At<PeerId>) -> ApiResult<Json<AdminPeer>> {
    shown(&state, id).await
}

async fn join(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<Join>,
) -> ApiResult<Json<JoinAnswer>> {
    let desk = state.peering()?;
    let link = asked.link.trim();
    let Preview {
        origin,
        name,
        purpose,
        fingerprint,
        contract,
        expires_at,
    } = desk.preview(link).await?;
    let state_after = if asked.confirm.unwrap_or(false) {
        let joined = desk.join(&caller.account.username, link).await?;
        Some(joined.as_str().to_owned())
    } else {
        None
    };
    Ok(Json(JoinAnswer {
        origin: origin.to_string(),
        name,
        purpose,
        fingerprint,
        contract: (&contract).into(),
        expires_at: stamp(expires_at),
        state: state_after,
    }))
}

async fn trust(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<Trust>,
) -> ApiResult<Json<AdminPeer>> {
    let id = state
        .peering()?
        .trust(
            &caller.account.username,
            asked.authority.trim(),
            asked.contract.whole()?,
        )
        .await?;
    shown(&state, id).await
}

async fn confirm(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<AdminPeer>> {
    found(&state, id).await?;
    state.peering()?.confirm(&caller.account.username, id).await?;
    shown(&state, id).await
}

async fn suspend(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<AdminPeer>> {
    found(&state, id).await?;
    state.peering()?.suspend(&caller.account.username, id).await?;
    shown(&state, id).await
}

async fn revoke(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<AdminPeer>> {
    found(&state, id).await?;
    state.peering()?.revoke(&caller.account.username, id).await?;
    shown(&state, id).await
}
