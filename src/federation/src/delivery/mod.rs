//! Delivering what is queued: durable, one lane per peer, in order where it matters.
//!
//! A peer that does not answer rests (1.25^n seconds, up to an hour) and holds up nobody else. All state is in the database.

mod attempt;
mod bell;
mod desk;
mod handover;
mod lane;
mod order;
mod verdict;
mod window;

use crate::Federation;
use bell::Bell;
use desk::Desk;
use entrenous_domain::deliveries::Waiting;
use entrenous_domain::{Result, deliveries};
use entrenous_model::{Event, PeerId, Time};
use order::{Lane, Refused};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use window::{Spare, Window};

/// The table is looked at this often even if nothing was heard.
const LOOK: Duration = Duration::from_secs(30);
/// A lane that ended by a fault of ours is not begun again before.
const AFTER_FAULT: Duration = Duration::from_secs(5);
/// How long what is under way may take when the node stops.
const FAREWELL: Duration = Duration::from_secs(5);

impl Federation {
    /// Everything that goes on without a request: deliveries, asking after invitations that wait for the other side, and
    /// comparing followers.
    /// Ends soon after `stop` does. To be called once.
    pub async fn run_background(self, stop: impl Future<Output = ()> + Send) {
        let (tell, told) = watch::channel(false);
        let deliveries = tokio::spawn(self.clone().run_deliveries(wait(told.clone())));
        let waiting = tokio::spawn(self.clone().run_waiting(wait(told.clone())));
        let orders = tokio::spawn(self.clone().run_orders(wait(told.clone())));
        let followers = tokio::spawn(self.run_synchronisation(wait(told)));
        stop.await;
        if tell.send(true).is_err() {
            tracing::debug!("nothing was left to stop");
        }
        for task in [deliveries, waiting, orders, followers] {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of federation broke off");
            }
        }
    }

    /// Delivers what is queued for active peers, until `stop` ends.
    pub async fn run_deliveries(self, stop: impl Future<Output = ()> + Send) {
        let mut events = self.ctx().store().events();
        let (tell, told) = watch::channel(false);
        let mut lanes = Lanes::default();
        tokio::pin!(stop);
        loop {
            let pause = match lanes.begin(&self, &told).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "the delivery queue cannot be read");
                    AFTER_FAULT
                }
            };
            let look = sleep(pause);
            tokio::pin!(look);
            // Lanes that are busy take in more by themselves: the table is looked at only for peers without one.
            loop {
                let due = tokio::select! {
                    // In this order, so that the simulation repeats a run.
                    biased;
                    () = &mut stop => return farewell(tell, lanes).await,
                    due = lanes.ended() => due,
                    news = queued(&mut events) => lanes.ring(&news),
                    () = &mut look => true,
                };
                if due {
                    break;
                }
            }
        }
    }
}

async fn farewell(tell: watch::Sender<bool>, mut lanes: Lanes) {
    if tell.send(true).is_err() {
        tracing::debug!("no lane was left to stop");
    }
    if timeout(FAREWELL, lanes.all_ended()).await.is_err() {
        tracing::info!("deliveries under way were broken off; they are made again");
    }
}

async fn wait(mut told: watch::Receiver<bool>) {
    // The sender going away means the same.
    if told.wait_for(|stop| *stop).await.is_err() {
        tracing::debug!("nobody is left to stop this");
    }
}

/// For whom something was queued.
enum News {
    /// For these peers.
    For(Vec<PeerId>),
    /// For anyone, or a peer has changed.
    Any,
}

/// Ends when something was queued, or may have been.
async fn queued(events: &mut broadcast::Receiver<Arc<Vec<Event>>>) -> News {
    loop {
        match events.recv().await {
            Ok(batch) => {
                let mut all = Vec::new();
                for event in batch.iter() {
                    match event {
                        Event::DeliveriesQueued { peers } => all.extend(peers.iter().copied()),
                        Event::PeerChanged { .. } => return News::Any,
                        _ => {}
                    }
                }
                if !all.is_empty() {
                    return News::For(all);
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => return News::Any,
            // The store has closed: the stop is on its way.
            Err(broadcast::error::RecvError::Closed) => std::future::pending::<()>().await,
        }
    }
}

/// The peers that are being delivered to.
#[derive(Default)]
struct Lanes {
    tasks: JoinSet<(PeerId, Result<(bool, Refused)>)>,
    /// Rung in order, so that the simulation repeats a run.
    running: BTreeMap<PeerId, Arc<Bell>>,
    ids: HashMap<tokio::task::Id, PeerId>,
    resting: HashMap<PeerId, Instant>,
    /// What peers did not take, from one lane to the next.
    refused: HashMap<PeerId, Refused>,
    spare: Spare,
    desk: Arc<Desk>,
}

impl Lanes {
    /// Begins a lane for each peer that has something to be delivered now; answers when to look again.
    async fn begin(&mut self, federation: &Federation, stop: &watch::Receiver<bool>) -> Result<Duration> {
        let waiting = deliveries::waiting_peers(federation.ctx()).await?;
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
        let mut next = LOOK;
        for Waiting { peer, at, silent } in waiting {
            if self.running.contains_key(&peer) {
                continue;
            }
            let pause = self
                .resting
                .get(&peer)
                .map_or(Duration::ZERO, |until| until.duration_since(now));
            let pause = pause.max(until(federation.ctx().now(), at));
            if pause > Duration::ZERO {
                next = next.min(pause);
                continue;
            }
            let bell = Arc::<Bell>::default();
            self.running.insert(peer, Arc::clone(&bell));
            let (federation, stop) = (federation.clone(), stop.clone());
            let (window, desk) = (Window::new(silent, self.spare.clone()), Arc::clone(&self.desk));
            let lane = Lane::after(self.refused.remove(&peer).unwrap_or_default(), !silent);
            let task = self.tasks.spawn(async move {
                let ended = lane::run(federation, peer, stop, &bell, window, desk, lane).await;
                (peer, ended)
            });
            self.ids.insert(task.id(), peer);
        }
        Ok(next)
    }

    /// Tells lanes that there is more; true if there is something for a peer without a lane.
    fn ring(&self, news: &News) -> bool {
        match news {
            News::Any => {
                for bell in self.running.values() {
                    bell.ring();
                }
                true
            }
            News::For(peers) => peers
                .iter()
                .fold(false, |due, peer| match self.running.get(peer) {
                    Some(bell) => {
                        bell.ring();
                        due
                    }
                    None => true,
                }),
        }
    }

    /// Waits until a lane has ended, for ever if there is none; true if its peer is to be looked at again.
    async fn ended(&mut self) -> bool {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        let (peer, result) = match ended {
            Ok((id, (peer, result))) => {
                self.ids.remove(&id);
                (Some(peer), result.map_err(|error| error.to_string()))
            }
            Err(error) => (self.ids.remove(&error.id()), Err(error.to_string())),
        };
        let bell = peer.and_then(|peer| self.running.remove(&peer));
        match (result, peer) {
            // Or something came while it ended.
            (Ok((rests, refused)), peer) => {
                if let Some(peer) = peer.filter(|_| !refused.is_empty()) {
                    self.refused.insert(peer, refused);
                }
                rests || bell.is_none_or(|bell| bell.rung())
            }
            (Err(error), peer) => {
                tracing::error!(?peer, %error, "deliveries to a peer broke off; they go on soon");
                if let Some(peer) = peer {
                    self.resting.insert(peer, Instant::now() + AFTER_FAULT);
                }
                true
            }
        }
    }

    async fn all_ended(&mut self) {
        while !self.tasks.is_empty() {
            self.ended().await;
        }
    }
}

/// From `now` until `at`; nothing if that is past. At least a millisecond otherwise, so that no loop spins.
fn until(now: Time, at: Time) -> Duration {
    if at <= now {
        return Duration::ZERO;
    }
    (at - now).to_std().unwrap_or(LOOK).max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn pauses() {
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!(until(now, now), Duration::ZERO);
        assert_eq!(until(now, now - TimeDelta::seconds(5)), Duration::ZERO);
        assert_eq!(until(now, now + TimeDelta::seconds(5)), Duration::from_secs(5));
        assert_eq!(
            until(now, now + TimeDelta::nanoseconds(1)),
            Duration::from_millis(1)
        );
    }
}
