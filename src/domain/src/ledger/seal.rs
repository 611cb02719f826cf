//! Sealing: what was written down becomes rows of the chains.

use super::hide::{self, Known, People};
use super::{bounded, chain};
use crate::{Ctx, Result, peers};
use entrenous_model::{AccountId, LedgerHead, LedgerRow, Origin, Peer, PeerId};
use entrenous_store::ledger::{self as rows, Waiting};
use entrenous_store::{StoreError, Tx};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Rows of one transaction: others wait for it on SQLite.
const BATCH: i64 = 256;
/// What the vault seals people's keys for.
pub(crate) const SEAL: &str = "ledger key";
/// What the vault binds the end of a ledger for.
pub(crate) const END: &str = "ledger head";

/// Writes down what was counted in memory, and seals everything that waits. Answers how many rows were added.
///
/// # Errors
/// Only the store's, or that a key cannot be opened.
pub async fn seal(ctx: &Ctx) -> Result<usize> {
    let _alone = ctx.ledger().sealing.lock().await;
    settle(ctx).await
}

/// As [`seal`], for whoever holds the lock already.
pub(super) async fn settle(ctx: &Ctx) -> Result<usize> {
    write_notes(ctx).await?;
    let mut all = 0;
    loop {
        let waiting = ctx.store().read(|conn| rows::waiting(conn, BATCH)).await?;
        let count = waiting.len();
        if count > 0 {
            some(ctx, waiting).await?;
        }
        all += count;
        if i64::try_from(count).unwrap_or(0) < BATCH {
            return Ok(all);
        }
    }
}

async fn write_notes(ctx: &Ctx) -> Result<()> {
    let notes = ctx.ledger().notes.take();
    if notes.is_empty() {
        return Ok(());
    }
    let again = notes.clone();
    let written = ctx
        .store()
        .write(move |tx: &mut Tx| -> std::result::Result<(), StoreError> {
            super::write(tx, notes.into_iter().map(bounded))
        })
        .await;
    if let Err(error) = written {
        for one in again {
            ctx.ledger().notes.add(one);
        }
        return Err(error.into());
    }
    Ok(())
}

async fn some(ctx: &Ctx, waiting: Vec<Waiting>) -> Result<()> {
    let _steady = ctx.vault().steady().await;
    let mut peers: HashMap<PeerId, Arc<Peer>> = HashMap::new();
    for one in &waiting {
        let id = one.crossing.peer;
        if !peers.contains_key(&id)
            && let Some(peer) = peers::get(ctx, id).await?
        {
            peers.insert(id, peer);
        }
    }
    let (people, new_keys) = people(ctx, &peers, &waiting).await?;
    let ids: Vec<PeerId> = peers.keys().copied().collect();
    let heads = ctx.store().read(move |conn| rows::heads(conn, &ids)).await?;
    let mut ends: HashMap<PeerId, (i64, Vec<u8>)> = heads
        .into_iter()
        .map(|head| (head.peer, (head.seq, head.hash)))
        .collect();
    let waited: Vec<i64> = waiting.iter().map(|one| one.id).collect();
    let mut sealed = Vec::with_capacity(waiting.len());
    for one in waiting {
        // Peers are never removed: there is no ledger for what is none.
        let Some(peer) = peers.get(&one.crossing.peer) else {
            continue;
        };
        let (seq, prev) = ends
            .remove(&peer.id)
            .unwrap_or_else(|| (0, chain::beginning(ctx.origin(), &peer.origin)));
        let row = row(ctx, peer, &people, one, seq + 1, prev);
        ends.insert(peer.id, (row.seq, row.hash.clone()));
        sealed.push(row);
    }
    let mut heads = Vec::with_capacity(peers.len());
    for (id, peer) in &peers {
        if let Some((seq, hash)) = ends.remove(id) {
            let mac = mac(ctx, peer, seq, &hash)?;
            heads.push(LedgerHead {
                peer: *id,
                seq,
                hash,
                mac,
            });
        }
    }
    ctx.store()
        .write(move |tx: &mut Tx| -> std::result::Result<(), StoreError> {
            rows::add_keys(tx, &new_keys)?;
            rows::seal(tx, &sealed, &heads, &waited)
        })
        .await?;
    Ok(())
}

/// Ties an end to this node's key.
fn mac(ctx: &Ctx, peer: &Peer, seq: i64, hash: &[u8]) -> Result<Vec<u8>> {
    let message = end_message(&peer.origin, seq, hash);
    Ok(ctx.vault().mac(END, &message)?.to_vec())
}

/// Whether an end was tied to this node's key.
pub(super) fn is_own_end(ctx: &Ctx, peer: &Peer, head: &LedgerHead) -> bool {
    let message = end_message(&peer.origin, head.seq, &head.hash);
    ctx.vault().which_mac(END, &message, &head.mac).is_some()
}

/// What of an end is tied to the node's key.
pub(crate) fn end_message(peer: &Origin, seq: i64, hash: &[u8]) -> Vec<u8> {
    let mut message = format!("{peer}\n{seq}\n").into_bytes();
    message.extend_from_slice(hash);
    message
}

fn row(ctx: &Ctx, peer: &Peer, people: &People, one: Waiting, seq: i64, prev: Vec<u8>) -> LedgerRow {
    let crossing = one.crossing;
    let (activity, object) = people.ids(ctx.origin(), peer, crossing.direction, &crossing.parcel);
    let mut row = LedgerRow {
        peer: peer.id,
        seq,
        at: one.at,
        direction: crossing.direction.as_str().to_owned(),
        kind: crossing.parcel.kind,
        activity,
        object,
        person: people.person(crossing.parcel.account),
        bytes: crossing.parcel.bytes,
        times: crossing.times,
        reason: crossing.refused,
        prev,
        hash: Vec::new(),
    };
    row.hash = chain::hash(&row);
    row
}

/// Sealed keys that are to be kept.
type NewKeys = Vec<(AccountId, Vec<u8>)>;

/// The people of these crossings, with the keys of their hashes. Who has none gets one, except who has left.
async fn people(
    ctx: &Ctx,
    peers: &HashMap<PeerId, Arc<Peer>>,
    waiting: &[Waiting],
) -> Result<(People, NewKeys)> {
    let mut uris: HashSet<String> = HashSet::new();
    for one in waiting {
        let (Some(peer), parcel) = (peers.get(&one.crossing.peer), &one.crossing.parcel) else {
            continue;
        };
        let ids = [&parcel.activity, &parcel.object].into_iter().flatten();
        uris.extend(
            ids.filter(|id| !hide::is_plain(ctx.origin(), peer, id))
                .map(|id| hide::person_of(id).to_owned()),
        );
    }
    let uris: Vec<String> = uris.into_iter().collect();
    let mut wanted: HashSet<AccountId> = waiting
        .iter()
        .filter_map(|one| one.crossing.parcel.account)
        .collect();
    let (named, found) = ctx
        .store()
        .read(move |conn| {
            let named = rows::people_of(conn, &uris)?;
            wanted.extend(named.iter().map(|(_, id)| *id));
            let ids: Vec<AccountId> = wanted.into_iter().collect();
            Ok((named, rows::people(conn, &ids)?))
        })
        .await?;
    let mut people = People {
        named: named.into_iter().collect(),
        known: HashMap::new(),
    };
    let mut new_keys = NewKeys::new();
    for person in found {
        let key = match person.key {
            Some(sealed) => ctx.vault().open(SEAL, &sealed)?.to_vec(),
            None if person.gone => continue,
            None => {
                let key = ctx.random::<32>();
                new_keys.push((person.id, ctx.vault().seal(SEAL, ctx.random(), &key)?));
                key.to_vec()
            }
        };
        let known = Known { uri: person.uri, key };
        people.known.insert(person.id, known);
    }
    Ok((people, new_keys))
}
