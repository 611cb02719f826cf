//! The work for one peer, until its queue is empty or it is to be left alone for a while.

use super::order::{Lane, WINDOW};
use super::verdict;
use crate::Federation;
use bytes::Bytes;
use entrenous_domain::deliveries::{self, Attempt, Delivery};
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{DeliveryId, PeerId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What a lane waits for when its peer is not active any more.
const PAUSE: Duration = Duration::from_secs(1);

/// Delivers what is queued for `peer`. Everything that is known is in the database: this can end at any moment, and the
/// worst that follows is that one activity arrives twice, under the same id.
///
/// # Errors
/// Only this node's own: the store, or a panic.
pub(super) async fn run(federation: Federation, peer: PeerId, stop: watch::Receiver<bool>) -> Result<()> {
    let mut lane = Lane::default();
    let mut under_way: JoinSet<Result<(DeliveryId, bool)>> = JoinSet::new();
    let mut halted = false;
    loop {
        let going = !halted && !*stop.borrow();
        if going {
            refill(&federation, peer, &mut lane).await?;
            while let Some(delivery) = lane.start() {
                let federation = federation.clone();
                under_way.spawn(async move { attempt(&federation, peer, &delivery).await });
            }
        }
        let Some(ended) = under_way.join_next().await else {
            // Nothing under way: the queue is empty, or the peer rests, or the node stops.
            debug_assert!(lane.is_still(), "what is under way has a task");
            return Ok(());
        };
        let (id, over) = ended.map_err(DomainError::internal)??;
        if over {
            lane.finish(id);
        } else {
            lane.fail(id);
            halted = true;
        }
    }
}

/// Reads on in the queue when half of the window is free; from its beginning when nothing is left, since what was queued
/// earlier may have been committed later.
async fn refill(federation: &Federation, peer: PeerId, lane: &mut Lane) -> Result<()> {
    if lane.room() < WINDOW / 2 {
        return Ok(());
    }
    let most = i64::try_from(lane.room()).unwrap_or(1);
    let after = if lane.is_still() { None } else { lane.last() };
    lane.extend(deliveries::next(federation.ctx(), peer, after, most).await?);
    Ok(())
}

/// One attempt, recorded. True if the delivery is over.
async fn attempt(
    federation: &Federation,
    peer: PeerId,
    delivery: &Arc<Delivery>,
) -> Result<(DeliveryId, bool)> {
    let Some(attempt) = try_once(federation, peer, delivery).await? else {
        // Memory and database may disagree for a moment: the lane must not spin meanwhile.
        tokio::time::sleep(PAUSE).await;
        return Ok((delivery.id, false));
    };
    let over = verdict::is_over(&attempt);
    tracing::debug!(%peer, delivery = %delivery.id, kind = delivery.data.kind(), ?attempt, "delivery attempted");
    deliveries::finish(federation.ctx(), peer, delivery.id, attempt).await?;
    Ok((delivery.id, over))
}

/// `None`: the peer is not active any more, nothing goes out.
async fn try_once(federation: &Federation, peer: PeerId, delivery: &Delivery) -> Result<Option<Attempt>> {
    let Some(peer) = peers::get(federation.ctx(), peer)
        .await?
        .filter(|peer| peer.is_active())
    else {
        return Ok(None);
    };
    let body = match federation.activity(&peer, delivery).await {
        Ok(Some(body)) => body,
        Ok(None) => {
            return Ok(Some(Attempt::Drop {
                reason: "there is nothing to send any more".to_owned(),
            }));
        }
        Err(error @ DomainError::Store(_)) => return Err(error),
        Err(error) => {
            // It would never be better, and would hold up what comes after it.
            tracing::error!(%error, delivery = %delivery.id, kind = delivery.data.kind(), "an activity cannot be written");
            return Ok(Some(Attempt::Drop {
                reason: "it cannot be written; see the log".to_owned(),
            }));
        }
    };
    let keys = federation.keys().of(delivery.account).await?;
    let sent = federation
        .client()
        .post(&peer, &delivery.inbox, Bytes::from(body), &keys)
        .await;
    Ok(Some(match sent {
        Ok(answer) => verdict::of_answer(&answer),
        Err(error) => verdict::of_error(&error),
    }))
}
