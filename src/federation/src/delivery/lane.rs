//! The work for one peer, until its queue is empty or it is to be left alone for a while.

use super::bell::Bell;
use super::handover::{HandedOver, hand_over, speak, write};
use super::order::{Lane, WINDOW};
use super::verdict::{self, Verdict};
use crate::Federation;
use crate::client::ClientError;
use entrenous_domain::deliveries::{self, Delivery, Done, Dropped, Failure, Over};
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{Barred, DeliveryId, OutboundActivity, Peer, PeerId, Sending, SignatureForm};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

/// What a lane waits for when its peer is not active any more.
const PAUSE: Duration = Duration::from_secs(1);
/// What could not be written down is tried again after so long.
const AGAIN: Duration = Duration::from_secs(5);
/// A lane that is never still looks at the beginning of its queue after so long.
const FROM_THE_START: Duration = Duration::from_secs(1);

/// Delivers what is queued for `peer`. Everything that is known is in the database: this can end at any moment, and the
/// worst that follows is that some activities arrive twice, under the same ids.
///
/// What is over is written down many at a time: while one transaction is under way, the next activities go out. What failed
/// is written down at the end, so that what was taken at the same moment does not end the rest that the failure begins.
///
/// The bell tells of more while this goes on; rung when it has ended, it tells the caller. True if the peer is to be left
/// alone for a while.
///
/// # Errors
/// Only this node's own: the store, or a panic.
pub(super) async fn run(
    federation: Federation,
    peer: PeerId,
    mut stop: watch::Receiver<bool>,
    bell: &Bell,
) -> Result<bool> {
    let mut queue = Queue::new(peer);
    let mut under_way: JoinSet<Result<Ended>> = JoinSet::new();
    let mut writing: JoinSet<(Over, Result<()>)> = JoinSet::new();
    let mut over = Over::default();
    let mut failed: Vec<(DeliveryId, Failure)> = Vec::new();
    let mut fault = None;
    let mut halted = false;
    let mut stuck: Option<Instant> = None;
    loop {
        let stopping = *stop.borrow();
        if !halted && !stopping && stuck.is_none() {
            match queue.read_on(&federation, bell).await {
                Ok(()) => {
                    while let Some(delivery) = queue.lane.start() {
                        let federation = federation.clone();
                        under_way.spawn(async move { attempt(&federation, peer, &delivery).await });
                    }
                }
                Err(error) => {
                    fault = Some(error);
                    halted = true;
                }
            }
        }
        let going = !halted && !stopping && stuck.is_none();
        if writing.is_empty() && !over.is_empty() && (stuck.is_none() || stopping) {
            writing.spawn(write_down(federation.clone(), peer, std::mem::take(&mut over)));
        }
        if under_way.is_empty() && writing.is_empty() && stuck.is_none() {
            break;
        }
        tokio::select! {
            // Always in the order below, so that the simulation repeats a run. One batch is written at a time, few attempts
            // are under way, and a bell that was rung is seen in any case: none keeps another waiting.
            biased;
            Some(written) = writing.join_next() => {
                let (batch, result) = written.map_err(DomainError::internal)?;
                match result {
                    Ok(()) => queue.lane.forget(batch.ids()),
                    Err(error) if stopping => return Err(error),
                    Err(error) => {
                        // The peer has it: sending it again would be worse than waiting here.
                        tracing::error!(%peer, %error, "what was delivered cannot be written down; it is tried again");
                        over.after(batch);
                        stuck = Some(Instant::now() + AGAIN);
                    }
                }
            }
            Some(ended) = under_way.join_next() => match task(ended) {
                Ok(Ended::Taken(done, form)) => {
                    queue.lane.finish(done.id);
                    over.taken.push(done);
                    over.form = Some(form);
                }
                Ok(Ended::Dropped(done, why)) => {
                    queue.lane.finish(done.id);
                    over.dropped.push((done, why));
                }
                Ok(Ended::Written(id)) => {
                    queue.lane.finish(id);
                    queue.lane.forget(std::iter::once(id));
                }
                Ok(Ended::Failed(id, failure)) => {
                    queue.lane.fail(id);
                    failed.extend(failure.map(|failure| (id, failure)));
                    halted = true;
                }
                Err(error) => {
                    fault.get_or_insert(error);
                    halted = true;
                }
            },
            () = bell.listen(), if going => {}
            () = sleep_until(stuck.unwrap_or_else(Instant::now)), if stuck.is_some() => stuck = None,
            // Also if nobody is left to stop this.
            _ = stop.changed(), if stuck.is_some() => stuck = None,
        }
    }
    if !failed.is_empty() {
        deliveries::failed(federation.ctx(), peer, failed).await?;
    }
    fault.map_or(Ok(halted), Err)
}

fn task<T>(ended: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    ended.map_err(DomainError::internal)?
}

async fn write_down(federation: Federation, peer: PeerId, over: Over) -> (Over, Result<()>) {
    let result = deliveries::finish(federation.ctx(), peer, over.clone()).await;
    (over, result)
}

/// The head of the queue, and how far it was read.
struct Queue {
    peer: PeerId,
    lane: Lane,
    /// There may be more behind what was read.
    behind: bool,
    /// Since when what was queued earlier may have been committed before what was read; `None` right after its beginning
    /// was read.
    overtaken: Option<Instant>,
}

impl Queue {
    fn new(peer: PeerId) -> Self {
        Self {
            peer,
            lane: Lane::default(),
            behind: true,
            overtaken: None,
        }
    }

    /// Reads on when half of the window is free and there may be more; from the beginning when nothing is under way, and
    /// from time to time.
    async fn read_on(&mut self, federation: &Federation, bell: &Bell) -> Result<()> {
        self.behind |= bell.rung();
        let still = self.lane.is_still();
        let overtaken = self
            .overtaken
            .is_some_and(|since| still || since.elapsed() > FROM_THE_START);
        if !(overtaken || (self.behind && self.lane.room() >= WINDOW / 2)) {
            return Ok(());
        }
        let from_start = still || overtaken;
        let (after, most) = if from_start {
            (None, WINDOW + self.lane.over())
        } else {
            (self.lane.last(), self.lane.room())
        };
        let limit = i64::try_from(most).unwrap_or(1);
        let found = deliveries::next(federation.ctx(), self.peer, after, limit).await?;
        self.behind = found.len() >= most;
        self.lane.extend(found);
        self.overtaken = if from_start {
            None
        } else {
            self.overtaken.or_else(|| Some(Instant::now()))
        };
        Ok(())
    }
}

/// How an attempt ended. Nothing of it is written down yet, unless it says so.
enum Ended {
    /// The peer has it.
    Taken(Done, SignatureForm),
    /// It will not be made again, and why.
    Dropped(Done, Dropped),
    /// It is over, and that is written down.
    Written(DeliveryId),
    /// It stays in the queue; `None` if it was not tried, because the peer is not active any more.
    Failed(DeliveryId, Option<Failure>),
}

async fn attempt(federation: &Federation, peer: PeerId, delivery: &Arc<Delivery>) -> Result<Ended> {
    let id = delivery.id;
    let Some((verdict, bytes, keys)) = try_once(federation, peer, delivery).await? else {
        // Memory and database may disagree for a moment: the lane must not spin meanwhile.
        sleep(PAUSE).await;
        return Ok(Ended::Failed(id, None));
    };
    tracing::debug!(%peer, delivery = %id, kind = delivery.data.kind(), ?verdict, "delivery attempted");
    if let Verdict::Failed(failure) = verdict {
        return Ok(Ended::Failed(id, Some(failure)));
    }
    let parcel = federation.parcel(delivery, bytes).await?;
    let done = Done { id, parcel };
    if keys.is_some() {
        // Before anything else is signed for this peer.
        let mut over = Over {
            keys,
            ..Over::default()
        };
        match verdict {
            Verdict::Taken(form) => {
                over.taken.push(done);
                over.form = Some(form);
            }
            Verdict::Dropped(why) => over.dropped.push((done, why)),
            Verdict::Failed(failure) => return Ok(Ended::Failed(id, Some(failure))),
        }
        deliveries::finish(federation.ctx(), peer, over).await?;
        return Ok(Ended::Written(id));
    }
    Ok(match verdict {
        Verdict::Taken(form) => Ended::Taken(done, form),
        Verdict::Dropped(why) => Ended::Dropped(done, why),
        Verdict::Failed(failure) => Ended::Failed(id, Some(failure)),
    })
}

/// Why something is not sent that was queued under another contract.
const NOT_GIVEN: &str = "the contract does not give it any more";

async fn is_barred(federation: &Federation, peer: &Peer, delivery: &Delivery) -> Result<bool> {
    let now = peers::get(federation.ctx(), peer.id).await?;
    let asked = now.map(|peer| peer.clear::<Sending>(delivery.data.matter()));
    Ok(matches!(asked, Some(Err(Barred::Contract))))
}

/// What came of it, the size of what was sent, and the keys of ours that the peer has by it. `None`: the peer is not active any
/// more, nothing goes out.
async fn try_once(federation: &Federation, peer: PeerId, delivery: &Delivery) -> Result<Option<HandedOver>> {
    let unsent = |code: &str, reason: &str| {
        let (code, reason) = (code.to_owned(), reason.to_owned());
        Ok(Some((Verdict::Dropped(Dropped { code, reason }), 0, None)))
    };
    // Asked again: the contract may have changed since it was queued, or while it waited for its turn.
    let (peer, cleared) = loop {
        let Some(now) = peers::get(federation.ctx(), peer).await? else {
            return Ok(None);
        };
        let cleared = match now.clear(delivery.data.matter()) {
            Ok(cleared) => cleared,
            Err(Barred::State(_)) => return Ok(None),
            Err(why @ Barred::Contract) => return unsent(why.code(), NOT_GIVEN),
        };
        let rate = now.rate::<Sending>();
        match federation.0.sent.take(now.id, rate, federation.ctx().now()) {
            Ok(()) => break (now, cleared),
            // Not longer than a second at once: another rate may hold by then.
            Err(wait) => sleep(wait.to_std().unwrap_or(PAUSE).min(PAUSE)).await,
        }
    };
    if let OutboundActivity::UpdateKeys { generation } = delivery.data {
        return hand_over(federation, &peer, cleared, delivery, generation)
            .await
            .map(Some);
    }
    if matches!(
        delivery.data,
        OutboundActivity::Contract { .. } | OutboundActivity::Introduction { .. }
    ) {
        return speak(federation, &peer, cleared, delivery).await.map(Some);
    }
    let body = match write(federation, &peer, cleared, delivery).await? {
        Ok(body) => body,
        Err(why) => return Ok(Some((Verdict::Dropped(why), 0, None))),
    };
    let keys = federation.keys().of(delivery.account, peer.our_keys).await?;
    let bytes = body.len();
    let sent = federation
        .client()
        .post(&peer, cleared, &delivery.inbox, body, &keys)
        .await;
    federation.wonder(&peer, &sent);
    let verdict = match sent {
        // The contract changed while it was under way, and the peer went by it first: no reason to let it rest.
        Ok(answer) if answer.status == 403 && is_barred(federation, &peer, delivery).await? => {
            return unsent(Barred::Contract.code(), NOT_GIVEN);
        }
        // What is queued is kept while a peer is halted, this one too.
        Err(ClientError::Halted) => return Ok(None),
        Ok(answer) => verdict::of_answer(&answer),
        Err(error) => verdict::of_error(&error),
    };
    Ok(Some((verdict, bytes, None)))
}
