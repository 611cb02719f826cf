//! The federation ledger of a peer.

use super::READ;
use crate::at::At;
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::secrets::hex;
use entrenous_domain::{ledger, peers};
use entrenous_door::{Doc, Routes};
use entrenous_model::{LedgerRow, Peer, PeerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/peers/{id}/ledger",
            READ,
            doc("What crossed between this node and a peer, or was refused, newest first")
                .about("Kinds, ids, sizes and reasons, never content. `max_id` is the number of a row.")
                .query::<LedgerQuery>()
                .paged()
                .returns::<Vec<LedgerEntry>>(),
            rows,
        )
        .get(
            "/api/entrenous/v1/admin/peers/{id}/ledger/verify",
            READ,
            doc("Whether every row of a peer's ledger is as it was written").returns::<LedgerCheck>(),
            verify,
        )
}

/// One row of a ledger.
#[derive(Debug, Serialize, JsonSchema)]
struct LedgerEntry {
    /// Its number in the ledger of this peer, from 1 without gaps.
    id: String,
    /// When, with microseconds.
    at: String,
    /// `sent` (an activity of ours), `received` (one of theirs), `served` (they asked us) or `fetched` (we asked them).
    direction: String,
    /// An activity's type, such as `Create` or `Undo Like`, or `GET` and what was asked for.
    kind: String,
    /// ActivityPub id of the activity; `hmac:` and a keyed hash where it would tell of a person.
    activity: Option<String>,
    /// What it is about, likewise.
    object: Option<String>,
    /// Who: `hmac:` and a keyed hash. The key goes with the person.
    person: Option<String>,
    /// Size in bytes, of all of them if there were several.
    bytes: i64,
    /// How often the same within a second; 1 for an activity.
    times: i64,
    /// `crossed` or `refused`.
    outcome: &'static str,
    /// Why it was refused, a stable code.
    reason: Option<String>,
    /// SHA-256 of the row before.
    prev: String,
    /// SHA-256 of `prev` and this row.
    hash: String,
}

/// What came of looking at every row.
#[derive(Debug, Serialize, JsonSchema)]
struct LedgerCheck {
    /// Whether every row is as it was written.
    whole: bool,
    /// Rows that are there.
    rows: i64,
    /// The end: the number of the last row and its hash, `12:ab…`. Kept elsewhere, `entrenous peer ledger --verify --head`
    /// tells later whether anything up to it was written anew.
    head: Option<String>,
    /// What is wrong, in order, at most 20.
    findings: Vec<LedgerFinding>,
}

/// Something that is wrong with a ledger.
#[derive(Debug, Serialize, JsonSchema)]
struct LedgerFinding {
    /// The number of the row.
    id: String,
    /// In words.
    what: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct LedgerQuery {
    /// `crossed` or `refused`: only that.
    #[serde(deserialize_with = "lenient::text")]
    outcome: Option<String>,
}

impl LedgerEntry {
    fn of(row: LedgerRow) -> Self {
        Self {
            id: row.seq.to_string(),
            at: ledger::time(row.at),
            direction: row.direction,
            kind: row.kind,
            activity: row.activity,
            object: row.object,
            person: row.person,
            bytes: row.bytes,
            times: row.times,
            outcome: if row.reason.is_some() {
                "refused"
            } else {
                "crossed"
            },
            reason: row.reason,
            prev: hex(&row.prev),
            hash: hex(&row.hash),
        }
    }
}

async fn peer(state: &ApiState, id: PeerId) -> ApiResult<Arc<Peer>> {
    peers::get(state.ctx(), id).await?.ok_or_else(ApiError::not_found)
}

async fn rows(
    State(state): State<ApiState>,
    _: Caller,
    At(id): At<PeerId>,
    mut paging: Paging,
    Query(asked): Query<LedgerQuery>,
) -> ApiResult<Response> {
    let page = paging.at_most(40, 200);
    let peer = peer(&state, id).await?;
    let refused = match asked.outcome.as_deref() {
        Some("refused") => Some(true),
        Some("crossed") => Some(false),
        _ => None,
    };
    let rows = ledger::page(state.ctx(), &peer, page.max_id, refused, page.limit).await?;
    let (newest, oldest) = (rows.first().map(|row| row.seq), rows.last().map(|row| row.seq));
    let body: Vec<_> = rows.into_iter().map(LedgerEntry::of).collect();
    Ok(paging.answer(&state, &body, newest, oldest, body.len()))
}

async fn verify(
    State(state): State<ApiState>,
    _: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<LedgerCheck>> {
    let peer = peer(&state, id).await?;
    let checked = ledger::verify(state.ctx(), &peer, None).await?;
    Ok(Json(LedgerCheck {
        whole: checked.is_whole(),
        rows: checked.rows,
        head: checked
            .head
            .map(|head| format!("{}:{}", head.seq, hex(&head.hash))),
        findings: checked
            .findings
            .iter()
            .map(|finding| LedgerFinding {
                id: finding.seq.to_string(),
                what: finding.to_string(),
            })
            .collect(),
    }))
}
