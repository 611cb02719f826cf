//! A peer's pinned keys: renewed when they say so themselves, and what is done when others are shown in their place.

use super::life::{load, turn};
use crate::{Ctx, DomainError, Result, audit};
use entrenous_model::{Event, KeyAlert, PeerId, PeerKeys, PeerState};
use entrenous_store::peers as rows;

/// Renews the pinned keys after they have said so: by an `Update` that they signed, or by their word for the new ones in
/// the instance actor's document. Without effect if other keys than `from` are pinned by now.
///
/// # Errors
/// `Refused("state")` unless active, or suspended because other keys were shown.
pub async fn rotate_keys(ctx: &Ctx, id: PeerId, from: &PeerKeys, keys: PeerKeys) -> Result<()> {
    let from = from.clone();
    ctx.store()
        .write(move |tx| {
            let mut peer = load(tx, id)?;
            let alerted = peer.state == PeerState::Suspended && peer.alert.is_some();
            if !peer.is_active() && !alerted {
                return Err(DomainError::Refused("state"));
            }
            if peer.keys.as_ref() != Some(&from) {
                return Ok(());
            }
            let detail = format!(
                "new fingerprint {}, before {}",
                keys.fingerprint, from.fingerprint
            );
            peer.keys = Some(keys);
            peer.alert = None;
            peer.updated_at = tx.now();
            rows::update(tx, &peer, None)?;
            audit::of_peer(tx, "peer", "peer.keys_rotated", &peer, &detail)?;
            tx.emit(Event::PeerChanged { peer: id })?;
            Ok(())
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// A peer shows keys with the fingerprint `shown`, which the pinned ones do not endorse: it is suspended at once, and the
/// administrators are alerted. True if that was done: it was active, and `pinned` are its pinned keys still.
///
/// # Errors
/// Only the store's.
pub async fn keys_changed(ctx: &Ctx, id: PeerId, pinned: &PeerKeys, shown: &str) -> Result<bool> {
    let (pinned, shown) = (pinned.clone(), shown.to_owned());
    let done = ctx
        .store()
        .write(move |tx| {
            let mut peer = load(tx, id)?;
            if !peer.is_active() || peer.keys.as_ref() != Some(&pinned) {
                return Ok(false);
            }
            let detail = format!("fingerprint {shown} is shown, {} is pinned", pinned.fingerprint);
            peer.alert = Some(KeyAlert {
                fingerprint: shown,
                since: tx.now(),
            });
            let origin = Some(peer.origin.as_str().to_owned());
            turn(tx, peer, PeerState::Suspended, "node", "peer.suspended")?;
            audit::write(
                tx,
                "node",
                "peer.keys_changed",
                Some("keys_changed"),
                origin.as_deref(),
                &detail,
            )?;
            Ok::<_, DomainError>(true)
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(done)
}

/// The peer shows the pinned keys again: it may be confirmed.
///
/// # Errors
/// Only the store's.
pub async fn keys_as_pinned(ctx: &Ctx, actor: &str, id: PeerId, pinned: &PeerKeys) -> Result<()> {
    let (actor, pinned) = (actor.to_owned(), pinned.clone());
    ctx.store()
        .write(move |tx| {
            let mut peer = load(tx, id)?;
            if peer.alert.is_none() || peer.keys.as_ref() != Some(&pinned) {
                return Ok(());
            }
            peer.alert = None;
            rows::update(tx, &peer, None)?;
            let detail = format!("fingerprint {} is shown again", pinned.fingerprint);
            audit::of_peer(tx, &actor, "peer.keys_as_pinned", &peer, &detail)?;
            tx.emit(Event::PeerChanged { peer: id })?;
            Ok::<_, DomainError>(())
        })
        .await?;
    ctx.trust().forget_everything();
    Ok(())
}
