//! The side of each of the two: an introduction comes, and is answered.

use super::{settle, tell};
use crate::peers::contracts::Signed;
use crate::peers::invitations::{Beginning, put};
use crate::peers::life::load;
use crate::{Ctx, DomainError, Receipt, Result, audit, outbox, own_keys, work};
use chrono::TimeDelta;
use entrenous_model::{
    Contract, Introduction, IntroductionId, IntroductionState, KeyGeneration, Matter, Origin,
    OutboundActivity, Peer, PeerId, PeerIdentity, PeerState, ProposalStep, Receiving, Time,
};
use entrenous_store::{Conn, StoreError, Tx, introductions as rows, peers as peer_rows};

/// What the trail says of one that came.
const RECEIVED: &str = "introduction.received";
/// What it says of one that has no effect.
const PASSED_OVER: &str = "introduction.passed_over";

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
/// What has no effect (a node that is connected or about to be, more than anyone reads) is taken all the same: a refusal would
/// halt the sponsor's queue for what nobody did wrong.
///
/// # Errors
/// `AlreadyReceived`; `Refused("contract")` if the contract gives no introductions; `Invalid` for terms beyond their bounds, or
/// a statement of more than [`Introduction::LARGEST`].
pub async fn received(ctx: &Ctx, receipt: Receipt, new: Answers) -> Result<Option<IntroductionId>> {
    crate::peers::checked(&new.contract)?;
    if new.document.len() > Introduction::LARGEST {
        return Err(DomainError::invalid("the introduction is too long"));
    }
    let receipt = Receipt {
        matter: Matter::Introduction,
        ..receipt
    };
    let trail = ctx.clone();
    work::write(ctx, move |tx| {
        let sponsor = load(tx, receipt.peer)?;
        crate::peers::claim(tx, &receipt)?;
        let (known, now) = (peer_rows::by_origin(tx, &new.node.origin)?, tx.now());
        let why = if let Some(known) = known.as_ref().filter(|known| known.state != PeerState::Revoked) {
            Some(format!("is {} already", known.state.as_str()))
        } else if new.expires_at <= now {
            Some("came too late".to_owned())
        } else if rows::is_known(tx, sponsor.id, &new.uri)? {
            Some("came before".to_owned())
        } else if rows::count_unaccepted(tx, sponsor.id)? >= Introduction::MOST_OPEN {
            Some("is one too many".to_owned())
        } else {
            None
        };
        if let Some(why) = why {
            if audit::admits(&trail, sponsor.id, PASSED_OVER) {
                let detail = format!("{} {why}", new.node.origin);
                audit::of_peer(tx, "peer", PASSED_OVER, &sponsor, &detail)?;
            }
            return Ok(None);
        }
        let new = Introduction {
            id: IntroductionId(tx.next_id()),
            peer: sponsor.id,
            by_us: false,
            uri: new.uri.clone(),
            offer: new.offer.clone(),
            node: new.node.clone(),
            contract: new.contract.clone(),
            note: new.note.chars().take(Introduction::NOTE).collect(),
            state: IntroductionState::Open,
            other_confirmed: false,
            made_at: now,
            expires_at: new.expires_at.min(now + TimeDelta::days(Introduction::DAYS)),
            answered_at: None,
            document: new.document.clone(),
        };
        rows::put(tx, &new)?;
        if audit::admits(&trail, sponsor.id, RECEIVED) {
            tell(tx, &sponsor, &new, "peer", RECEIVED)?;
        } else {
            super::changed(tx, sponsor.id)?;
        }
        Ok(Some(new.id))
    })
    .await
}

/// Whether our administrator's policy accepts an introduction; asked again when it is accepted by it.
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
            match peer_rows::by_id(conn, one.peer)? {
                Some(sponsor) => fits_policy(conn, &one, &sponsor),
                None => Ok(false),
            }
        })
        .await?)
}

/// The sponsor's introductions are accepted; it asks for no more than the sponsor itself has; the node was never known, since it
/// may have been ended on purpose; and not too many others by this sponsor have yet to answer.
fn fits_policy(conn: &mut Conn, one: &Introduction, sponsor: &Peer) -> std::result::Result<bool, StoreError> {
    let (asked, given) = (&one.contract, &sponsor.contract);
    let within = asked.we_give.within(&given.we_give.for_another())
        && asked.they_give.within(&given.they_give.for_another());
    Ok(sponsor.accepts_introductions
        && within
        && peer_rows::by_origin(conn, &one.node.origin)?.is_none()
        && peer_rows::pending_by(conn, &sponsor.origin)?.len() < Introduction::MOST_PENDING)
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

/// Who accepts an introduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// An administrator, by name.
    Administrator(String),
    /// The policy that an administrator has set, which is asked once more.
    Policy,
}

/// Our administrator (or the policy) accepts: the node is `PendingRemote` until it says that it has accepted too. `answer` is
/// what the sponsor is told; `our_keys` are those that the statement names.
///
/// # Errors
/// `NotFound`; `Conflict` if it was answered, has expired, its sponsor may introduce no more, the node is connected or about to
/// be, or the policy does not hold (any more).
pub async fn accept(
    ctx: &Ctx,
    by: By,
    id: IntroductionId,
    our_keys: KeyGeneration,
    answer: Signed,
) -> Result<PeerId> {
    let ours = ctx.origin().clone();
    let peer = work::write(ctx, move |tx| {
        let (one, sponsor) = standing(tx, id)?;
        let actor = match &by {
            By::Administrator(name) => name.as_str(),
            By::Policy if fits_policy(tx, &one, &sponsor)? => "policy",
            By::Policy => return Err(DomainError::Conflict("the policy does not accept it".to_owned())),
        };
        let known = match peer_rows::by_origin(tx, &one.node.origin)? {
            Some(known) => Some(load(tx, known.id)?),
            None => None,
        };
        if let Some(known) = known.as_ref().filter(|known| !may_begin(known, &one, &ours)) {
            return Err(DomainError::Conflict(format!(
                "{} is {} already",
                known.origin,
                known.state.as_str()
            )));
        }
        let now = tx.now();
        rows::close_others(tx, &one.node.origin, None, now)?;
        settle(tx, &one, IntroductionState::Accepted, &sponsor, actor)?;
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
        say(tx, &sponsor, ProposalStep::Accept, answer.document.clone())?;
        Ok(id)
    })
    .await?;
    ctx.trust().forget_everything();
    Ok(peer)
}

/// Whether a connection with a node that is known may begin by an introduction: it has ended, or waits for the other side by
/// another introduction while the other side waits for this one. Of two that wait for different ones, the node whose origin
/// comes last in the alphabet may change.
fn may_begin(known: &Peer, one: &Introduction, ours: &Origin) -> bool {
    match known.state {
        PeerState::Revoked => true,
        PeerState::PendingRemote => {
            known.introduced_by.is_some() && one.other_confirmed && *ours > known.origin
        }
        PeerState::PendingLocal | PeerState::Active | PeerState::Suspended => false,
    }
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
