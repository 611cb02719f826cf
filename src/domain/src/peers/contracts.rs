//! Changing a contract: one side offers, the other accepts, and it takes effect on both (`federation.md`, "Trust").
//!
//! An offer that was signed binds its side until the agreement moves on: the other's acceptance holds the whole offer, so
//! nothing has to be remembered for it to count. Should each side accept an offer of the other at the same moment, the offer
//! of the side whose origin comes first in the alphabet holds, on both.

use super::life::load;
use crate::{Ctx, DomainError, Receipt, Result, audit, outbox};
use entrenous_model::{
    Agreed, Contract, Event, OutboundActivity, Peer, PeerId, PeerState, ProfileScope, Proposal, ProposalStep,
    Software,
};
use entrenous_store::{StoreError, Tx, peers as rows, proposals};

/// What the trail calls an offer.
const PROPOSED: &str = "contract.proposed";
/// What the trail calls what crossed with a change.
const PASSED_OVER: &str = "contract.passed_over";

/// An activity of ours about a contract, signed.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Its id.
    pub uri: String,
    /// The whole of it, as JSON.
    pub document: String,
}

/// The proposals that stand, theirs first. One whose version is past is not among them.
///
/// # Errors
/// Only the store's.
pub async fn open(ctx: &Ctx, peer: PeerId) -> Result<Vec<Proposal>> {
    Ok(ctx
        .store()
        .read(move |conn| {
            let Some(known) = rows::by_id(conn, peer)? else {
                return Ok(Vec::new());
            };
            let mut all = proposals::of_peer(conn, peer)?;
            all.retain(|one| one.contract.version == next(&known));
            Ok::<_, StoreError>(all)
        })
        .await?)
}

/// What was agreed, newest first; the first version, which came with the invitation, is not in it.
///
/// # Errors
/// Only the store's.
pub async fn history(ctx: &Ctx, peer: PeerId) -> Result<Vec<Agreed>> {
    Ok(ctx
        .store()
        .read(move |conn| proposals::agreed(conn, peer, 100))
        .await?)
}

/// What the contract would be under its next version.
///
/// # Errors
/// `Invalid` for terms beyond their bounds, or if nothing would change; `Conflict` unless the peer is active and runs
/// Entrenous.
pub fn next_version(peer: &Peer, mut contract: Contract) -> Result<Contract> {
    may_change(peer)?;
    super::checked(&contract)?;
    contract.version = peer.contract.version;
    if contract == peer.contract {
        return Err(DomainError::invalid("the contract says that already"));
    }
    contract.version = next(peer);
    Ok(contract)
}

/// Our administrator offers a change. It takes the place of an earlier offer of ours.
///
/// # Errors
/// As [`next_version`]; `Conflict` if the contract was changed meanwhile; `Invalid` for a long note.
pub async fn propose(
    ctx: &Ctx,
    actor: &str,
    peer: PeerId,
    contract: Contract,
    note: String,
    signed: Signed,
) -> Result<()> {
    if note.chars().count() > Proposal::NOTE {
        return Err(DomainError::invalid("a note has at most 500 characters"));
    }
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, peer)?;
            may_change(&peer)?;
            if contract.version != next(&peer) {
                return Err(changed_meanwhile());
            }
            let new = Proposal {
                peer: peer.id,
                uri: signed.uri,
                by_us: true,
                contract,
                note,
                made_at: tx.now(),
                document: signed.document.clone(),
            };
            proposals::put(tx, &new)?;
            say(tx, &peer, ProposalStep::Offer, signed.document)?;
            tell(tx, &peer, &actor, PROPOSED, new.contract.version)
        })
        .await
}

/// Our administrator accepts the offer `uri`: it takes effect here at once, and there when they hear of it.
///
/// # Errors
/// `NotFound` if that offer does not stand (any more).
pub async fn accept(ctx: &Ctx, actor: &str, peer: PeerId, uri: &str, signed: Signed) -> Result<()> {
    let (actor, uri) = (actor.to_owned(), uri.to_owned());
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, peer)?;
            may_change(&peer)?;
            let offer = standing(tx, &peer, &uri)?;
            let agreed = Agreed {
                contract: offer.contract,
                by_us: false,
                document: signed.document.clone(),
                agreed_at: tx.now(),
            };
            take_effect(tx, peer.clone(), agreed, &actor)?;
            // After it, so that the peer may be told whatever the contract says now.
            say(tx, &peer, ProposalStep::Accept, signed.document)
        })
        .await?;
    forget_caches(ctx);
    Ok(())
}

/// Our administrator turns the offer `uri` down.
///
/// # Errors
/// `NotFound` if that offer does not stand (any more).
pub async fn reject(ctx: &Ctx, actor: &str, peer: PeerId, uri: &str, signed: Signed) -> Result<()> {
    let (actor, uri) = (actor.to_owned(), uri.to_owned());
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, peer)?;
            may_change(&peer)?;
            let offer = standing(tx, &peer, &uri)?;
            proposals::remove(tx, peer.id, false)?;
            say(tx, &peer, ProposalStep::Reject, signed.document)?;
            tell(tx, &peer, &actor, "contract.rejected", offer.contract.version)
        })
        .await
}

/// The peer offers a change: it waits for our administrator.
///
/// # Errors
/// `AlreadyReceived`; `Invalid` for terms beyond their bounds.
pub async fn offered(
    ctx: &Ctx,
    receipt: Receipt,
    contract: Contract,
    note: String,
    signed: Signed,
) -> Result<()> {
    super::checked(&contract)?;
    let trail = ctx.clone();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, receipt.peer)?;
            super::claim(tx, &receipt)?;
            if contract.version != next(&peer) {
                return passed_over(&trail, tx, &peer, &contract);
            }
            let new = Proposal {
                peer: peer.id,
                uri: signed.uri,
                by_us: false,
                contract,
                note: note.chars().take(Proposal::NOTE).collect(),
                made_at: tx.now(),
                document: signed.document,
            };
            proposals::put(tx, &new)?;
            if audit::admits(&trail, peer.id, PROPOSED) {
                return tell(tx, &peer, "peer", PROPOSED, new.contract.version);
            }
            tx.emit(Event::PeerChanged { peer: peer.id })?;
            Ok(())
        })
        .await
}

/// The peer accepts an offer that this node has signed (the caller has verified that).
///
/// # Errors
/// `AlreadyReceived`.
pub async fn accepted(ctx: &Ctx, receipt: Receipt, contract: Contract, document: String) -> Result<()> {
    let ours = ctx.origin().clone();
    let trail = ctx.clone();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, receipt.peer)?;
            super::claim(tx, &receipt)?;
            let crossed = contract.version == peer.contract.version && contract != peer.contract;
            if crossed && peer.origin < ours {
                // Each accepted the other's: theirs holds, and they know.
                return Ok(());
            }
            if contract == peer.contract {
                return Ok(());
            }
            if !crossed && contract.version != next(&peer) {
                return passed_over(&trail, tx, &peer, &contract);
            }
            let agreed = Agreed {
                contract,
                by_us: true,
                document,
                agreed_at: tx.now(),
            };
            take_effect(tx, peer, agreed, "peer")
        })
        .await?;
    forget_caches(ctx);
    Ok(())
}

/// The peer turns our offer down.
///
/// # Errors
/// `AlreadyReceived`.
pub async fn rejected(ctx: &Ctx, receipt: Receipt, uri: &str) -> Result<()> {
    let uri = uri.to_owned();
    ctx.store()
        .write(move |tx| {
            let peer = load(tx, receipt.peer)?;
            super::claim(tx, &receipt)?;
            let ours = proposals::of_peer(tx, peer.id)?
                .into_iter()
                .find(|one| one.by_us && one.uri == uri);
            let Some(ours) = ours else { return Ok(()) };
            proposals::remove(tx, peer.id, true)?;
            tell(tx, &peer, "peer", "contract.rejected", ours.contract.version)
        })
        .await
}

/// Sets the contract with other software, which is ours alone: it takes effect at once.
///
/// # Errors
/// `Invalid` for terms beyond their bounds; `Conflict` for a node of Entrenous, or a peer that was revoked.
pub async fn set_alone(ctx: &Ctx, actor: &str, peer: PeerId, mut contract: Contract) -> Result<()> {
    super::checked(&contract)?;
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let mut peer = load(tx, peer)?;
            if peer.software == Software::Native || peer.state == PeerState::Revoked {
                return Err(DomainError::Conflict(format!(
                    "the contract with {} is not ours alone to change",
                    peer.origin
                )));
            }
            contract.version = next(&peer);
            peer.contract = contract;
            peer.updated_at = tx.now();
            rows::update(tx, &peer, None)?;
            tell(tx, &peer, &actor, "contract.changed", peer.contract.version)
        })
        .await?;
    forget_caches(ctx);
    Ok(())
}

const fn next(peer: &Peer) -> u32 {
    peer.contract.version.saturating_add(1)
}

fn may_change(peer: &Peer) -> Result<()> {
    if peer.software != Software::Native {
        return Err(DomainError::Conflict(format!(
            "{} knows of no contract: ours can be set",
            peer.origin
        )));
    }
    if !peer.is_active() {
        return Err(DomainError::Conflict(format!(
            "{} is {}: its contract changes while it is active",
            peer.origin,
            peer.state.as_str()
        )));
    }
    Ok(())
}

fn changed_meanwhile() -> DomainError {
    DomainError::Conflict("the contract was changed meanwhile: look at it again".to_owned())
}

/// Their offer, if it can still be answered.
fn standing(tx: &mut Tx, peer: &Peer, uri: &str) -> Result<Proposal> {
    proposals::of_peer(tx, peer.id)?
        .into_iter()
        .find(|one| !one.by_us && one.uri == uri && one.contract.version == next(peer))
        .ok_or(DomainError::NotFound)
}

fn take_effect(tx: &mut Tx, mut peer: Peer, agreed: Agreed, actor: &str) -> Result<()> {
    proposals::agree(tx, peer.id, &agreed)?;
    proposals::remove(tx, peer.id, false)?;
    proposals::remove(tx, peer.id, true)?;
    forget_profiles(tx, &peer, &agreed.contract)?;
    let narrower = agreed.contract.we_give != peer.contract.we_give;
    peer.contract = agreed.contract;
    peer.updated_at = tx.now();
    rows::update(tx, &peer, None)?;
    if narrower {
        // URLs of files may be with the peer, and need no signature.
        entrenous_store::attachments::raise_epochs_here(tx)?;
    }
    tell(tx, &peer, actor, "contract.changed", peer.contract.version)
}

/// What of their people's profiles is no longer given is no longer kept.
fn forget_profiles(tx: &mut Tx, peer: &Peer, now: &Contract) -> Result<()> {
    let (before, after) = (peer.contract.they_give.profile, now.they_give.profile);
    let lost = ProfileScope {
        pictures: before.pictures && !after.pictures,
        note: before.note && !after.note,
        fields: before.fields && !after.fields,
    };
    Ok(entrenous_store::accounts::forget_profiles(tx, peer.id, lost)?)
}

fn say(tx: &mut Tx, peer: &Peer, step: ProposalStep, document: String) -> Result<()> {
    outbox::queue_to(tx, peer, &OutboundActivity::Contract { step, document })
}

/// What is said of a version that is not the next one crossed with a change, and has no effect. It is taken all the same: a
/// refusal would halt the peer's queue for what nobody did wrong.
fn passed_over(ctx: &Ctx, tx: &mut Tx, peer: &Peer, contract: &Contract) -> Result<()> {
    if !audit::admits(ctx, peer.id, PASSED_OVER) {
        return Ok(());
    }
    let detail = format!("version {} is not the next one", contract.version);
    Ok(audit::of_peer(tx, "peer", PASSED_OVER, peer, &detail)?)
}

fn tell(tx: &mut Tx, peer: &Peer, actor: &str, action: &str, version: u32) -> Result<()> {
    let detail = format!("{}: version {version}", peer.name);
    audit::of_peer(tx, actor, action, peer, &detail)?;
    tx.emit(Event::PeerChanged { peer: peer.id })?;
    Ok(())
}

fn forget_caches(ctx: &Ctx) {
    ctx.trust().forget_everything();
    ctx.caches().forget_everything();
}
