//! Introductions: what was made to this node and by it, and what is done with them.

use super::contract::{Contract, ContractAsked};
use super::peers::{AdminPeer, found, shown as shown_peer};
use super::{READ, WRITE};
use crate::at::At;
use crate::entities::stamp;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::peers::{self, introductions};
use entrenous_door::{Doc, Routes};
use entrenous_model::{self as model, IntroductionId, PeerId, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const OVER: &str = "It was answered, has expired, or cannot be accepted any more";

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/introductions",
            READ,
            doc("Nodes that peers made known to this one, and those it made known, newest first")
                .returns::<Vec<Introduction>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/introductions/{id}/accept",
            WRITE,
            doc("Accept an introduction: the node becomes a peer when it has accepted too")
                .returns::<Introduction>()
                .also(409, OVER),
            accept,
        )
        .post(
            "/api/entrenous/v1/admin/introductions/{id}/decline",
            WRITE,
            doc("Turn an introduction down")
                .returns::<Introduction>()
                .also(409, OVER),
            decline,
        )
        .get(
            "/api/entrenous/v1/admin/peers/{id}/introducible",
            READ,
            doc("Peers that a peer may be introduced to now")
                .returns::<Vec<AdminPeer>>()
                .also(409, "It may not be introduced to anybody"),
            introducible,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/introductions",
            WRITE,
            doc("Introduce a peer to others, and each of them to it")
                .about(
                    "Each of the two gets one signed statement with the keys of both, and its administrator is asked. \
                     Without a contract, each would give the other what it gives this node.",
                )
                .body::<Make>()
                .returns::<Vec<Introduction>>()
                .also(409, "It may not be introduced, or not to these"),
            make,
        )
        .post(
            "/api/entrenous/v1/admin/peers/{id}/introductions_policy",
            WRITE,
            doc("Whether introductions by a peer are accepted without asking")
                .about(
                    "With `accept`, an introduction that asks for no more than the contract with that peer gives is \
                     accepted at once. `ask` is how it begins.",
                )
                .body::<Policy>()
                .returns::<AdminPeer>()
                .also(409, "It is not active"),
            policy,
        )
}

/// One node, made known to another by a peer of both.
#[derive(Debug, Serialize, JsonSchema)]
struct Introduction {
    /// Local id.
    id: String,
    /// This node makes it known; else a peer does.
    by_us: bool,
    /// Who makes it known; of one by this node, to whom.
    peer: Named,
    /// The node that is made known, such as `https://nantes.example`.
    origin: String,
    /// As in handles.
    authority: String,
    /// Its name.
    name: String,
    /// Fingerprint of its keys, by the word of who makes it known.
    fingerprint: String,
    /// What would cross between the two, seen from the node that it is made known to.
    contract: Contract,
    /// Why.
    note: String,
    /// `open`, `accepted` (the other node has not answered), `declined`, `expired` or `connected`.
    state: String,
    /// The other node's administrator has accepted already.
    other_confirmed: bool,
    /// When it was made, or came.
    made_at: String,
    /// It cannot be accepted from then on.
    expires_at: String,
    /// When it was answered.
    answered_at: Option<String>,
}

/// A peer by name.
#[derive(Debug, Serialize, JsonSchema)]
struct Named {
    /// Local id.
    id: String,
    /// Its origin.
    origin: String,
    /// Its name.
    name: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Make {
    /// To whom, by their ids; everyone who is possible if left out.
    to: Option<Vec<String>>,
    /// What would hold, seen from the peer that is introduced; what each gives this node if left out.
    contract: Option<ContractAsked>,
    /// Why, at most 500 characters.
    note: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Policy {
    /// `ask` or `accept`.
    introductions: String,
}

fn entity(one: &model::Introduction, peer: &model::Peer, now: Time) -> Introduction {
    Introduction {
        id: one.id.to_string(),
        by_us: one.by_us,
        peer: Named {
            id: peer.id.to_string(),
            origin: peer.origin.to_string(),
            name: peer.name.clone(),
        },
        origin: one.node.origin.to_string(),
        authority: one.node.origin.authority().to_owned(),
        name: one.node.name.clone(),
        fingerprint: one.node.keys.fingerprint.clone(),
        contract: (&one.contract).into(),
        note: one.note.clone(),
        state: introductions::state_in_words(one, now).to_owned(),
        other_confirmed: one.other_confirmed,
        made_at: stamp(one.made_at),
        expires_at: stamp(one.expires_at),
        answered_at: one.answered_at.map(stamp),
    }
}

async fn entities(state: &ApiState, all: Vec<model::Introduction>) -> ApiResult<Vec<Introduction>> {
    let (peers, now) = (peers::list(state.ctx()).await?, state.ctx().now());
    Ok(all
        .iter()
        .filter_map(|one| {
            let peer = peers.iter().find(|peer| peer.id == one.peer)?;
            Some(entity(one, peer, now))
        })
        .collect())
}

async fn list(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Vec<Introduction>>> {
    let all = introductions::all(state.ctx()).await?;
    Ok(Json(entities(&state, all).await?))
}

async fn shown(state: &ApiState, id: IntroductionId) -> ApiResult<Json<Introduction>> {
    let one = introductions::get(state.ctx(), id).await?;
    let mut shown = entities(state, one.into_iter().collect()).await?;
    shown.pop().map(Json).ok_or_else(ApiError::not_found)
}

async fn answer(
    state: &ApiState,
    caller: &Caller,
    id: IntroductionId,
    accept: bool,
) -> ApiResult<Json<Introduction>> {
    let known = introductions::get(state.ctx(), id).await?;
    known.filter(|one| !one.by_us).ok_or_else(ApiError::not_found)?;
    let desk = state.peering()?;
    desk.answer_introduction(&caller.account.username, id, accept)
        .await?;
    shown(state, id).await
}

async fn accept(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<IntroductionId>,
) -> ApiResult<Json<Introduction>> {
    answer(&state, &caller, id, true).await
}

async fn decline(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<IntroductionId>,
) -> ApiResult<Json<Introduction>> {
    answer(&state, &caller, id, false).await
}

async fn introducible(
    State(state): State<ApiState>,
    _: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<Vec<AdminPeer>>> {
    let all = introductions::introducible(state.ctx(), id).await?;
    Ok(Json(all.iter().map(|peer| AdminPeer::of(peer, None)).collect()))
}

async fn make(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
    Params(asked): Params<Make>,
) -> ApiResult<Json<Vec<Introduction>>> {
    found(&state, id).await?;
    let to = asked
        .to
        .map(|ids| {
            ids.iter()
                .map(|id| id.parse())
                .collect::<Result<Vec<PeerId>, _>>()
        })
        .transpose()
        .map_err(|_| ApiError::invalid("to names peers by their ids"))?;
    let contract = asked.contract.map(ContractAsked::whole).transpose()?;
    let note = asked.note.trim().to_owned();
    let desk = state.peering()?;
    desk.introduce(&caller.account.username, id, to, contract, note)
        .await?;
    let all = introductions::all(state.ctx()).await?;
    let of_it = |one: &model::Introduction, origin: &model::Origin| {
        one.by_us && (one.peer == id || &one.node.origin == origin)
    };
    let origin = found(&state, id).await?.origin.clone();
    let made = all.into_iter().filter(|one| of_it(one, &origin)).collect();
    Ok(Json(entities(&state, made).await?))
}

async fn policy(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PeerId>,
    Params(asked): Params<Policy>,
) -> ApiResult<Json<AdminPeer>> {
    let accepts = match asked.introductions.as_str() {
        "accept" => true,
        "ask" => false,
        _ => return Err(ApiError::invalid("introductions is one of: ask, accept")),
    };
    found(&state, id).await?;
    introductions::accepts(state.ctx(), &caller.account.username, id, accepts).await?;
    shown_peer(&state, id).await
}
