//! Peers: who is trusted, since when, with which keys, for what. Default deny.

mod acquaintance;
mod alerts;
mod cache;
pub mod contracts;
mod ending;
pub mod introductions;
mod invitations;
mod keys;
mod life;
mod network;
mod purge;

pub use acquaintance::may_know;
pub use alerts::{Alert, AlertKind, alerts};
pub use cache::Trust;
pub use ending::{
    Confirmation, Ending, Exchange, ORDER, RECEIPT, confirmed, consequences, endings, open_orders,
    receipt_refused, revoke, revoked_by_peer, tally_in_words, unconfirmed,
};
pub(crate) use invitations::PURPOSE as INVITATION_SEAL;
pub use invitations::{
    InviteOffer, NewInvite, Spent, accepted_by, invite, invite_key, invites, joined, key_of_token,
    revoke_invite,
};
pub use keys::{keys_as_pinned, keys_changed, rotate_keys};
pub(crate) use life::load;
pub use life::{TrustedByHand, confirm, confirmed_by_peer, rename, suspend, trust};
pub use network::{Health, Link, Network, NetworkNode, network};
pub use purge::purge_piece;

use crate::{Ctx, DomainError, Receipt, Result, ledger};
use entrenous_model::{
    Cleared, Contract, Crossing, Direction, Origin, Parcel, Peer, PeerId, PeerState, Receiving,
};
use entrenous_store::Tx;
use entrenous_store::peers::Pulse;
use std::sync::Arc;

/// Why a peer whose keys have changed cannot be confirmed, and what to do.
pub const KEYS_HAVE_CHANGED: &str = "its keys have changed, and the pinned ones do not endorse the new ones: speak with its \
     administrator. If the new keys are theirs, revoke it and invite it anew; else they must show the former ones again";

/// A peer by its exact origin, any state. From memory: asked for each request before anything else.
///
/// # Errors
/// Only the store's. An error means deny.
pub async fn by_origin(ctx: &Ctx, origin: &Origin) -> Result<Option<Arc<Peer>>> {
    Ok(ctx.trust().snapshot(ctx).await?.by_origin(origin))
}

/// An active peer by its exact origin.
///
/// # Errors
/// Only the store's. An error means deny.
pub async fn active(ctx: &Ctx, origin: &Origin) -> Result<Option<Arc<Peer>>> {
    Ok(by_origin(ctx, origin).await?.filter(|peer| peer.is_active()))
}

/// A peer by id, any state. From memory.
///
/// # Errors
/// Only the store's.
pub async fn get(ctx: &Ctx, id: PeerId) -> Result<Option<Arc<Peer>>> {
    Ok(ctx.trust().snapshot(ctx).await?.by_id(id))
}

/// All peers, by origin, as they are in the database now.
///
/// # Errors
/// Only the store's.
pub async fn list(ctx: &Ctx) -> Result<Vec<Arc<Peer>>> {
    let all = ctx.store().read(entrenous_store::peers::all).await?;
    Ok(all.into_iter().map(|(peer, _)| Arc::new(peer)).collect())
}

/// The active peer of an authority as it stands in a handle (`host[:port]`); https is preferred if both schemes exist.
///
/// # Errors
/// Only the store's.
pub async fn by_authority(ctx: &Ctx, authority: &str) -> Result<Option<Arc<Peer>>> {
    for scheme in ["https", "http"] {
        let Ok(origin) = Origin::parse(&format!("{scheme}://{authority}")) else {
            return Ok(None);
        };
        if let Some(peer) = active(ctx, &origin).await? {
            return Ok(Some(peer));
        }
    }
    Ok(None)
}

/// The peer an administrator names: an origin, or an authority of any scheme; any state.
///
/// # Errors
/// `NotFound`; `Invalid` for what is neither.
pub async fn named(ctx: &Ctx, text: &str) -> Result<Arc<Peer>> {
    let text = text.trim().trim_end_matches('/');
    let origin = Origin::parse(text)
        .map_err(|_| DomainError::invalid(format!("{text:?} is no authority: write host or host:port")))?;
    let all = list(ctx).await?;
    let exact = |peer: &&Arc<Peer>| peer.origin == origin;
    let loose =
        |peer: &&Arc<Peer>| !text.contains("://") && peer.origin.authority() == text.to_ascii_lowercase();
    all.iter()
        .find(exact)
        .or_else(|| all.iter().find(loose))
        .cloned()
        .ok_or(DomainError::NotFound)
}

/// Peers that wait for the other side's confirmation, with the URL of the invitation there.
///
/// # Errors
/// Only the store's.
pub async fn awaiting(ctx: &Ctx) -> Result<Vec<(Arc<Peer>, String)>> {
    let all = ctx.store().read(entrenous_store::peers::all).await?;
    Ok(all
        .into_iter()
        .filter(|(peer, _)| peer.state == PeerState::PendingRemote)
        .filter_map(|(peer, invitation)| invitation.map(|url| (Arc::new(peer), url)))
        .collect())
}

/// # Errors
/// `Invalid` with the first bound that the contract breaks.
fn checked(contract: &Contract) -> Result<()> {
    contract
        .check()
        .map_err(|why| DomainError::invalid(why.to_string()))
}

/// Claims a receipt inside a verb's transaction, writes it down for the ledger, and notes that the peer was heard.
///
/// # Errors
/// `AlreadyReceived` if the activity had its effect before; `Refused("peer_not_active")` if the peer is no longer
/// active, `Refused("contract")` if its contract does not give what the activity is about.
pub fn claim(tx: &mut Tx, receipt: &Receipt) -> Result<Cleared<Receiving>> {
    let peer = entrenous_store::peers::by_id(tx, receipt.peer)?;
    let peer = peer.ok_or(DomainError::Refused("peer_not_active"))?;
    let cleared = peer.clear::<Receiving>(receipt.matter)?;
    let now = tx.now();
    if !entrenous_store::received::claim(tx, &receipt.activity, cleared, now)? {
        return Err(DomainError::AlreadyReceived);
    }
    let parcel = Parcel {
        activity: Some(receipt.activity.clone()),
        ..receipt.parcel.clone()
    };
    ledger::write(tx, [Crossing::of(peer.id, Direction::Received, parcel)])?;
    crate::deliveries::note_heard(tx, &Pulse::of(&peer))?;
    Ok(cleared)
}

/// True if the activity had its effect before.
///
/// # Errors
/// Only the store's.
pub async fn was_received(ctx: &Ctx, activity: &str) -> Result<bool> {
    let activity = activity.to_owned();
    Ok(ctx
        .store()
        .read(move |conn| entrenous_store::received::known(conn, &activity))
        .await?)
}
