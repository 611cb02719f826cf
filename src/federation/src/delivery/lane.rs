//! The work for one peer, until its queue is empty or it is to be left alone for a while.

use super::bell::Bell;
use super::desk::Desk;
use super::handover::{HandedOver, hand_over, speak, write};
use super::order::{Lane, WINDOW};
use super::verdict::{self, Verdict};
use super::window::Window;
use super::{LOOK, until};
use crate::Federation;
use crate::client::ClientError;
use crate::render::Sent;
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
/// So many not taken, and none taken between them: it is the peer, not what it was offered.
const STRIKES: usize = 3;

/// Delivers what is queued for `peer`. Everything that is known is in the database: this can end at any moment, and the
/// worst that follows is that some activities arrive twice, under the same ids.
///
/// What is over is written down many at a time: while one transaction is under way, the next activities go out. What failed
/// is written down at the end, so that what was taken at the same moment does not end the rest that the failure begins.
///
/// One that is not taken by a peer that answers is held, and holds up its author and its conversation alone; the third in a
/// row is a failure of the peer.
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
    window: Window,
    desk: Arc<Desk>,
) -> Result<bool> {
    let mut work = Work::new(federation, peer, window, desk);
    loop {
        let stopping = *stop.borrow();
        let going = work.goes_on() && !stopping;
        if going {
            work.start(bell).await;
        }
        work.write_down(stopping);
        let going = work.goes_on() && !stopping;
        let busy = !work.under_way.is_empty() || !work.writing.is_empty() || work.stuck.is_some();
        let held = work.held_for().filter(|_| going);
        if !busy && held.is_none() {
            break;
        }
        tokio::select! {
            // Always in the order below, so that the simulation repeats a run. One batch is written at a time, few attempts
            // are under way, and a bell that was rung is seen in any case: none keeps another waiting.
            biased;
            Some(written) = work.writing.join_next() => {
                work.written(written.map_err(DomainError::internal)?, stopping)?;
            }
            Some(ended) = work.under_way.join_next() => work.ended(task(ended)).await,
            () = bell.listen(), if going => {}
            () = sleep(held.unwrap_or_default()), if held.is_some() => {}
            () = sleep_until(work.stuck.unwrap_or_else(Instant::now)), if work.stuck.is_some() => work.stuck = None,
            changed = stop.changed(), if work.stuck.is_some() || !busy => {
                work.stuck = None;
                // Nobody is left to stop this.
                work.halted |= changed.is_err();
            }
        }
    }
    work.end().await
}

/// What goes on for one peer.
struct Work {
    federation: Federation,
    peer: PeerId,
    queue: Queue,
    window: Window,
    desk: Arc<Desk>,
    under_way: JoinSet<Result<Ended>>,
    writing: JoinSet<(Over, Result<()>)>,
    /// Not written down yet.
    over: Over,
    failed: Vec<(DeliveryId, Failure)>,
    /// Not taken, since something was taken.
    strikes: usize,
    /// Of this node's own.
    fault: Option<DomainError>,
    /// Nothing is started any more.
    halted: bool,
    /// What is over could not be written down: nothing is started until then.
    stuck: Option<Instant>,
}

impl Work {
    fn new(federation: Federation, peer: PeerId, window: Window, desk: Arc<Desk>) -> Self {
        Self {
            federation,
            peer,
            queue: Queue::new(peer),
            window,
            desk,
            under_way: JoinSet::new(),
            writing: JoinSet::new(),
            over: Over::default(),
            failed: Vec::new(),
            strikes: 0,
            fault: None,
            halted: false,
            stuck: None,
        }
    }

    const fn goes_on(&self) -> bool {
        !self.halted && self.stuck.is_none()
    }

    /// Reads on, and starts what may go.
    async fn start(&mut self, bell: &Bell) {
        if let Err(error) = self.queue.read_on(&self.federation, bell).await {
            self.fault = Some(error);
            self.halted = true;
            return;
        }
        while self.window.lets(self.queue.lane.under_way()) {
            let Some(delivery) = self.queue.lane.start() else {
                break;
            };
            let (federation, peer) = (self.federation.clone(), self.peer);
            self.under_way
                .spawn(async move { attempt(&federation, peer, &delivery).await });
        }
    }

    /// Begins to write down what is over, if nothing is being written down.
    fn write_down(&mut self, stopping: bool) {
        if self.writing.is_empty() && !self.over.is_empty() && (self.stuck.is_none() || stopping) {
            let over = std::mem::take(&mut self.over);
            let (federation, peer, desk) = (self.federation.clone(), self.peer, Arc::clone(&self.desk));
            self.writing.spawn(async move {
                let result = desk.finish(federation.ctx(), peer, over.clone()).await;
                (over, result)
            });
        }
    }

    /// How long until something that is held may be tried again. Not longer than the table is left alone: a clock may be set.
    fn held_for(&self) -> Option<Duration> {
        let now = self.federation.ctx().now();
        let pause = self.queue.lane.held_for(now)?;
        Some(until(now, now + pause).min(LOOK))
    }

    async fn ended(&mut self, ended: Result<Ended>) {
        let under_way = self.queue.lane.under_way();
        match ended {
            Ok(Ended::Taken(done, form)) => {
                self.taken(done.id, under_way);
                self.over.taken.push(done);
                self.over.form = Some(form);
            }
            Ok(Ended::Dropped(done, why)) => {
                self.queue.lane.finish(done.id);
                self.over.dropped.push((done, why));
            }
            Ok(Ended::Written(id)) => {
                self.taken(id, under_way);
                self.queue.lane.forget(std::iter::once(id));
            }
            Ok(Ended::Held(id, failure)) => self.held(id, failure).await,
            Ok(Ended::Failed(id, failure)) => {
                self.queue.lane.fail(id);
                self.failed.extend(failure.map(|failure| (id, failure)));
                self.halted = true;
            }
            Err(error) => {
                self.fault.get_or_insert(error);
                self.halted = true;
            }
        }
    }

    fn taken(&mut self, id: DeliveryId, under_way: usize) {
        self.queue.lane.finish(id);
        self.window.taken(under_way);
        self.strikes = 0;
    }

    async fn held(&mut self, id: DeliveryId, failure: Failure) {
        self.strikes += 1;
        self.window.refused();
        if self.strikes >= STRIKES {
            self.queue.lane.fail(id);
            self.failed.push((id, failure));
            self.halted = true;
            return;
        }
        let ctx = self.federation.ctx();
        self.queue.lane.hold(id, ctx.now());
        match deliveries::held(ctx, self.peer, id, failure.reason).await {
            // What was given up is not to be sent.
            Ok(gave_up) => self.queue.anew |= gave_up,
            Err(error) => {
                self.fault.get_or_insert(error);
                self.halted = true;
            }
        }
    }

    fn written(&mut self, (batch, result): (Over, Result<()>), stopping: bool) -> Result<()> {
        match result {
            Ok(()) => self.queue.lane.forget(batch.ids()),
            Err(error) if stopping => return Err(error),
            Err(error) => {
                // The peer has it: sending it again would be worse than waiting here.
                tracing::error!(peer = %self.peer, %error, "what was delivered cannot be written down; it is tried again");
                self.over.after(batch);
                self.stuck = Some(Instant::now() + AGAIN);
            }
        }
        Ok(())
    }

    async fn end(self) -> Result<bool> {
        if !self.failed.is_empty() {
            deliveries::failed(self.federation.ctx(), self.peer, self.failed).await?;
        }
        self.fault.map_or(Ok(self.halted), Err)
    }
}

fn task<T>(ended: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    ended.map_err(DomainError::internal)?
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
    /// What is known of it may not be so any more: it is read from its beginning before anything is started.
    anew: bool,
}

impl Queue {
    fn new(peer: PeerId) -> Self {
        Self {
            peer,
            lane: Lane::default(),
            behind: true,
            overtaken: None,
            anew: false,
        }
    }

    /// Reads on when half of the window is free and there may be more; from the beginning when nothing is under way, and
    /// from time to time, and before what was held is tried again.
    async fn read_on(&mut self, federation: &Federation, bell: &Bell) -> Result<()> {
        let ctx = federation.ctx();
        self.behind |= bell.rung();
        self.anew |= self.lane.release(ctx.now());
        let still = self.lane.is_still();
        let overtaken = self
            .overtaken
            .is_some_and(|since| still || since.elapsed() > FROM_THE_START);
        if !(self.anew || overtaken || (self.behind && self.lane.room() >= WINDOW / 2)) {
            return Ok(());
        }
        let from_start = self.anew || still || overtaken;
        let (after, most) = if from_start {
            (None, WINDOW + self.lane.held_back() + self.lane.over())
        } else {
            (self.lane.last(), self.lane.room())
        };
        let limit = i64::try_from(most).unwrap_or(1);
        let found = deliveries::next(ctx, self.peer, after, limit).await?;
        self.behind = found.len() >= most;
        if from_start {
            self.lane.renew(found, !self.behind);
            self.anew = false;
            self.overtaken = None;
        } else {
            self.lane.extend(found);
            self.overtaken = self.overtaken.or_else(|| Some(Instant::now()));
        }
        Ok(())
    }
}

/// How an attempt ended. Nothing of it is written down yet, unless it says so.
enum Ended {
    /// The peer has it.
    Taken(Done, SignatureForm),
    /// It will not be made again, and why.
    Dropped(Done, Dropped),
    /// The peer has it, and that is written down.
    Written(DeliveryId),
    /// It stays in the queue; others may be taken.
    Held(DeliveryId, Failure),
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
    let over = match verdict {
        Verdict::Failed(failure) => return Ok(Ended::Failed(id, Some(failure))),
        Verdict::Held(failure) => return Ok(Ended::Held(id, failure)),
        Verdict::Taken(form) => Ok(form),
        Verdict::Dropped(why) => Err(why),
    };
    let parcel = federation.parcel(delivery, bytes).await?;
    let done = Done { id, parcel };
    if keys.is_none() {
        return Ok(match over {
            Ok(form) => Ended::Taken(done, form),
            Err(why) => Ended::Dropped(done, why),
        });
    }
    // Before anything else is signed for this peer.
    let mut written = Over {
        keys,
        ..Over::default()
    };
    match over {
        Ok(form) => {
            written.taken.push(done);
            written.form = Some(form);
        }
        Err(why) => written.dropped.push((done, why)),
    }
    deliveries::finish(federation.ctx(), vec![(peer, written)]).await?;
    Ok(Ended::Written(id))
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
    let Sent {
        body,
        synchronization,
    } = match write(federation, &peer, cleared, delivery).await? {
        Ok(sent) => sent,
        Err(why) => return Ok(Some((Verdict::Dropped(why), 0, None))),
    };
    let keys = federation.keys().of(delivery.account, peer.our_keys).await?;
    let bytes = body.len();
    let sent = federation
        .client()
        .post_synchronizing(
            &peer,
            cleared,
            &delivery.inbox,
            body,
            synchronization.as_deref(),
            &keys,
        )
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
