//! The side of each of the two: an introduction comes, and is answered.

use super::{settle, tell};
use crate::peers::contracts::Signed;
use crate::peers::invitations::{Beginning, put};
use crate::peers::life::load;
use crate::{Ctx, DomainError, Receipt, Result, audit, outbox, own_keys};
use entrenous_model::{
    Contract, Introduction, IntroductionId, IntroductionState, KeyGeneration, Matter, OutboundActivity, Peer,
    PeerId, PeerIdentity, PeerState, ProposalStep, Receiving, Time,
};
use entrenous_store::{Tx, introductions as rows, peers as peer_rows};

/// An introduction as its sponsor states it, with the signature verified.
#[derive(Debug, Clone)]
pub struct Answers {
    /// ActivityPub id of the statement.
    pub uri: String,
    /// ActivityPub id of the `Offer`.
    pub offer: String,
    /// The node that is made known.
    pub node: PeerIdentity,
    /// What would hold, seen from this node.
    pub contract: Contract,
    /// Why.
    pub note: String,
    /// It cannot be accepted from then on.
    pub expires_at: Time,
    /// The statement.
    pub document: String,
}

/// A peer introduces a node: it waits for our administrator. Answers its number if it does.
///
/// What has no effect (a node that is connected already, more than anyone reads) is taken all the same: a refusal would
/// halt the sponsor's queue for what nobody did wrong.
///
/// # Errors
/// `AlreadyReceived`; `Refused("contract")` if the contract gives no introductions; `Invalid` for terms beyond their bounds.
pub async fn received(ctx: &Ctx, receipt: Receipt, new: Answers) -> Result<Option<IntroductionId>> {
    crate::peers::checked(&new.contract)?;
    let receipt = Receipt {
        matter: Matter::Introduction,
        ..receipt
    };
    ctx.store()
        .write(move |tx| {
            let sponsor = load(tx, receipt.peer)?;
            crate::peers::claim(tx, &receipt)?;
            let (known, now) = (peer_rows::by_origin(tx, &new.node.origin)?, tx.now());
            let why = if known.as_ref().is_some_and(Peer::is_active) {
                Some("is connected already")
            } else if new.expires_at <= now {
                Some("came too late")
            } else if rows::count_open(tx, sponsor.id, now)? >= Introduction::MOST_OPEN {
                Some("is one too many")
            } else {
                None
            };
            if let Some(why) = why {
                let detail = format!("{} {why}", new.node.origin);
                audit::of_peer(tx, "peer", "introduction.passed_over", &sponsor, &detail)?;
                return Ok(None);
            }
            let new = Introduction {
                id: IntroductionId(tx.next_id()),
                peer: sponsor.id,
                by_us: false,
                uri: new.uri,
                offer: new.offer,
                node: new.node,
                contract: new.contract,
                note: new.note.chars().take(Introduction::NOTE).collect(),
                state: IntroductionState::Open,
                other_confirmed: false,
                made_at: now,
                expires_at: new.expires_at,
                answered_at: None,
                document: new.document,
            };
            rows::put(tx, &new)?;
            tell(tx, &sponsor, &new, "peer", "introduction.received")?;
            Ok(Some(new.id))
        })
        .await
}

/// Whether our administrator's policy accepts an introduction: the sponsor's are accepted, it asks for no more than the
/// sponsor itself has, and the node was never one that we have ended.
///
/// # Errors
/// Only the store's.
pub async fn by_policy(ctx: &Ctx, id: IntroductionId) -> Result<bool> {
    Ok(ctx
        .store()
        .read(move |conn| {
            let Some(one) = rows::by_id(conn, id)? else {
                return Ok(false);
            };
            let Some(sponsor) = peer_rows::by_id(conn, one.peer)? else {
                return Ok(false);
            };
            let new = peer_rows::by_origin(conn, &one.node.origin)?.is_none();
            let (asked, given) = (&one.contract, &sponsor.contract);
            Ok::<_, entrenous_store::StoreError>(
                new && sponsor.accepts_introductions
                    && asked.we_give.within(&given.we_give)
                    && asked.they_give.within(&given.they_give),
            )
        })
        .await?)
}

/// Sets whether what a peer introduces is accepted without asking, within what the contract with it gives.
///
/// # Errors
/// `NotFound`; `Conflict` unless active.
pub async fn accepts(ctx: &Ctx, actor: &str, id: PeerId, accepts: bool) -> Result<()> {
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let mut peer = load(tx, id)?;
            if !peer.is_active() {
                return Err(DomainError::Conflict(format!(
                    "{} is {}, not active",
                    peer.origin,
                    peer.state.as_str()
                )));
            }
            if peer.accepts_introductions == accepts {
                return Ok(());
            }
            peer.accepts_introductions = accepts;
            peer.updated_at = tx.now();
            peer_rows::update(tx, &peer, None)?;
            let said = if accepts { "accepted" } else { "asked about" };
            let detail = format!("introductions by {} are {said}", peer.name);
            audit::of_peer(tx, &actor, "introductions.policy", &peer, &detail)?;
            Ok(super::changed(tx, id)?)
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// Our administrator (or the policy) accepts: the node is `PendingRemote` until it says that it has accepted too. `answer` is
/// what the sponsor is told; `our_keys` are those that the statement names.
///
/// # Errors
/// `NotFound`; `Conflict` if it was answered, has expired, its sponsor may introduce no more, or the node is connected.
pub async fn accept(
    ctx: &Ctx,
    actor: &str,
    id: IntroductionId,
    our_keys: KeyGeneration,
    answer: Signed,
) -> Result<PeerId> {
    let actor = actor.to_owned();
    let peer = ctx
        .store()
        .write(move |tx| {
            let (one, sponsor) = standing(tx, id)?;
            let known = peer_rows::by_origin(tx, &one.node.origin)?;
            if known.as_ref().is_some_and(Peer::is_active) {
                return Err(DomainError::Conflict(format!(
                    "{} is connected already",
                    one.node.origin
                )));
            }
            settle(tx, &one, IntroductionState::Accepted, &sponsor, &actor)?;
            let current = own_keys::lock(tx)?;
            let beginning = Beginning {
                identity: &one.node,
                contract: one.contract.clone(),
                state: PeerState::PendingRemote,
                our_keys,
                waiting_for: Some(&one.uri),
                introduced_by: Some(&sponsor.origin),
            };
            let id = put(tx, known.as_ref(), beginning)?;
            own_keys::catch_up(tx, id, our_keys, current)?;
            say(tx, &sponsor, ProposalStep::Accept, answer.document)?;
            Ok(id)
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(peer)
}

/// Our administrator turns it down.
///
/// # Errors
/// `NotFound`; `Conflict` if it was answered or has expired.
pub async fn decline(ctx: &Ctx, actor: &str, id: IntroductionId, answer: Signed) -> Result<()> {
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let (one, sponsor) = standing(tx, id)?;
            settle(tx, &one, IntroductionState::Declined, &sponsor, &actor)?;
            say(tx, &sponsor, ProposalStep::Reject, answer.document)
        })
        .await
}

/// An introduction that can be answered, with its sponsor, whose row is locked.
fn standing(tx: &mut Tx, id: IntroductionId) -> Result<(Introduction, Peer)> {
    let one = rows::by_id(tx, id)?.filter(|one| !one.by_us);
    let sponsor = load(tx, one.ok_or(DomainError::NotFound)?.peer)?;
    // Read again under the lock.
    let one = rows::by_id(tx, id)?.ok_or(DomainError::NotFound)?;
    let wrong = |what: String| Err(DomainError::Conflict(what));
    if !one.is_open(tx.now()) {
        let state = super::state_in_words(&one, tx.now());
        return wrong(format!("the introduction of {} is {state}", one.node.origin));
    }
    if sponsor.clear::<Receiving>(Matter::Introduction).is_err() {
        return wrong(format!(
            "{} may introduce nobody any more: the contract with it has changed or ended",
            sponsor.origin
        ));
    }
    Ok((one, sponsor))
}

fn say(tx: &mut Tx, sponsor: &Peer, step: ProposalStep, document: String) -> Result<()> {
    outbox::queue_to(tx, sponsor, &OutboundActivity::Introduction { step, document })
}
