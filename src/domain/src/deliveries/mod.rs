//! The durable queue: what still has to reach which peer. Ordered per peer, author and conversation.

mod view;

pub use view::{LOOKED_AT, QueueState, Reach, Reached, of_post, queues};

use crate::{Ctx, DomainError, Result, audit, ledger, own_keys, work};
use chrono::TimeDelta;
use entrenous_model::{
    ActivityId, Crossing, DeliveryId, Direction, Event, KeyGeneration, Parcel, Peer, PeerId, SignatureForm,
    Software, Time,
};
use entrenous_store::peers::Pulse;
use entrenous_store::{StoreError, Tx, deliveries as rows};
use std::collections::HashSet;

/// One delivery to make.
pub use entrenous_store::deliveries::Queued as Delivery;

/// How long a delivery is tried (federation.md, "Delivery").
pub const PATIENCE: TimeDelta = TimeDelta::days(30);
/// The longest pause between two attempts.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// The longest that a peer rests which answers, but did not take what it was offered last: it may take what comes next.
pub const LONGEST_REST_OF_ANSWERING: TimeDelta = TimeDelta::minutes(5);
/// What is said of a delivery that was answered 403.
pub const REFUSED: &str = "answered 403";
/// Rows that end with one statement.
const MOST_ROWS: usize = 256;
/// A refusal counts as so many failures: the fewest after which the pause is the longest.
const REFUSAL: i32 = 37;

/// The pause after `failures` failures in a row: 1.25^n seconds, at most an hour.
#[must_use]
pub fn pause_after(failures: i32) -> TimeDelta {
    let seconds = 1.25_f64.powi(failures.clamp(1, 60));
    // At most 1.25^60 = 652,530 seconds: fits.
    #[expect(clippy::cast_possible_truncation, reason = "clamped above")]
    let pause = TimeDelta::milliseconds((seconds * 1_000.0) as i64);
    pause.min(LONGEST_PAUSE)
}

/// An active peer for which something is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub peer: PeerId,
    /// From when it may be tried.
    pub at: Time,
    /// It did not take the last that it was offered.
    pub silent: bool,
}

/// Active peers that have deliveries queued.
///
/// # Errors
/// Only the store's.
pub async fn waiting_peers(ctx: &Ctx) -> Result<Vec<Waiting>> {
    let waiting = ctx.store().read(rows::waiting_peers).await?;
    let now = ctx.now();
    Ok(waiting
        .into_iter()
        .map(|(peer, at, failures)| Waiting {
            peer,
            at: at.map_or(now, |at| believable(at, failures, now)),
            silent: failures > 0,
        })
        .collect())
}

/// When a peer may be tried again. No pause is longer than the one that its failures make: a moment further away was
/// written down by a clock that was ahead and has been set right since, and waiting for it would stop deliveries for as
/// long as it was ahead. (The hour is no measure: whoever waits out a pause of a second by a clock that is set back an hour
/// meanwhile finds less than an hour left.)
fn believable(at: Time, failures: i32, now: Time) -> Time {
    if at - now > pause_after(failures) { now } else { at }
}

/// The next deliveries of a peer in queue order, at most `limit`, none if the peer is not active.
///
/// # Errors
/// Only the store's.
pub async fn next(ctx: &Ctx, peer: PeerId, after: Option<DeliveryId>, limit: i64) -> Result<Vec<Delivery>> {
    let limit = limit.clamp(1, 1_000);
    Ok(ctx
        .store()
        .read(move |conn| rows::next(conn, peer, after, limit))
        .await?)
}

/// A delivery that will not be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Row.
    pub id: DeliveryId,
    /// What the ledger tells of it.
    pub parcel: Parcel,
}

/// Why a delivery was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Stable code, for the ledger.
    pub code: String,
    /// In words.
    pub reason: String,
}

/// Deliveries that will not be made again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Over {
    /// What the peer has taken.
    pub taken: Vec<Done>,
    /// The signature form that worked for the last of them.
    pub form: Option<SignatureForm>,
    /// What there is nothing to send of any more (the post is gone), or what the peer will never take (410, 400), and why.
    pub dropped: Vec<(Done, Dropped)>,
    /// The keys of ours that the peer has by what it has taken.
    pub keys: Option<KeyGeneration>,
}

impl Over {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.taken.is_empty() && self.dropped.is_empty()
    }

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = DeliveryId> + '_ {
        let dropped = self.dropped.iter().map(|(done, _)| done);
        self.taken.iter().chain(dropped).map(|done| done.id)
    }

    /// Puts what was over earlier in front.
    pub fn after(&mut self, mut earlier: Self) {
        earlier.taken.append(&mut self.taken);
        earlier.dropped.append(&mut self.dropped);
        earlier.form = self.form.or(earlier.form);
        earlier.keys = self.keys.max(earlier.keys);
        *self = earlier;
    }
}

/// Records what is over with some peers, in one transaction, each peer once. A peer that took something is healthy: its
/// backoff ends.
///
/// # Errors
/// Only the store's; nothing is recorded then.
pub async fn finish(ctx: &Ctx, all: Vec<(PeerId, Over)>) -> Result<()> {
    let learned = work::write(ctx, move |tx| {
        let ids: Vec<PeerId> = all.iter().map(|(peer, _)| *peer).collect();
        // Where a peer's row is sure to be written, it is locked before those of its queue, as everywhere: on PostgreSQL two
        // orders lock each other out, and one of them has to be tried again.
        for (peer, _) in all.iter().filter(|(_, over)| over.keys.is_some()) {
            entrenous_store::peers::locked(tx, *peer)?;
        }
        let pulses = entrenous_store::peers::pulses(tx, &ids)?;
        let known = |peer: PeerId| pulses.iter().any(|pulse| pulse.peer == peer);
        let all: Vec<&(PeerId, Over)> = all.iter().filter(|(peer, _)| known(*peer)).collect();
        let mut learned = false;
        for pulse in &pulses {
            let Some((_, over)) = all.iter().find(|(peer, _)| *peer == pulse.peer) else {
                continue;
            };
            if over.taken.is_empty() {
                continue;
            }
            note_heard(tx, pulse)?;
            if let Some(form) = over.form.filter(|form| form.as_str() != pulse.form) {
                // No event: whom the peer may see what of is as it was, and a peer could change its mind with every batch.
                entrenous_store::peers::learn_form(tx, pulse.peer, form)?;
                learned = true;
            }
        }
        end_rows(tx, &all)?;
        for (peer, over) in all {
            if let Some(generation) = over.keys
                && let Some(peer) = entrenous_store::peers::by_id(tx, *peer)?
            {
                own_keys::taken(tx, &peer, generation)?;
                learned = true;
            }
        }
        Ok(learned)
    })
    .await?;
    if learned {
        ctx.trust().forget_everything();
    }
    Ok(())
}

/// The rows of the queue end, and the ledger tells of those that did: not of one that had ended before.
fn end_rows(tx: &mut Tx, all: &[&(PeerId, Over)]) -> std::result::Result<(), StoreError> {
    let now = tx.now();
    let taken: Vec<DeliveryId> = all
        .iter()
        .flat_map(|(_, over)| over.taken.iter().map(|done| done.id))
        .collect();
    let mut ended = HashSet::with_capacity(taken.len());
    for some in taken.chunks(MOST_ROWS) {
        ended.extend(rows::finish(tx, some, "done", None, now)?);
    }
    let mut crossings = Vec::new();
    for (peer, over) in all {
        let sent = |done: &Done| Crossing::of(*peer, Direction::Sent, done.parcel.clone());
        let taken = over.taken.iter().filter(|done| ended.contains(&done.id));
        crossings.extend(taken.map(sent));
        for (done, why) in &over.dropped {
            if !rows::finish(tx, &[done.id], "dropped", Some(&why.reason), now)?.is_empty() {
                crossings.push(sent(done).refused(why.code.as_str()));
            }
        }
    }
    ledger::write(tx, crossings)
}

/// Why an activity was not taken and stays in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub reason: String,
    /// The peer answered 403.
    pub refused: bool,
    /// It answered: it is there, and may take others.
    pub answered: bool,
    /// How long the peer asks to be left alone, at most [`LONGEST_PAUSE`].
    pub at_least: TimeDelta,
}

impl Failure {
    /// One that asks for nothing.
    #[must_use]
    pub fn because(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            refused: false,
            answered: false,
            at_least: TimeDelta::zero(),
        }
    }
}

/// Records deliveries that failed at the same time, as one failure of the peer: it rests, 1.25^n seconds up to an hour; what
/// has waited for 30 days is dropped. If the peer refused (403), it rests for an hour, as after many failures, and its
/// administrator is alerted (audit). If it asks for a longer rest it gets it, counted as the failures that make one so long.
///
/// # Errors
/// Only the store's.
pub async fn failed(ctx: &Ctx, peer: PeerId, failed: Vec<(DeliveryId, Failure)>) -> Result<()> {
    work::write(ctx, move |tx| {
        let Some(peer) = entrenous_store::peers::by_id(tx, peer)? else {
            return Ok(());
        };
        let refused = failed.iter().find(|(_, failure)| failure.refused);
        let Some((_, worst)) = refused.or(failed.first()) else {
            return Ok(());
        };
        let asked = failed
            .iter()
            .map(|(_, failure)| failures_for(failure.at_least))
            .max();
        let failures = peer.failures.saturating_add(1).max(asked.unwrap_or(0));
        let counted = if worst.refused {
            failures.max(REFUSAL)
        } else {
            failures
        };
        let most = if worst.answered {
            LONGEST_REST_OF_ANSWERING
        } else {
            LONGEST_PAUSE
        };
        halt(tx, &peer, counted, most, &worst.reason)?;
        for (id, failure) in &failed {
            rows::attempted(tx, *id, &failure.reason)?;
        }
        if worst.refused {
            let detail = format!("{} refuses deliveries: {}", peer.name, worst.reason);
            audit::write(
                tx,
                "node",
                "delivery.refused",
                Some("refused_by_peer"),
                Some(peer.origin.as_str()),
                &detail,
            )?;
        }
        give_up_old(tx, &peer, &worst.reason)?;
        Ok(())
    })
    .await
}

/// The fewest failures in a row after which the pause is as long as `pause`; none for no pause.
fn failures_for(pause: TimeDelta) -> i32 {
    (0..REFUSAL)
        .find(|failures| pause.is_zero() || pause_after(*failures) >= pause)
        .unwrap_or(REFUSAL)
}

/// Records that the peer answers, but does not take this one now: it stays in the queue and is tried again, and the peer
/// does not rest. What has waited for 30 days is dropped; true if something was.
///
/// # Errors
/// Only the store's.
pub async fn held(ctx: &Ctx, peer: PeerId, id: DeliveryId, reason: String) -> Result<bool> {
    work::write(ctx, move |tx| {
        let Some(peer) = entrenous_store::peers::by_id(tx, peer)? else {
            return Ok(false);
        };
        rows::attempted(tx, id, &reason)?;
        Ok(give_up_old(tx, &peer, &reason)?)
    })
    .await
}

/// Lets the peer rest for as long as so many `failures` say, but not longer than `most`.
fn halt(
    tx: &mut Tx,
    peer: &Peer,
    failures: i32,
    most: TimeDelta,
    reason: &str,
) -> std::result::Result<(), StoreError> {
    let now = tx.now();
    let since = peer.failing_since.unwrap_or(now);
    let until = now + pause_after(failures).min(most);
    entrenous_store::peers::failed(tx, peer.id, since, failures, until, reason)
}

/// Drops what has waited for this peer for longer than anything should: all of it at once, since a peer that is silent
/// for so long is tried once an hour, and would hold up what can still be of use.
fn give_up_old(tx: &mut Tx, peer: &Peer, reason: &str) -> std::result::Result<bool, StoreError> {
    let now = tx.now();
    // The oldest is the first: a queue that is not that old costs one look at an index.
    let oldest = rows::next(tx, peer.id, None, 1)?;
    if oldest
        .iter()
        .all(|delivery| now - delivery.created_at <= PATIENCE)
    {
        return Ok(false);
    }
    let reason = format!("given up after 30 days: {reason}");
    // A node would be lost without the keys that all that comes after them is signed with.
    let keep_keys = peer.software == Software::Native;
    let dropped = rows::give_up(tx, peer.id, now - PATIENCE, keep_keys, &reason, now)?;
    if dropped > 0 {
        let text = format!("{dropped} deliveries to {} were {reason}", peer.name);
        audit::write(
            tx,
            "node",
            "delivery.dropped",
            Some("too_old"),
            Some(peer.origin.as_str()),
            &text,
        )?;
        // One row for all: a queue of 30 days may be long.
        let parcel = Parcel {
            kind: "Deliveries".to_owned(),
            ..Parcel::default()
        };
        let mut crossing = Crossing::of(peer.id, Direction::Sent, parcel).refused("too_old");
        crossing.times = i64::try_from(dropped).unwrap_or(i64::MAX);
        ledger::write(tx, [crossing])?;
    }
    Ok(dropped > 0)
}

/// Ends a peer's backoff if it has one. The row is not written for each message: once in ten seconds is enough to
/// show when a peer was last seen.
pub(crate) fn note_heard(tx: &mut Tx, pulse: &Pulse) -> std::result::Result<(), StoreError> {
    let now = tx.now();
    let stale = pulse
        .last_seen_at
        .is_none_or(|at| now - at > TimeDelta::seconds(10));
    if pulse.failing || stale {
        entrenous_store::peers::heard(tx, pulse.peer, now)?;
    }
    if pulse.failing {
        tx.emit(Event::DeliveriesQueued {
            peers: vec![pulse.peer],
        })?;
    }
    Ok(())
}

/// A peer was heard from: its backoff ends, its queue wakes.
///
/// # Errors
/// Only the store's.
pub async fn peer_heard(ctx: &Ctx, peer: PeerId) -> Result<()> {
    ctx.store()
        .write(move |tx| -> std::result::Result<(), StoreError> {
            entrenous_store::peers::pulses(tx, &[peer])?
                .iter()
                .try_for_each(|pulse| note_heard(tx, pulse))
        })
        .await?;
    Ok(())
}

/// An outgoing activity a peer asks for by id, as a delivery that is not queued. `NotFound` unless it was for that peer.
///
/// # Errors
/// `NotFound`.
pub async fn activity_for(ctx: &Ctx, peer: PeerId, id: ActivityId) -> Result<Delivery> {
    let found = ctx
        .store()
        .read(move |conn| {
            if rows::was_for(conn, id, peer)? {
                rows::activity(conn, id)
            } else {
                Ok(None)
            }
        })
        .await?;
    let (account, _, data, created_at) = found.ok_or(DomainError::NotFound)?;
    Ok(Delivery {
        id: DeliveryId(0),
        activity: id,
        account,
        data,
        inbox: String::new(),
        order_key: 0,
        attempts: 0,
        created_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!(pause_after(1), TimeDelta::milliseconds(1_250));
        assert!(pause_after(10) < TimeDelta::seconds(10));
        assert_eq!(pause_after(40), LONGEST_PAUSE);
        assert_eq!(pause_after(i32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn a_refusal_makes_the_longest_pause() {
        assert_eq!(pause_after(REFUSAL), LONGEST_PAUSE);
        assert!(pause_after(REFUSAL - 1) < LONGEST_PAUSE);
    }

    #[test]
    fn a_pause_by_another_clock_is_not_kept() {
        let now = chrono::DateTime::from_timestamp(1_900_000_000, 0).unwrap();
        for failures in [1, 20, REFUSAL, 1_000] {
            let pause = pause_after(failures);
            assert_eq!(believable(now + pause, failures, now), now + pause);
            let past = now - TimeDelta::hours(2);
            assert_eq!(believable(past, failures, now), past);
            let ahead = now + TimeDelta::hours(1) + pause;
            assert_eq!(believable(ahead, failures, now), now);
        }
        // A pause that was nearly over when the clock was set back.
        let ahead = now + TimeDelta::hours(1) - TimeDelta::milliseconds(3);
        assert_eq!(believable(ahead, 1, now), now);
    }
}
