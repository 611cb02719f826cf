//! Introductions: a peer that two nodes trust makes them known to each other (`federation.md`, "Introductions").
//!
//! | who | verb | what |
//! |---|---|---|
//! | sponsor | [`make`] | one signed statement with both nodes' keys and the contract between them, offered to each |
//! | each of the two | [`received`] | the offer waits for the administrator, or a policy answers it |
//! | each of the two | [`accept`], [`decline`] | the answer to the sponsor; who accepts knows the other as `PendingRemote` |
//! | each of the two | [`met`], [`answered_by_node`] | each asks the other at its address; who gets its acceptance has a peer |
//! | sponsor | [`answered`] | learns what became of it |
//!
//! Trust is not transitive: until a node's own administrator, or a policy that its administrator has set, has accepted, the
//! other node is nobody to it, and no packet goes there.

mod answer;
mod make;
mod meet;

pub use answer::{Answers, By, accept, accepts, by_policy, decline, received};
pub use make::{Made, Newcomer, between, introducible, make, newcomers};
pub use meet::{Met, Stands, answered, answered_by_node, known_by, met, refused_by_node, waiting};

use crate::{Ctx, Result, audit};
use entrenous_model::{Event, Introduction, IntroductionId, IntroductionState, Peer, PeerId, Time};
use entrenous_store::{StoreError, Tx, introductions as rows};

/// All that were made to this node and by it, newest first, at most 1,000.
///
/// # Errors
/// Only the store's.
pub async fn all(ctx: &Ctx) -> Result<Vec<Introduction>> {
    Ok(ctx.store().read(rows::all).await?)
}

/// One of them.
///
/// # Errors
/// Only the store's.
pub async fn get(ctx: &Ctx, id: IntroductionId) -> Result<Option<Introduction>> {
    Ok(ctx.store().read(move |conn| rows::by_id(conn, id)).await?)
}

/// What is shown of its state: one that nobody answered in time has expired.
#[must_use]
pub fn state_in_words(one: &Introduction, now: Time) -> &'static str {
    match one.state {
        IntroductionState::Open if now >= one.expires_at => "expired",
        state => state.as_str(),
    }
}

/// What became of an introduction, with its audit line.
fn settle(
    tx: &mut Tx,
    one: &Introduction,
    state: IntroductionState,
    peer: &Peer,
    actor: &str,
) -> std::result::Result<(), StoreError> {
    let now = tx.now();
    rows::answer(tx, one.id, state, now)?;
    let action = match state {
        IntroductionState::Open | IntroductionState::Accepted => "introduction.accepted",
        IntroductionState::Declined => "introduction.declined",
        IntroductionState::Connected => "introduction.connected",
    };
    tell(tx, peer, one, actor, action)
}

fn tell(
    tx: &mut Tx,
    peer: &Peer,
    one: &Introduction,
    actor: &str,
    action: &str,
) -> std::result::Result<(), StoreError> {
    let node = &one.node;
    let detail = if one.by_us {
        format!("{} to {}", node.origin, peer.origin)
    } else {
        format!(
            "{} by {}; fingerprint {}",
            node.origin, peer.origin, node.keys.fingerprint
        )
    };
    audit::of_peer(tx, actor, action, peer, &detail)?;
    changed(tx, peer.id)
}

fn changed(tx: &mut Tx, peer: PeerId) -> std::result::Result<(), StoreError> {
    tx.emit(Event::PeerChanged { peer })
}
