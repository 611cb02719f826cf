//! This node's own keys.

use super::{READ, WRITE};
use crate::entities::stamp;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::own_keys::{self, Standing};
use entrenous_door::{Doc, Routes};
use entrenous_model as model;
use schemars::JsonSchema;
use serde::Serialize;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/keys",
            READ,
            doc("This node's keys, and which peers still have former ones")
                .returns::<OwnKeys>()
                .also(404, "It has none: it was never opened for others"),
            show,
        )
        .post(
            "/api/entrenous/v1/admin/keys/rotate",
            WRITE,
            doc("Change this node's keys")
                .about(
                    "New keys hold at once. Every peer is told in a message signed with the keys that it has, which go on \
                     signing for it until it has the new ones. Open invitations are withdrawn, since their links name the \
                     former keys. While they are being changed, another change is refused (409).",
                )
                .returns::<OwnKeys>()
                .also(409, "They were changed this moment"),
            rotate,
        )
}

/// The keys that this node shows.
#[derive(Debug, Serialize, JsonSchema)]
struct OwnKeys {
    /// What other administrators compare.
    fingerprint: String,
    /// 1 for the first, one more with each change.
    generation: i32,
    /// When they were made.
    made_at: String,
    /// Former keys that some peer still has, the newest first; empty once everyone has the current ones.
    former: Vec<FormerKeys>,
}

/// Former keys that still sign for the peers that have them.
#[derive(Debug, Serialize, JsonSchema)]
struct FormerKeys {
    /// As the peers have it.
    fingerprint: String,
    /// Which.
    generation: i32,
    /// When they were made.
    made_at: String,
    /// Who has them.
    peers: Vec<PeerBrief>,
}

/// A peer, to be named.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PeerBrief {
    /// Local id.
    id: String,
    /// Its identity, such as `https://lyon.example`.
    origin: String,
    /// Name it gives itself.
    name: String,
}

impl From<&model::Peer> for PeerBrief {
    fn from(peer: &model::Peer) -> Self {
        Self {
            id: peer.id.to_string(),
            origin: peer.origin.to_string(),
            name: peer.name.clone(),
        }
    }
}

impl From<Standing> for FormerKeys {
    fn from(one: Standing) -> Self {
        Self {
            fingerprint: one.keys.fingerprint,
            generation: one.keys.generation.get(),
            made_at: stamp(one.keys.made_at),
            peers: one.peers.iter().map(|peer| PeerBrief::from(&**peer)).collect(),
        }
    }
}

async fn shown(state: &ApiState) -> ApiResult<Json<OwnKeys>> {
    let mut all = own_keys::standing(state.ctx()).await?.into_iter();
    // None before the node has ever been opened for federation.
    let current = all.next().ok_or_else(ApiError::not_found)?.keys;
    Ok(Json(OwnKeys {
        fingerprint: current.fingerprint,
        generation: current.generation.get(),
        made_at: stamp(current.made_at),
        former: all.map(FormerKeys::from).collect(),
    }))
}

async fn show(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<OwnKeys>> {
    shown(&state).await
}

async fn rotate(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<OwnKeys>> {
    state.peering()?.rotate_keys(&caller.account.username).await?;
    shown(&state).await
}
