//! This node's own keys: generations, who has which, and their end (`federation.md`, "Trust", 6).
//!
//! A rotation makes a new generation beside the former ones and tells every peer in an `Update` signed with the keys that
//! the peer has. Each peer's row says which those are; what is signed for it is signed with these. A generation's private
//! halves are removed when no peer has it any more.

use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, audit, outbox};
use chrono::TimeDelta;
use entrenous_model::{Event, KeyGeneration, OwnKeys, Peer, PeerId, PeerState, Time};
use entrenous_store::{Conn, StoreError, Tx, node_keys, node_secrets, peer_invites, peers as rows};
use std::sync::Arc;

/// What the vault seals the private halves for.
pub const SEAL: &str = "instance key";
/// Orders to revoked peers, and their receipts, are signed for thirty days, with the keys that the peer has.
const AFTER_THE_END: TimeDelta = TimeDelta::days(31);

/// New keys, as they are kept.
#[derive(Clone)]
pub struct NewKeys {
    /// Ed25519, multibase.
    pub ed25519: String,
    /// RSA, SPKI PEM.
    pub rsa_pem: String,
    /// Over both.
    pub fingerprint: String,
    /// The private halves.
    pub sealed: Sealed,
}

/// Private halves, sealed by the vault.
#[derive(Clone)]
pub struct Sealed {
    /// Ed25519, PKCS #8.
    pub ed25519: Vec<u8>,
    /// RSA, PKCS #8.
    pub rsa: Vec<u8>,
}

/// What is kept of one generation.
#[derive(Clone)]
pub struct Kept {
    /// The public halves; `None` for the first keys of a node that was set up by an earlier version.
    pub keys: Option<OwnKeys>,
    /// Which.
    pub generation: KeyGeneration,
    /// The private halves, until they are removed.
    pub sealed: Option<Sealed>,
    /// When they were made.
    pub made_at: Time,
}

/// Names of the private halves in `node_secrets`. The first generation has the names that it had when it was the only one.
fn names(generation: KeyGeneration) -> (String, String) {
    let of = |algorithm: &str| match generation {
        KeyGeneration::FIRST => format!("instance-{algorithm}"),
        later => format!("instance-{algorithm}-{later}"),
    };
    (of("ed25519"), of("rsa"))
}

fn sealed(conn: &mut Conn, generation: KeyGeneration) -> std::result::Result<Option<Sealed>, StoreError> {
    let (ed25519, rsa) = names(generation);
    let found = node_secrets::pair(conn, &ed25519, &rsa)?;
    Ok(found.map(|(ed25519, rsa)| Sealed { ed25519, rsa }))
}

/// Every generation that is kept, the first one first; none on a node that has no keys yet.
///
/// # Errors
/// The store's; `Corrupt` if half of a pair is missing.
pub async fn load(ctx: &Ctx) -> Result<Vec<Kept>> {
    let read = |conn: &mut Conn| {
        let known = node_keys::all(conn)?;
        if known.is_empty() {
            let (name, _) = names(KeyGeneration::FIRST);
            let found = sealed(conn, KeyGeneration::FIRST)?.zip(node_secrets::since(conn, &name)?);
            let first = found.map(|(sealed, made_at)| Kept {
                keys: None,
                generation: KeyGeneration::FIRST,
                sealed: Some(sealed),
                made_at,
            });
            return Ok(first.into_iter().collect());
        }
        let mut all = Vec::new();
        for keys in known {
            all.push(Kept {
                generation: keys.generation,
                sealed: match keys.ended_at {
                    None => sealed(conn, keys.generation)?,
                    Some(_) => None,
                },
                made_at: keys.made_at,
                keys: Some(keys),
            });
        }
        Ok::<_, StoreError>(all)
    };
    Ok(ctx.store().read(read).await?)
}

/// Keeps the first keys of a node. If some are there already, nothing is overwritten.
///
/// # Errors
/// Only the store's.
pub async fn begin(ctx: &Ctx, new: NewKeys) -> Result<()> {
    let kept = work::write(ctx, move |tx| {
        if node_keys::current(tx)?.is_none() {
            let now = tx.now();
            keep(tx, KeyGeneration::FIRST, &new, now)?;
        }
        Ok(())
    });
    kept.await
}

/// Writes down the public halves of keys that an earlier version has made.
///
/// # Errors
/// Only the store's.
pub async fn complete(ctx: &Ctx, first: OwnKeys) -> Result<()> {
    let written = work::write(ctx, move |tx| {
        if node_keys::current(tx)?.is_none() {
            node_keys::insert(tx, &first)?;
        }
        Ok(())
    });
    written.await
}

/// False if private halves are there under these names: nothing is written then.
fn keep(tx: &mut Tx, generation: KeyGeneration, new: &NewKeys, now: Time) -> Result<bool> {
    let (ed25519, rsa) = names(generation);
    let secrets = [
        (ed25519.as_str(), new.sealed.ed25519.clone()),
        (rsa.as_str(), new.sealed.rsa.clone()),
    ];
    if !node_secrets::insert_new(tx, &secrets)? {
        return Ok(false);
    }
    let keys = OwnKeys {
        generation,
        ed25519: new.ed25519.clone(),
        rsa_pem: new.rsa_pem.clone(),
        fingerprint: new.fingerprint.clone(),
        made_at: now,
        ended_at: None,
    };
    node_keys::insert(tx, &keys)?;
    Ok(true)
}

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// The keys that hold now.
    pub generation: KeyGeneration,
    /// Peers that are told.
    pub told: usize,
    /// Open invitations that were withdrawn: their links name the former keys.
    pub withdrawn: usize,
}

/// Our administrator changes the node's keys: `new` hold from now on, and every peer is told in the same transaction.
///
/// # Errors
/// `Conflict` if `from` is not what holds now.
pub async fn rotate(ctx: &Ctx, actor: &str, from: KeyGeneration, new: NewKeys) -> Result<Rotated> {
    let actor = actor.to_owned();
    let rotated = work::write(ctx, move |tx| {
        let meanwhile = || DomainError::Conflict("the keys were changed this moment: look again".to_owned());
        let current = node_keys::lock_current(tx)?.ok_or_else(meanwhile)?;
        let before = node_keys::all(tx)?.pop().ok_or_else(meanwhile)?;
        let (generation, now) = (current.next(), tx.now());
        if current != from || !keep(tx, generation, &new, now)? {
            return Err(meanwhile());
        }
        let withdrawn = peer_invites::revoke_open(tx, now)?;
        let told = outbox::queue_keys(tx, generation)?;
        let detail = format!(
            "fingerprint {}, before {}; {told} peers are told, {withdrawn} open invitations withdrawn",
            new.fingerprint, before.fingerprint
        );
        audit::write(tx, &actor, "keys.rotated", None, None, &detail)?;
        tx.emit(Event::OwnKeysChanged)?;
        end_unneeded(tx)?;
        Ok(Rotated {
            generation,
            told,
            withdrawn,
        })
    })
    .await?;
    ctx.trust().forget_everything();
    Ok(rotated)
}

/// The keys that hold now, for a peer that is added in this transaction.
pub(crate) fn lock(tx: &mut Tx) -> std::result::Result<KeyGeneration, StoreError> {
    Ok(node_keys::lock_current(tx)?.unwrap_or_default())
}

/// Queues for a peer that was added with `had` what it has missed since.
///
/// # Errors
/// `Conflict` if nothing can be signed with what it has any more.
pub(crate) fn catch_up(tx: &mut Tx, peer: PeerId, had: KeyGeneration, current: KeyGeneration) -> Result<()> {
    if had == current {
        return Ok(());
    }
    if !node_keys::lock(tx, had)? {
        return Err(DomainError::Conflict(
            "this node's keys were changed meanwhile: begin again".to_owned(),
        ));
    }
    let all = node_keys::all(tx)?;
    let peer = rows::by_id(tx, peer)?.ok_or(DomainError::NotFound)?;
    for keys in all.iter().filter(|keys| keys.generation > had) {
        outbox::queue_keys_to(tx, &peer, keys.generation)?;
    }
    Ok(())
}

/// A peer has these keys of ours now, in the caller's transaction, which holds the peer's row.
pub(crate) fn taken(tx: &mut Tx, peer: &Peer, generation: KeyGeneration) -> Result<()> {
    if !rows::has_our_keys(tx, peer.id, generation)? {
        return Ok(());
    }
    let detail = format!("{} has generation {generation} of this node's keys", peer.name);
    audit::of_peer(tx, "peer", "keys.taken", peer, &detail)?;
    tx.emit(Event::PeerChanged { peer: peer.id })?;
    end_unneeded(tx)
}

/// A peer has shown that it has these keys of ours: it took a request that was signed with them.
///
/// # Errors
/// Only the store's.
pub async fn seen_at(ctx: &Ctx, peer: PeerId, generation: KeyGeneration) -> Result<()> {
    work::write(ctx, move |tx| {
        let peer = crate::peers::load(tx, peer)?;
        taken(tx, &peer, generation)
    })
    .await?;
    ctx.trust().forget_everything();
    Ok(())
}

/// Removes the private halves that no peer has the public ones of any more.
///
/// # Errors
/// Only the store's.
pub async fn end_old(ctx: &Ctx) -> Result<()> {
    work::write(ctx, |tx: &mut Work<'_>| end_unneeded(tx)).await
}

fn end_unneeded(tx: &mut Tx) -> Result<()> {
    let Some(current) = node_keys::current(tx)? else {
        return Ok(());
    };
    let now = tx.now();
    node_keys::lock_former(tx, current)?;
    let needed = node_keys::oldest_needed(tx, now - AFTER_THE_END)?;
    let ended = node_keys::end_before(tx, needed.unwrap_or(current).min(current), now)?;
    if ended.is_empty() {
        return Ok(());
    }
    for keys in ended {
        let (ed25519, rsa) = names(keys.generation);
        node_secrets::remove(tx, &ed25519)?;
        node_secrets::remove(tx, &rsa)?;
        let detail = format!(
            "nobody has the keys with the fingerprint {} any more: their private halves are removed",
            keys.fingerprint
        );
        audit::write(tx, "node", "keys.ended", None, None, &detail)?;
    }
    tx.emit(Event::OwnKeysChanged)?;
    Ok(())
}

/// One generation that still signs, and for whom.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its public halves.
    pub keys: OwnKeys,
    /// The peers that have it, by origin; revoked ones are left out.
    pub peers: Vec<Arc<Peer>>,
}

/// What the node shows, then what some peer has still pinned, the newest first.
///
/// # Errors
/// Only the store's.
pub async fn standing(ctx: &Ctx) -> Result<Vec<Standing>> {
    let (generations, peers) = ctx
        .store()
        .read(|conn| Ok::<_, StoreError>((node_keys::all(conn)?, rows::all(conn)?)))
        .await?;
    let peers: Vec<Arc<Peer>> = peers
        .into_iter()
        .filter(|(peer, _)| peer.state != PeerState::Revoked)
        .map(|(peer, _)| Arc::new(peer))
        .collect();
    let newest = generations.last().map(|keys| keys.generation);
    let live = generations.into_iter().rev().map(|keys| {
        let having = peers.iter().filter(|peer| peer.our_keys == keys.generation);
        let peers = having.cloned().collect();
        Standing { keys, peers }
    });
    Ok(live
        .filter(|one| Some(one.keys.generation) == newest || !one.peers.is_empty())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_keys_keep_their_names() {
        assert_eq!(
            names(KeyGeneration::FIRST),
            ("instance-ed25519".to_owned(), "instance-rsa".to_owned())
        );
        assert_eq!(names(KeyGeneration::of(3)).0, "instance-ed25519-3");
    }
}
