//! What administrators and authors see of the queues.

use super::PATIENCE;
use crate::{Ctx, DomainError, Result};
use chrono::TimeDelta;
use entrenous_model::{AccountId, Circuit, Peer, PostId, Time};
use entrenous_store::deliveries as rows;
use std::sync::Arc;

/// The state of one peer's queue.
#[derive(Debug, Clone)]
pub struct QueueState {
    /// The peer, as it is in the database now.
    pub peer: Arc<Peer>,
    /// Waiting.
    pub queued: i64,
    /// Delivered in the last 24 hours.
    pub delivered: i64,
    /// Given up in the last 30 days.
    pub dropped: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Time>,
    /// Whether deliveries go on.
    pub circuit: Circuit,
    /// Of the first [`LOOKED_AT`] that wait, how many were tried and not taken, though the peer takes others.
    pub held: i64,
    /// What the peer said to the first of them.
    pub held_error: Option<String>,
}

/// How many of a queue are looked at for what is held.
pub const LOOKED_AT: i64 = 1_000;

/// The queues of all peers.
///
/// # Errors
/// Only the store's.
pub async fn queues(ctx: &Ctx) -> Result<Vec<QueueState>> {
    let now = ctx.now();
    let states = ctx
        .store()
        .read(move |conn| {
            let mut states = Vec::new();
            for (peer, _) in entrenous_store::peers::all(conn)? {
                let counts = rows::counts(conn, peer.id, now - TimeDelta::hours(24), now - PATIENCE)?;
                let circuit = peer.circuit(now);
                let (held, held_error) = if circuit == Circuit::Closed && counts.queued > 0 {
                    rows::tried(conn, peer.id, LOOKED_AT)?
                } else {
                    (0, None)
                };
                states.push(QueueState {
                    circuit,
                    held,
                    held_error,
                    peer: Arc::new(peer),
                    queued: counts.queued,
                    delivered: counts.delivered,
                    dropped: counts.dropped,
                    oldest: counts.oldest,
                });
            }
            Ok(states)
        })
        .await?;
    Ok(states)
}

/// How far a post came with one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It has all of it.
    Delivered,
    /// Something of it waits, since then.
    Waiting(Time),
    /// It will not have it: it refused, or nothing was to be sent any more, or it was silent for too long.
    Refused,
}

/// One node of a post's audience.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The peer, as it is in the database now: `failing_since` tells since when it has not answered.
    pub peer: Peer,
    /// How far the post came.
    pub state: Reached,
    /// What the last failure was.
    pub error: Option<String>,
}

/// Where a post of one's own has gone, by the names of the peers.
///
/// # Errors
/// `NotFound` unless `author` wrote it.
pub async fn of_post(ctx: &Ctx, author: AccountId, post: PostId) -> Result<Vec<Reach>> {
    let mut all = ctx
        .store()
        .read(move |conn| {
            let post = entrenous_store::posts::get(conn, post)?;
            let Some(post) = post.filter(|post| post.account == author && post.deleted_at.is_none()) else {
                return Ok(None);
            };
            let mut all = Vec::new();
            for reach in rows::of_post(conn, post.id)? {
                let Some(peer) = entrenous_store::peers::by_id(conn, reach.peer)? else {
                    continue;
                };
                let state = match (reach.waiting, reach.taken) {
                    (Some(since), _) => Reached::Waiting(since),
                    (None, Some(true)) => Reached::Delivered,
                    (None, _) => Reached::Refused,
                };
                let error = reach.error;
                all.push(Reach { peer, state, error });
            }
            Ok(Some(all))
        })
        .await?
        .ok_or(DomainError::NotFound)?;
    all.sort_by(|a, b| (&a.peer.name, &a.peer.origin).cmp(&(&b.peer.name, &b.peer.origin)));
    Ok(all)
}
