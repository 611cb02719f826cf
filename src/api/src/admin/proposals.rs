//! Changing contracts.

use super::contract::{Contract, ContractAsked};
use super::peers::found;
use super::{READ, WRITE};
use crate::at::At;
use crate::entities::stamp;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::peers::contracts;
use entrenous_door::{Doc, Routes};
use entrenous_model::{self as model, PeerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/peers/{id}/proposals",
            READ,
            doc("Changes of the contract that wait for an answer").returns::<Vec<Proposal>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/proposals",
            WRITE,
            doc("Offer a change of the contract")
                .about(
                    "What is not said stays as it is; with a preset, as the preset says. A node of Entrenous is asked, and \
                     the change takes effect on both sides when its administrator accepts. The contract with other \
                     software is this node's alone and changes at once.",
                )
                .body::<Offer>()
                .returns::<Vec<Proposal>>()
                .also(409, "It is not active"),
            offer,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/proposals/accept",
            WRITE,
            doc("Accept the peer's offer; it takes effect at once")
                .body::<Answer>()
                .returns::<Vec<Proposal>>()
                .also(409, "It is not active, or the contract was changed meanwhile"),
            accept,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/proposals/reject",
            WRITE,
            doc("Turn the peer's offer down")
                .body::<Answer>()
                .returns::<Vec<Proposal>>()
                .also(409, "It is not active, or the contract was changed meanwhile"),
            reject,
        )
        .get(
            "/api/entrenous/v1/admin/peers/{id}/agreements",
            READ,
            doc("Versions of the contract that both have signed, newest first").returns::<Vec<Agreement>>(),
            agreements,
        )
}

/// A change that waits for an answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Proposal {
    /// Its address, which an answer names.
    uri: String,
    /// This node offers it; else the peer does.
    by_us: bool,
    /// What would hold, seen from this node.
    contract: Contract,
    /// Why.
    note: String,
    /// When it was made, or came.
    made_at: String,
}

impl From<&model::Proposal> for Proposal {
    fn from(one: &model::Proposal) -> Self {
        Self {
            uri: one.uri.clone(),
            by_us: one.by_us,
            contract: (&one.contract).into(),
            note: one.note.clone(),
            made_at: stamp(one.made_at),
        }
    }
}

/// A version that was agreed to.
#[derive(Debug, Serialize, JsonSchema)]
struct Agreement {
    /// What holds, or held, seen from this node.
    contract: Contract,
    /// This node offered it; else the peer did.
    by_us: bool,
    /// When it took effect here.
    agreed_at: String,
    /// The acceptance with the offer in it, each signed by its node, as JSON.
    document: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Offer {
    /// What is to hold, seen from this node.
    contract: ContractAsked,
    /// Why, at most 500 characters.
    note: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Answer {
    /// Which offer, by its address.
    uri: String,
}

async fn shown(state: &ApiState, id: PeerId) -> ApiResult<Json<Vec<Proposal>>> {
    let all = contracts::open(state.ctx(), id).await?;
    Ok(Json(all.iter().map(Proposal::from).collect()))
}

async fn list(
    State(state): State<ApiState>,
    _: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<Vec<Proposal>>> {
    found(&state, id).await?;
    shown(&state, id).await
}

async fn offer(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
    Params(asked): Params<Offer>,
) -> ApiResult<Json<Vec<Proposal>>> {
    let peer = found(&state, id).await?;
    let contract = if asked.contract.preset.is_some() {
        asked.contract.whole()?
    } else {
        asked.contract.changing(peer.contract.clone())?
    };
    let desk = state.peering()?;
    desk.propose(
        &caller.account.username,
        id,
        contract,
        asked.note.trim().to_owned(),
    )
    .await?;
    shown(&state, id).await
}

async fn accept(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
    Params(asked): Params<Answer>,
) -> ApiResult<Json<Vec<Proposal>>> {
    answer(&state, &caller, id, &asked.uri, true).await
}

async fn reject(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
    Params(asked): Params<Answer>,
) -> ApiResult<Json<Vec<Proposal>>> {
    answer(&state, &caller, id, &asked.uri, false).await
}

async fn answer(
    state: &ApiState,
    caller: &Caller,
    id: PeerId,
    uri: &str,
    accepts: bool,
) -> ApiResult<Json<Vec<Proposal>>> {
    let desk = state.peering()?;
    desk.answer_proposal(&caller.account.username, id, uri, accepts)
        .await?;
    shown(state, id).await
}

async fn agreements(
    State(state): State<ApiState>,
    _: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<Vec<Agreement>>> {
    found(&state, id).await?;
    let all = contracts::history(state.ctx(), id).await?;
    Ok(Json(
        all.iter()
            .map(|one| Agreement {
                contract: (&one.contract).into(),
                by_us: one.by_us,
                agreed_at: stamp(one.agreed_at),
                document: one.document.clone(),
            })
            .collect(),
    ))
}
