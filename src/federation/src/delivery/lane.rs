//! The work for one peer, until its queue is empty or it is to be left alone for a while.

use super::bell::Bell;
use super::order::{Lane, WINDOW};
use super::verdict::{self, Verdict};
use crate::Federation;
use entrenous_domain::deliveries::{self, Attempt, Delivery};
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{DeliveryId, PeerId, SignatureForm};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// What a lane waits for when its peer is not active any more.
const PAUSE: Duration = Duration::from_secs(1);

/// Delivers what is queued for `peer`. Everything that is known is in the database: this can end at any moment, and the
/// worst that follows is that some activities arrive twice, under the same ids.
///
/// What the peer has taken is written down many at a time: while one transaction is under way, the next ones go out.
///
/// The bell tells of more while this goes on; rung when it has ended, it tells the caller. True if the peer is to be left
/// alone for a while.
///
/// # Errors
/// Only this node's own: the store, or a panic.
pub(super) async fn run(
    federation: Federation,
    peer: PeerId,
    stop: watch::Receiver<bool>,
    bell: &Bell,
) -> Result<bool> {
    let mut lane = Lane::default();
    let mut under_way: JoinSet<Result<Ended>> = JoinSet::new();
    let mut taken: Vec<(DeliveryId, SignatureForm)> = Vec::new();
    let mut writing: JoinSet<Result<Vec<DeliveryId>>> = JoinSet::new();
    let mut halted = false;
    // There is more in the queue behind what the lane has seen, or before it: committed later than what was queued after.
    let (mut behind, mut before) = (true, false);
    loop {
        let going = !halted && !*stop.borrow();
        if going {
            behind |= bell.rung();
            let still = lane.is_still();
            if (behind && lane.room() >= WINDOW / 2) || (before && still) {
                behind = refill(&federation, peer, &mut lane).await?;
                before = !still;
            }
            while let Some(delivery) = lane.start() {
                let federation = federation.clone();
                under_way.spawn(async move { attempt(&federation, peer, &delivery).await });
            }
        }
        if writing.is_empty() && !taken.is_empty() {
            writing.spawn(write_down(federation.clone(), peer, std::mem::take(&mut taken)));
        }
        if under_way.is_empty() && writing.is_empty() {
            // The queue is empty, or the peer rests, or the node stops.
            debug_assert!(lane.is_still(), "what is under way has a task");
            return Ok(halted);
        }
        tokio::select! {
            () = bell.listen(), if going => {}
            Some(ended) = under_way.join_next() => match task(ended)? {
                Ended::Taken(id, form) => {
                    lane.finish(id);
                    taken.push((id, form));
                }
                Ended::Dropped(id) => {
                    lane.finish(id);
                    lane.forget(&[id]);
                }
                Ended::Failed(id) => {
                    lane.fail(id);
                    halted = true;
                }
            },
            Some(written) = writing.join_next() => lane.forget(&task(written)?),
        }
    }
}

fn task<T>(ended: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    ended.map_err(DomainError::internal)?
}

async fn write_down(
    federation: Federation,
    peer: PeerId,
    taken: Vec<(DeliveryId, SignatureForm)>,
) -> Result<Vec<DeliveryId>> {
    let ids: Vec<DeliveryId> = taken.iter().map(|(id, _)| *id).collect();
    if let Some((_, form)) = taken.last() {
        deliveries::taken(federation.ctx(), peer, ids.clone(), *form).await?;
    }
    Ok(ids)
}

/// Reads on in the queue; from its beginning when nothing is under way. True if there may be more behind what is known now.
async fn refill(federation: &Federation, peer: PeerId, lane: &mut Lane) -> Result<bool> {
    let most = lane.room();
    let after = if lane.is_still() { None } else { lane.last() };
    let limit = i64::try_from(most).unwrap_or(1);
    let found = deliveries::next(federation.ctx(), peer, after, limit).await?;
    let full = found.len() >= most;
    lane.extend(found);
    Ok(full)
}

/// How an attempt ended.
enum Ended {
    /// The peer has it, which is still to be written down.
    Taken(DeliveryId, SignatureForm),
    /// It will not be made again; that is written down.
    Dropped(DeliveryId),
    /// It stays in the queue, and the peer is left alone for a while; that is written down.
    Failed(DeliveryId),
}

async fn attempt(federation: &Federation, peer: PeerId, delivery: &Arc<Delivery>) -> Result<Ended> {
    let id = delivery.id;
    let Some(verdict) = try_once(federation, peer, delivery).await? else {
        // Memory and database may disagree for a moment: the lane must not spin meanwhile.
        tokio::time::sleep(PAUSE).await;
        return Ok(Ended::Failed(id));
    };
    tracing::debug!(%peer, delivery = %id, kind = delivery.data.kind(), ?verdict, "delivery attempted");
    let attempt = match verdict {
        Verdict::Taken(form) => return Ok(Ended::Taken(id, form)),
        Verdict::Not(attempt) => attempt,
    };
    let ended = if matches!(attempt, Attempt::Drop { .. }) {
        Ended::Dropped(id)
    } else {
        Ended::Failed(id)
    };
    deliveries::finish(federation.ctx(), peer, id, attempt).await?;
    Ok(ended)
}

/// `None`: the peer is not active any more, nothing goes out.
async fn try_once(federation: &Federation, peer: PeerId, delivery: &Delivery) -> Result<Option<Verdict>> {
    let Some(peer) = peers::get(federation.ctx(), peer)
        .await?
        .filter(|peer| peer.is_active())
    else {
        return Ok(None);
    };
    let body = match federation.activity(&peer, delivery).await {
        Ok(Some(body)) => body,
        Ok(None) => {
            return Ok(Some(dropped("there is nothing to send any more")));
        }
        Err(error @ DomainError::Store(_)) => return Err(error),
        Err(error) => {
            // It would never be better, and would hold up what comes after it.
            tracing::error!(%error, delivery = %delivery.id, kind = delivery.data.kind(), "an activity cannot be written");
            return Ok(Some(dropped("it cannot be written; see the log")));
        }
    };
    let keys = federation.keys().of(delivery.account).await?;
    let sent = federation
        .client()
        .post(&peer, &delivery.inbox, body, &keys)
        .await;
    Ok(Some(match sent {
        Ok(answer) => verdict::of_answer(&answer),
        Err(error) => Verdict::Not(verdict::of_error(&error)),
    }))
}

fn dropped(reason: &str) -> Verdict {
    Verdict::Not(Attempt::Drop {
        reason: reason.to_owned(),
    })
}
