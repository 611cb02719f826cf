//! What administrators must know of peers without asking.

use super::READ;
use super::keys::PeerBrief;
use crate::entities::stamp;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::peers;
use entrenous_door::{Doc, Routes};
use entrenous_model as model;
use schemars::JsonSchema;
use serde::Serialize;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/api/entrenous/v1/admin/alerts",
        READ,
        Doc::new("administration", "What is wrong with peers: changed keys first").returns::<Vec<Alert>>(),
        list,
    )
}

/// One thing that is wrong with one peer.
#[derive(Debug, Serialize, JsonSchema)]
struct Alert {
    /// `keys_changed`: it shows other keys than the pinned ones, and was suspended; `refused`: it answers 403; `failing`: it
    /// has taken nothing for more than a day.
    kind: &'static str,
    /// With whom.
    peer: PeerBrief,
    /// Since when.
    since: String,
    /// In English, with what to do.
    text: String,
    /// Fingerprint of its pinned keys.
    fingerprint: Option<String>,
    /// Of `keys_changed`: fingerprint of the keys that it shows.
    shown_fingerprint: Option<String>,
    /// What the last failure was.
    last_error: Option<String>,
}

impl From<&peers::Alert> for Alert {
    fn from(alert: &peers::Alert) -> Self {
        let peer = &*alert.peer;
        Self {
            kind: alert.kind.as_str(),
            peer: peer.into(),
            since: stamp(alert.since),
            text: alert.text(),
            fingerprint: peer.keys.as_ref().map(|keys| keys.fingerprint.clone()),
            shown_fingerprint: peer.alert.as_ref().map(|alert| alert.fingerprint.clone()),
            last_error: peer.last_error.clone(),
        }
    }
}

/// Keys that a peer shows in place of the pinned ones.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct KeyAlert {
    /// Their fingerprint.
    fingerprint: String,
    /// When they were seen first.
    since: String,
}

impl From<&model::KeyAlert> for KeyAlert {
    fn from(alert: &model::KeyAlert) -> Self {
        Self {
            fingerprint: alert.fingerprint.clone(),
            since: stamp(alert.since),
        }
    }
}

async fn list(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<Alert>>> {
    let all = peers::alerts(state.ctx()).await?;
    Ok(Json(all.iter().map(Alert::from).collect()))
}
