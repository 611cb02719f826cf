//! The work for one peer, until its queue is empty or it is to be left alone for a while.

use super::attempt::{Ended, attempt};
use super::bell::Bell;
use super::desk::Desk;
use super::order::{Lane, Refused, WINDOW};
use super::window::Window;
use super::{LOOK, until};
use crate::Federation;
use entrenous_domain::deliveries::{self, Failure, Over};
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{DeliveryId, PeerId, Sending};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

/// A lane that waits for its peer's rate looks again after so long: another rate may hold by then.
const PACED: Duration = Duration::from_secs(1);
/// The most that is read of a queue at once.
const MOST_READ: usize = 1_000;
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
/// row is a failure of the peer. What the `lane` knows as refused is offered after what never was.
///
/// The bell tells of more while this goes on; rung when it has ended, it tells the caller. The answer is whether the peer is to
/// be left alone for a while, and what it refused.
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
    lane: Lane,
) -> Result<(bool, Refused)> {
    let mut work = Work::new(federation, peer, window, desk, lane);
    loop {
        let stopping = *stop.borrow();
        let going = work.goes_on() && !stopping;
        if going {
            work.start(bell).await;
        }
        work.write_down(stopping);
        let going = work.goes_on() && !stopping;
        let busy = !work.under_way.is_empty() || !work.writing.is_empty() || work.stuck.is_some();
        let pause = work.pause().filter(|_| going);
        if !busy && pause.is_none() {
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
            () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
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
    /// Something was taken.
    taken: bool,
    /// The peer's rate lets nothing go before so long.
    paced: Option<Duration>,
    /// Of this node's own.
    fault: Option<DomainError>,
    /// Nothing is started any more.
    halted: bool,
    /// What is over could not be written down: nothing is started until then.
    stuck: Option<Instant>,
}

impl Work {
    fn new(federation: Federation, peer: PeerId, window: Window, desk: Arc<Desk>, lane: Lane) -> Self {
        Self {
            federation,
            peer,
            queue: Queue::new(peer, lane),
            window,
            desk,
            under_way: JoinSet::new(),
            writing: JoinSet::new(),
            over: Over::default(),
            failed: Vec::new(),
            strikes: 0,
            taken: false,
            paced: None,
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
        self.paced = None;
        if let Err(error) = self.try_start(bell).await {
            self.fault.get_or_insert(error);
            self.halted = true;
        }
        self.window.settle(self.queue.lane.under_way());
    }

    async fn try_start(&mut self, bell: &Bell) -> Result<()> {
        self.queue.read_on(&self.federation, bell).await?;
        while self.window.lets(self.queue.lane.under_way()) {
            let Some(delivery) = self.queue.lane.start(self.window.probes() && !self.taken) else {
                break;
            };
            // Before it is under way: who waits for the rate takes nobody's place, and goes nowhere after a failure.
            if let Some(wait) = self.wait_for_rate().await? {
                self.queue.lane.put_back(delivery.id);
                self.paced = Some(wait);
                break;
            }
            let (federation, peer) = (self.federation.clone(), self.peer);
            self.under_way
                .spawn(async move { attempt(&federation, peer, &delivery).await });
        }
        Ok(())
    }

    /// How long until the contract lets another go; `None` if it may go now.
    async fn wait_for_rate(&self) -> Result<Option<Duration>> {
        let ctx = self.federation.ctx();
        let Some(peer) = peers::get(ctx, self.peer).await? else {
            return Ok(None);
        };
        let taken = self
            .federation
            .0
            .sent
            .take(peer.id, peer.rate::<Sending>(), ctx.now());
        Ok(taken.err().map(|wait| wait.to_std().unwrap_or(PACED).min(PACED)))
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

    /// How long until something may go that may not now. Not longer than the table is left alone: a clock may be set.
    fn pause(&self) -> Option<Duration> {
        let now = self.federation.ctx().now();
        let held = self.queue.lane.held_for(now);
        let held = held.map(|pause| until(now, now + pause).min(LOOK));
        held.into_iter().chain(self.paced).min()
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
            Ok(Ended::Failed(id, None)) => {
                self.queue.lane.put_back(id);
                self.halted = true;
            }
            Ok(Ended::Failed(id, Some(failure))) => {
                // It may be this one that breaks the peer: the next time another is offered first.
                self.queue.lane.hold(id, self.federation.ctx().now());
                self.failed.push((id, failure));
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
        self.taken = true;
    }

    async fn held(&mut self, id: DeliveryId, failure: Failure) {
        let ctx = self.federation.ctx();
        let first = self.queue.lane.hold(id, ctx.now());
        self.window.refused();
        // A peer that takes others may go on stumbling over the same one.
        self.strikes += usize::from(first || !self.taken);
        if self.strikes >= STRIKES {
            self.failed.push((id, failure));
            self.halted = true;
            return;
        }
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

    async fn end(self) -> Result<(bool, Refused)> {
        if !self.failed.is_empty() {
            deliveries::failed(self.federation.ctx(), self.peer, self.failed).await?;
        }
        match self.fault {
            None => Ok((self.halted, self.queue.lane.leave())),
            Some(error) => Err(error),
        }
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
    fn new(peer: PeerId, lane: Lane) -> Self {
        Self {
            peer,
            lane,
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
        let most = most.min(MOST_READ);
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
