//! The sponsor's side: who may be introduced to whom, under which contract.

use super::tell;
use crate::peers::contracts::Signed;
use crate::peers::life::load;
use crate::peers::list;
use crate::{Ctx, DomainError, Result, outbox};
use entrenous_model::{
    Contract, Introduction, IntroductionId, IntroductionState, Matter, OutboundActivity, Peer, PeerId,
    PeerIdentity, PeerInviteId, ProposalStep, Sending, Software, Time,
};
use entrenous_store::{Tx, introductions as rows, peer_invites};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A statement about two of our peers, signed, with the offer of it to each.
#[derive(Debug, Clone)]
pub struct Made {
    /// The statement.
    pub statement: Signed,
    /// Why, as the statement says it.
    pub note: String,
    /// Until when it says that it can be accepted.
    pub expires_at: Time,
    /// To whom it is offered, each with what would hold seen from there.
    pub offers: [(PeerId, Contract, Signed); 2],
}

/// The peers that `about` may be introduced to now: both contracts give introductions, and the two do not know of each
/// other through us.
///
/// # Errors
/// `NotFound` without such a peer; `Conflict` if it may not be introduced at all.
pub async fn introducible(ctx: &Ctx, about: PeerId) -> Result<Vec<Arc<Peer>>> {
    let all = list(ctx).await?;
    let newcomer = all.iter().find(|peer| peer.id == about);
    let newcomer = newcomer.ok_or(DomainError::NotFound)?;
    may_introduce(newcomer)?;
    let made = ctx.store().read(|conn| rows::made(conn, None)).await?;
    let now = ctx.now();
    // Each statement has a row for each of the two, so one direction says it all.
    let known: BTreeSet<_> = made
        .into_iter()
        .filter(|one| one.peer == about && (one.state != IntroductionState::Open || one.is_open(now)))
        .filter(|one| one.state != IntroductionState::Declined)
        .map(|one| one.node.origin)
        .collect();
    let others = all
        .into_iter()
        .filter(|peer| peer.id != about && may_introduce(peer).is_ok() && !known.contains(&peer.origin));
    Ok(others.collect())
}

/// What holds between two peers that are introduced, seen from `first`: what is asked, or else each gives what it gives us.
#[must_use]
pub fn between(first: &Peer, second: &Peer, asked: Option<&Contract>) -> Contract {
    let contract = asked.cloned().unwrap_or_else(|| Contract {
        version: 1,
        we_give: first.contract.they_give.for_another(),
        they_give: second.contract.they_give.for_another(),
    });
    Contract {
        version: 1,
        ..contract
    }
}

/// Our administrator introduces two peers to each other: both get the same statement.
///
/// # Errors
/// `Conflict` if one of the two may not be introduced (any more); `Invalid` for terms beyond their bounds or a long note.
pub async fn make(ctx: &Ctx, actor: &str, made: Vec<Made>, invite: Option<PeerInviteId>) -> Result<()> {
    for one in &made {
        if one.note.chars().count() > Introduction::NOTE {
            return Err(DomainError::invalid("a note has at most 500 characters"));
        }
        for (_, contract, _) in &one.offers {
            crate::peers::checked(contract)?;
        }
    }
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            if let Some(invite) = invite
                && !peer_invites::introduced(tx, invite)?
            {
                // Another process did.
                return Ok(());
            }
            made.iter().try_for_each(|one| make_one(tx, &actor, one))
        })
        .await
}

fn make_one(tx: &mut Tx, actor: &str, made: &Made) -> Result<()> {
    let [(first, ..), (second, ..)] = &made.offers;
    let (first, second) = (load(tx, *first)?, load(tx, *second)?);
    for ((_, contract, offer), (to, about)) in made.offers.iter().zip([(&first, &second), (&second, &first)])
    {
        may_introduce(to)?;
        let new = Introduction {
            id: IntroductionId(tx.next_id()),
            peer: to.id,
            by_us: true,
            uri: made.statement.uri.clone(),
            offer: offer.uri.clone(),
            node: identity(about)?,
            contract: contract.clone(),
            note: made.note.clone(),
            state: IntroductionState::Open,
            other_confirmed: false,
            made_at: tx.now(),
            expires_at: made.expires_at,
            answered_at: None,
            document: made.statement.document.clone(),
        };
        rows::put(tx, &new)?;
        let activity = OutboundActivity::Introduction {
            step: ProposalStep::Offer,
            document: offer.document.clone(),
        };
        outbox::queue_to(tx, to, &activity)?;
        tell(tx, to, &new, actor, "introduction.made")?;
    }
    Ok(())
}

/// What is known of a peer, to be told to another.
fn identity(peer: &Peer) -> Result<PeerIdentity> {
    let missing = || DomainError::Conflict(format!("{} cannot be introduced", peer.origin));
    Ok(PeerIdentity {
        origin: peer.origin.clone(),
        name: peer.name.clone(),
        keys: peer.keys.clone().ok_or_else(missing)?,
        shared_inbox: peer.shared_inbox.clone().ok_or_else(missing)?,
    })
}

fn may_introduce(peer: &Peer) -> Result<()> {
    if peer.software != Software::Native {
        return Err(DomainError::Conflict(format!(
            "{} is other software, which knows of no introductions",
            peer.origin
        )));
    }
    // Who is introduced hears of the other as well.
    peer.clear::<Sending>(Matter::Introduction)
        .map(drop)
        .map_err(|_| {
            DomainError::Conflict(format!(
                "the contract with {} gives no introductions",
                peer.origin
            ))
        })
}

/// A node that came by an invitation which says that it is to be introduced, and is a peer now.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The invitation.
    pub invite: PeerInviteId,
    /// The peer.
    pub peer: PeerId,
    /// Why it was invited.
    pub purpose: String,
}

/// The nodes that are to be introduced.
///
/// # Errors
/// Only the store's.
pub async fn newcomers(ctx: &Ctx) -> Result<Vec<Newcomer>> {
    let all = ctx.store().read(peer_invites::to_introduce).await?;
    let newcomer = |(invite, peer, purpose)| Newcomer {
        invite,
        peer,
        purpose,
    };
    Ok(all.into_iter().map(newcomer).collect())
}
