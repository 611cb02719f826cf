//! The queues of deliveries and the audit trail.

use super::READ;
use crate::entities::stamp;
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::{audit, deliveries, peers};
use entrenous_door::{Doc, Routes};
use entrenous_model::AuditId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/deliveries",
            READ,
            doc("The queue of each peer").returns::<Vec<Queue>>(),
            queues,
        )
        .get(
            "/api/entrenous/v1/admin/audit",
            READ,
            doc("The audit trail, newest first")
                .query::<AuditQuery>()
                .paged()
                .returns::<Vec<AuditLine>>()
                .also(404, "There is no peer of that name"),
            trail,
        )
}

/// The state of one peer's queue.
#[derive(Debug, Serialize, JsonSchema)]
struct Queue {
    /// Local id of the peer.
    peer_id: String,
    /// As in handles.
    authority: String,
    /// Name of the peer.
    name: String,
    /// State of the peer.
    state: String,
    /// Waiting.
    queued: i64,
    /// Delivered in the last 24 hours.
    delivered: i64,
    /// Given up in the last 30 days.
    dropped: i64,
    /// Since when the oldest waits.
    oldest: Option<String>,
    /// `closed`: deliveries go on; `open`: the peer does not take them, and rests; `half_open`: it is tried one at a time.
    circuit: &'static str,
    /// Of the first 1,000 that wait, how many the peer has not taken although it takes others. They are tried again, and
    /// hold up their authors and conversations alone.
    held: i64,
    /// What the peer said to the first of them.
    held_error: Option<String>,
    /// Since when deliveries fail.
    failing_since: Option<String>,
    /// No attempt before then.
    retry_at: Option<String>,
    /// What the last failure was.
    last_error: Option<String>,
}

/// One line of the audit trail.
#[derive(Debug, Serialize, JsonSchema)]
struct AuditLine {
    /// Local id.
    id: String,
    /// When.
    at: String,
    /// Who: a username, `command line`, `peer` or `node`.
    actor: String,
    /// What, such as `peer.confirmed`.
    action: String,
    /// Stable reason code, for refusals.
    reason: Option<String>,
    /// The origin it concerns.
    peer: Option<String>,
    /// Readable detail.
    detail: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct AuditQuery {
    /// Only what concerns this origin or authority.
    #[serde(deserialize_with = "lenient::text")]
    peer: Option<String>,
}

async fn queues(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<Queue>>> {
    let all = deliveries::queues(state.ctx()).await?;
    Ok(Json(
        all.into_iter()
            .map(|queue| Queue {
                peer_id: queue.peer.id.to_string(),
                authority: queue.peer.origin.authority().to_owned(),
                name: queue.peer.name.clone(),
                state: queue.peer.state.as_str().to_owned(),
                queued: queue.queued,
                delivered: queue.delivered,
                dropped: queue.dropped,
                oldest: queue.oldest.map(stamp),
                circuit: queue.circuit.as_str(),
                held: queue.held,
                held_error: queue.held_error,
                failing_since: queue.peer.failing_since.map(stamp),
                retry_at: queue.peer.retry_at.map(stamp),
                last_error: queue.peer.last_error.clone(),
            })
            .collect(),
    ))
}

async fn trail(
    State(state): State<ApiState>,
    _: Caller,
    mut paging: Paging,
    Query(asked): Query<AuditQuery>,
) -> ApiResult<Response> {
    let page = paging.at_most(40, 200);
    let peer = match asked.peer.filter(|text| !text.is_empty()) {
        Some(text) => Some(peers::named(state.ctx(), &text).await?),
        None => None,
    };
    let origin = peer.as_ref().map(|peer| &peer.origin);
    let lines = audit::list(state.ctx(), origin, page.max_id.map(AuditId), page.limit).await?;
    let (newest, oldest) = (
        lines.first().map(|line| line.id.get()),
        lines.last().map(|line| line.id.get()),
    );
    let body: Vec<_> = lines
        .into_iter()
        .map(|line| AuditLine {
            id: line.id.to_string(),
            at: stamp(line.at),
            actor: line.actor,
            action: line.action,
            reason: line.reason,
            peer: line.peer,
            detail: line.detail,
        })
        .collect();
    Ok(paging.answer(&state, &body, newest, oldest, body.len()))
}
