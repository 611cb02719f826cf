//! The end of a connection: ours or theirs, what becomes of their content here, and the order to do the same with ours.

use super::life::{load, turn};
use crate::deliveries::{PATIENCE, pause_after};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, audit, ledger};
use chrono::TimeDelta;
use entrenous_model::{
    AtEnd, Consequences, Crossing, Direction, Event, Parcel, Peer, PeerId, PeerState, Purge, PurgeOrder,
    Software, Tally,
};
use entrenous_store::{purges, received};
use std::collections::BTreeMap;

/// A peer that is at work on an order is asked this often, if its pause would be longer.
const AT_WORK: TimeDelta = TimeDelta::seconds(60);
/// What the ledger calls the order.
pub const ORDER: &str = "Order";
/// What the ledger calls the answer to it.
pub const RECEIPT: &str = "Receipt";

/// How a connection ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// Our order to the peer; `None` if the peer ended it, or runs other software, which knows of no such order.
    pub order: Option<PurgeOrder>,
    /// What is done here with what the peer gave; `None` if it ended before this was kept.
    pub here: Option<Purge>,
}

/// What is removed or hidden, in words.
#[must_use]
pub fn tally_in_words(how: AtEnd, tally: &Tally) -> String {
    let Tally {
        posts,
        files,
        people,
        follows,
        notifications,
        favourites,
        votes,
    } = tally;
    let verb = match how {
        AtEnd::Hide => "hidden",
        AtEnd::Purge => "removed",
    };
    format!(
        "{verb}: {posts} posts, {files} files, {people} people, {notifications} notifications, {favourites} favourites, \
         {votes} votes; {follows} follows ended"
    )
}

/// An order that the peer has taken, and its answer, as the ledger tells of them.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// What was sent.
    pub order: Parcel,
    /// What came back as a receipt.
    pub answer: Parcel,
}

/// A receipt of an order of ours, as the peer gave it.
#[derive(Debug, Clone)]
pub struct Confirmation {
    /// Of the order.
    pub nonce: String,
    /// The peer's signed word, JSON, as it is to be kept.
    pub document: String,
    /// Removed or hidden.
    pub how: AtEnd,
    /// How much.
    pub tally: Tally,
}

/// Ends a peer in the caller's transaction: queued deliveries and follows go, what is known of it is hidden from this
/// moment on, and removed or put away piece by piece afterwards ([`super::purge_piece`]).
fn end(tx: &mut Work<'_>, peer: &Peer, actor: &str) -> Result<()> {
    let (before, now) = (tx.next_id(), tx.now());
    purges::begin(tx, peer.id, peer.contract.they_give.at_end, before, now)?;
    // URLs of files may be with it, and need no signature.
    entrenous_store::attachments::raise_epochs_here(tx)?;
    entrenous_store::introductions::forget(tx, peer.id, &peer.origin)?;
    entrenous_store::introductions::close_others(tx, &peer.origin, None, now)?;
    entrenous_store::peer_invites::introduce_no_more(tx, &peer.origin)?;
    // Whom it has brought and who has not answered was its word alone.
    for brought in entrenous_store::peers::pending_by(tx, &peer.origin)? {
        entrenous_store::introductions::close_others(tx, &brought.origin, None, now)?;
        turn(tx, brought, PeerState::Revoked, actor, "peer.revoked")?;
    }
    turn(tx, peer.clone(), PeerState::Revoked, actor, "peer.revoked")
}

/// Our administrator ends a peer, at once. A native one is ordered to remove or hide what it was given, as the contract
/// says, until it confirms that with a receipt.
///
/// # Errors
/// `Conflict` if revoked already.
pub async fn revoke(ctx: &Ctx, actor: &str, id: PeerId) -> Result<()> {
    let (actor, nonce) = (actor.to_owned(), ctx.random_token());
    work::write(ctx, move |tx| {
        let peer = load(tx, id)?;
        if peer.state == PeerState::Revoked {
            return Err(DomainError::Conflict(format!(
                "{} was revoked before",
                peer.origin
            )));
        }
        end(tx, &peer, &actor)?;
        if peer.software == Software::Native {
            let now = tx.now();
            purges::order(tx, id, &nonce, now, now + PATIENCE)?;
            let what = match peer.contract.we_give.at_end {
                AtEnd::Hide => "hide",
                AtEnd::Purge => "remove",
            };
            let detail = format!("{} is ordered to {what} what it has of ours", peer.name);
            audit::of_peer(tx, &actor, "peer.purge_ordered", &peer, &detail)?;
        }
        Ok(())
    })
    .await?;
    forget(ctx);
    Ok(())
}

fn forget(ctx: &Ctx) {
    ctx.trust().forget_everything();
    ctx.caches().forget_everything();
}

/// The peer has ended it, by the activity of that id, with an order (`nonce`) or, if it is of an earlier version, without.
/// Twice is once; an old notice has no effect after a new beginning. Answers how far the order is carried out.
///
/// # Errors
/// `NotFound`, the store's.
pub async fn revoked_by_peer(
    ctx: &Ctx,
    id: PeerId,
    activity: String,
    nonce: Option<String>,
    bytes: i64,
) -> Result<Option<Purge>> {
    let carried_out = work::write(ctx, move |tx| {
        let peer = load(tx, id)?;
        let known = received::known(tx, &activity)?;
        if peer.state != PeerState::Revoked {
            if known {
                return Ok(None);
            }
            // One of ours that was never confirmed is of an earlier connection.
            purges::end_orders(tx, id)?;
            end(tx, &peer, "peer")?;
        }
        if !known {
            let now = tx.now();
            received::claim(tx, &activity, peer.clear_notice(), now)?;
            let parcel = Parcel {
                kind: ORDER.to_owned(),
                activity: Some(activity.clone()),
                bytes,
                ..Parcel::default()
            };
            ledger::write(tx, [Crossing::of(id, Direction::Received, parcel)])?;
        }
        let Some(nonce) = &nonce else { return Ok(None) };
        if purges::of_peer(tx, id)?.is_none() {
            // It was revoked before this was kept.
            let (before, now) = (tx.next_id(), tx.now());
            purges::begin(tx, id, peer.contract.they_give.at_end, before, now)?;
            tx.emit(Event::PeerChanged { peer: id })?;
        }
        let purge = purges::of_peer(tx, id)?.ok_or(DomainError::NotFound)?;
        if purge.nonce.as_ref() == Some(nonce) {
            return Ok(Some(purge));
        }
        if purge.nonce.is_none() {
            let detail = format!("{} orders that what it gave be removed or hidden", peer.name);
            audit::of_peer(tx, "peer", "peer.purge_received", &peer, &detail)?;
        }
        purges::ordered_by_peer(tx, id, nonce)?;
        Ok(purges::of_peer(tx, id)?)
    })
    .await?;
    forget(ctx);
    Ok(carried_out)
}

/// Orders to revoked peers that are still sent, by when.
///
/// # Errors
/// Only the store's.
pub async fn open_orders(ctx: &Ctx) -> Result<Vec<(PeerId, PurgeOrder)>> {
    Ok(ctx.store().read(purges::open_orders).await?)
}

/// An order was sent, and no receipt came: it is sent again after a pause like a delivery's, for thirty days. `taken`: what
/// was sent, if the peer has taken it and is not through yet.
///
/// # Errors
/// Only the store's.
pub async fn unconfirmed(ctx: &Ctx, id: PeerId, order: &PurgeOrder, taken: Option<Parcel>) -> Result<()> {
    let working = taken.is_some();
    let crossed = taken.map(|order| Crossing::of(id, Direction::Sent, order));
    again(ctx, id, order, working, None, crossed.into_iter().collect()).await
}

/// What came as a receipt is none, with the reason: it is written down, and the order sent again.
///
/// # Errors
/// Only the store's.
pub async fn receipt_refused(
    ctx: &Ctx,
    id: PeerId,
    order: &PurgeOrder,
    exchange: Exchange,
    reason: &'static str,
) -> Result<()> {
    let crossed = vec![
        Crossing::of(id, Direction::Sent, exchange.order),
        Crossing::of(id, Direction::Received, exchange.answer).refused(reason),
    ];
    again(ctx, id, order, false, Some(reason), crossed).await
}

async fn again(
    ctx: &Ctx,
    id: PeerId,
    order: &PurgeOrder,
    working: bool,
    refused: Option<&'static str>,
    crossed: Vec<Crossing>,
) -> Result<()> {
    let order = order.clone();
    work::write(ctx, move |tx| {
        let peer = load(tx, id)?;
        ledger::write(tx, crossed.iter().cloned())?;
        if refused.is_some() {
            let detail = format!("the receipt of {} is not accepted", peer.name);
            let origin = Some(peer.origin.as_str());
            audit::write(tx, "peer", "peer.receipt_refused", refused, origin, &detail)?;
        }
        let pause = pause_after(order.tries.saturating_add(1));
        let pause = if working { pause.min(AT_WORK) } else { pause };
        let next = Some(tx.now() + pause).filter(|next| *next < order.expires_at);
        if purges::retry(tx, &order.nonce, next)? && next.is_none() {
            let detail = format!("{} has not confirmed for thirty days", peer.name);
            audit::of_peer(tx, "node", "peer.purge_given_up", &peer, &detail)?;
            tx.emit(Event::PeerChanged { peer: id })?;
        }
        Ok(())
    })
    .await
}

/// The peer's signed receipt of an order of ours, verified by the caller.
///
/// # Errors
/// `Refused("receipt")` if that peer was not sent that order, or has connected again.
pub async fn confirmed(ctx: &Ctx, id: PeerId, receipt: Confirmation, exchange: Exchange) -> Result<()> {
    work::write(ctx, move |tx| {
        let peer = load(tx, id)?;
        let now = tx.now();
        let (nonce, document) = (&receipt.nonce, &receipt.document);
        if peer.state != PeerState::Revoked || !purges::confirm(tx, id, nonce, document, now)? {
            return Err(DomainError::Refused("receipt"));
        }
        let crossed = [
            Crossing::of(id, Direction::Sent, exchange.order.clone()),
            Crossing::of(id, Direction::Received, exchange.answer.clone()),
        ];
        ledger::write(tx, crossed)?;
        let words = tally_in_words(receipt.how, &receipt.tally);
        let detail = format!("{}, {words}", peer.name);
        audit::of_peer(tx, "peer", "peer.purge_confirmed", &peer, &detail)?;
        tx.emit(Event::PeerChanged { peer: id })?;
        Ok(())
    })
    .await
}

/// How each of these peers ended; those that have not are left out.
///
/// # Errors
/// Only the store's.
pub async fn endings(ctx: &Ctx, of: impl IntoIterator<Item = &Peer>) -> Result<BTreeMap<PeerId, Ending>> {
    let ended = of.into_iter().filter(|peer| peer.state == PeerState::Revoked);
    let ended: Vec<PeerId> = ended.map(|peer| peer.id).collect();
    if ended.is_empty() {
        return Ok(BTreeMap::new());
    }
    let read = move |conn: &mut entrenous_store::Conn| {
        let mut all = BTreeMap::new();
        for id in ended {
            let here = purges::of_peer(conn, id)?;
            let since = here.as_ref().map(|here| here.started_at);
            // One of an earlier connection says nothing about this end.
            let order = purges::last_order(conn, id)?
                .filter(|order| since.is_none_or(|since| order.ordered_at >= since));
            all.insert(id, Ending { order, here });
        }
        Ok::<_, entrenous_store::StoreError>(all)
    };
    Ok(ctx.store().read(read).await?)
}

/// What would end, and be removed or hidden here, if a peer were revoked now.
///
/// # Errors
/// Only the store's.
pub async fn consequences(ctx: &Ctx, id: PeerId) -> Result<Consequences> {
    Ok(ctx
        .store()
        .read(move |conn| purges::consequences(conn, id))
        .await?)
}
