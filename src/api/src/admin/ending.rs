//! The end of a connection: what it would mean, and what became of it.

use super::READ;
use crate::at::At;
use crate::entities::stamp;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::peers;
use entrenous_door::{Doc, Routes};
use entrenous_model::{self as model, AtEnd, OrderState, PeerId, Software, Tally};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/api/entrenous/v1/admin/peers/{id}/consequences",
        READ,
        Doc::new("administration", "What would end if this peer were revoked now").returns::<Consequences>(),
        consequences,
    )
}

/// How a connection ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Ending {
    /// When we ordered the peer to remove or hide what it has of ours; null if it ended the connection itself, or runs
    /// other software.
    ordered_at: Option<String>,
    /// When its receipt came.
    confirmed_at: Option<String>,
    /// What it has removed or hidden, by its signed receipt.
    receipt: Option<Done>,
    /// `unconfirmed`, `confirmed`, `given_up` after thirty days; `unconfirmable`: other software takes no such order;
    /// `not_ordered`: the peer ended it.
    state: &'static str,
    /// What was removed or hidden here of what it gave, so far.
    here: Option<Done>,
    /// When that was done; null while it is going on.
    here_finished_at: Option<String>,
}

/// What was removed or hidden.
#[derive(Debug, Serialize, JsonSchema)]
struct Done {
    /// `hide` or `purge`.
    how: &'static str,
    /// Posts and boosts.
    posts: u64,
    /// Files and profile pictures.
    files: u64,
    /// People.
    people: u64,
    /// Follows and requests that ended, in both directions.
    follows: u64,
    /// Notifications.
    notifications: u64,
    /// Favourites of what others wrote.
    favourites: u64,
    /// Votes in polls of others.
    votes: u64,
}

const fn word(how: AtEnd) -> &'static str {
    match how {
        AtEnd::Hide => "hide",
        AtEnd::Purge => "purge",
    }
}

impl Done {
    fn of(how: AtEnd, tally: &Tally) -> Self {
        Self {
            how: word(how),
            posts: tally.posts,
            files: tally.files,
            people: tally.people,
            follows: tally.follows,
            notifications: tally.notifications,
            favourites: tally.favourites,
            votes: tally.votes,
        }
    }

    fn of_receipt(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Receipt {
            how: AtEnd,
            tally: Tally,
        }
        let receipt: Receipt = serde_json::from_str(text).ok()?;
        Some(Self::of(receipt.how, &receipt.tally))
    }
}

impl Ending {
    pub(super) fn of(peer: &model::Peer, ending: &peers::Ending) -> Self {
        let order = ending.order.as_ref();
        let here = ending.here.as_ref();
        Self {
            ordered_at: order.map(|order| stamp(order.ordered_at)),
            confirmed_at: order.and_then(|order| order.received_at).map(stamp),
            receipt: order
                .and_then(|order| order.receipt.as_deref())
                .and_then(Done::of_receipt),
            state: match order.map(model::PurgeOrder::state) {
                Some(state) => OrderState::as_str(state),
                None if peer.software == Software::Other => "unconfirmable",
                None => "not_ordered",
            },
            here: here.map(|here| Done::of(here.how, &here.tally)),
            here_finished_at: here.and_then(|here| here.finished_at).map(stamp),
        }
    }
}

/// What would end if a peer were revoked now.
#[derive(Debug, Serialize, JsonSchema)]
struct Consequences {
    /// Follows and requests by our people.
    follows_by_us: u64,
    /// Follows and requests by people of the peer.
    follows_by_them: u64,
    /// The peer's people who are known here.
    people: u64,
    /// Their posts and boosts here.
    posts: u64,
    /// Their files and profile pictures here.
    files: u64,
    /// Notifications of what they did.
    notifications: u64,
    /// Their favourites of what others wrote.
    favourites: u64,
    /// Their votes in polls of others.
    votes: u64,
    /// Deliveries that wait for the peer and would not be sent.
    queued: u64,
    /// What would happen here to what the peer gave: `hide` or `purge`.
    here: &'static str,
    /// What the peer would be ordered to do with what we gave: `hide` or `purge`; null: other software takes no order.
    there: Option<&'static str>,
}

async fn consequences(
    State(state): State<ApiState>,
    _: Caller,
    At(id): At<PeerId>,
) -> ApiResult<Json<Consequences>> {
    let peer = peers::get(state.ctx(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let counted = peers::consequences(state.ctx(), id).await?;
    let native = peer.software == Software::Native;
    Ok(Json(Consequences {
        follows_by_us: counted.follows_by_us,
        follows_by_them: counted.follows_by_them,
        people: counted.people,
        posts: counted.posts,
        files: counted.files,
        notifications: counted.notifications,
        favourites: counted.favourites,
        votes: counted.votes,
        queued: counted.queued,
        here: word(peer.contract.they_give.at_end),
        there: native.then(|| word(peer.contract.we_give.at_end)),
    }))
}
