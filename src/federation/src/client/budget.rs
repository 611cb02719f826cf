//! How much may be fetched.

use super::ClientError;
use chrono::TimeDelta;
use entrenous_egress::EgressError;
use entrenous_model::{PeerId, Time};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Fetches that one inbound activity, or one look-up, may cause.
const PER_ACTIVITY: u32 = 20;
/// How long they may take together: who waits for what comes of them is answered within 10 s, however slowly each comes.
const PATIENCE: Duration = Duration::from_secs(9);
/// How long it takes until all fetches that were made may be made again.
const HOUR: TimeDelta = TimeDelta::hours(1);
/// Fetches from one peer: so many at once, and in each hour after that.
const PER_HOUR: i32 = 1_200;
/// Of these, fetches from others that the activities of one peer may cause: what one peer names (boosts, quotes) must not use
/// up what is asked of another, which its new people's keys need too.
const ELSEWHERE_PER_HOUR: i32 = 300;

/// The fetches left to one inbound activity or look-up. Whoever begins one makes a budget and hands it down.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU32,
    /// Nothing goes on after that; `None` for what nobody waits for.
    until: Option<Instant>,
    /// Whose activity it is.
    cause: Option<PeerId>,
}

impl Default for Budget {
    /// 20 fetches in 9 s from now, for what somebody waits for.
    fn default() -> Self {
        Self {
            left: AtomicU32::new(PER_ACTIVITY),
            until: Some(Instant::now() + PATIENCE),
            cause: None,
        }
    }
}

impl Budget {
    /// A budget of its own size, for what nobody waits for: it has all the time that its fetches take.
    #[must_use]
    pub const fn of(fetches: u32) -> Self {
        Self {
            left: AtomicU32::new(fetches),
            until: None,
            cause: None,
        }
    }

    /// The default, for what a peer sent.
    pub(crate) fn caused_by(peer: PeerId) -> Self {
        Self {
            cause: Some(peer),
            ..Self::default()
        }
    }

    /// Whose activity it is, if it is one's.
    pub(super) const fn cause(&self) -> Option<PeerId> {
        self.cause
    }

    /// Whether none is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// A fetch, broken off when the time for all of them is over.
    pub(super) async fn in_time<T>(
        &self,
        fetch: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        let late = Err(ClientError::Egress(EgressError::Timeout));
        match self.until {
            None => fetch.await,
            // It is not even begun.
            Some(until) if Instant::now() >= until => late,
            Some(until) => timeout_at(until, fetch).await.unwrap_or(late),
        }
    }

    /// Takes one.
    ///
    /// # Errors
    /// [`ClientError::TooManyFetches`] if none is left.
    pub fn take(&self) -> Result<(), ClientError> {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map(drop)
            .map_err(|_| ClientError::TooManyFetches)
    }
}

/// Limits of each peer. Only peers have an entry, so this does not grow with strangers.
#[derive(Debug, Default)]
pub(super) struct PeerLimits(Mutex<HashMap<PeerId, Used>>);

#[derive(Debug, Default, Clone, Copy)]
struct Used {
    fetches: Spent,
    elsewhere: Spent,
    keys: Option<Time>,
    look: Option<Time>,
}

/// What is spent of an hour's fetches, which come back one after the other: when all of them are there again.
#[derive(Debug, Default, Clone, Copy)]
struct Spent(Option<Time>);

impl Spent {
    /// This with one more of so many in an hour.
    ///
    /// # Errors
    /// How long until there is one.
    fn and_one(self, an_hour: i32, now: Time) -> Result<Self, TimeDelta> {
        // A moment further away was written by a clock that has been set back since: who may be asked is not to wait for that.
        let believable = self.0.filter(|full| *full <= now + HOUR);
        let full = believable.map_or(now, |full| full.max(now)) + HOUR / an_hour;
        if full <= now + HOUR {
            Ok(Self(Some(full)))
        } else {
            Err(full - now - HOUR)
        }
    }
}

impl PeerLimits {
    /// Counts a fetch from `peer`, caused by what another one sent or by nobody's activity. If there is none left, nothing is
    /// counted.
    pub(super) fn fetch(&self, peer: PeerId, cause: Option<PeerId>, now: Time) -> Result<(), ClientError> {
        let later = |wait: TimeDelta| ClientError::FetchLater(wait.num_seconds().unsigned_abs() + 1);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fetches = all.entry(peer).or_default().fetches;
        let fetches = fetches.and_one(PER_HOUR, now).map_err(later)?;
        if let Some(cause) = cause.filter(|cause| *cause != peer) {
            let used = all.entry(cause).or_default();
            used.elsewhere = used.elsewhere.and_one(ELSEWHERE_PER_HOUR, now).map_err(later)?;
        }
        all.entry(peer).or_default().fetches = fetches;
        Ok(())
    }

    /// Whether keys may be fetched again: once a minute. Counts if so.
    pub(super) fn refetch_keys(&self, peer: PeerId, now: Time) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        once_a_minute(&mut all.entry(peer).or_default().keys, now)
    }

    /// Whether the keys that a peer shows may be looked at: once a minute. Counts if so.
    pub(super) fn look_at_keys(&self, peer: PeerId, now: Time) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        once_a_minute(&mut all.entry(peer).or_default().look, now)
    }
}

fn once_a_minute(last: &mut Option<Time>, now: Time) -> bool {
    let may = last.is_none_or(|last| now < last || now - last >= TimeDelta::minutes(1));
    if may {
        *last = Some(now);
    }
    may
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_of_one_activity_share_their_time() {
        let begun = Instant::now();
        let until = begun + Duration::from_millis(50);
        let budget = Budget {
            left: AtomicU32::new(PER_ACTIVITY),
            until: Some(until),
            cause: None,
        };
        for _ in 0..PER_ACTIVITY {
            let silent = std::future::pending::<Result<(), ClientError>>();
            let late = budget.in_time(silent).await;
            assert!(matches!(late, Err(ClientError::Egress(EgressError::Timeout))));
        }
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "each had time of its own"
        );
        let Some(until) = Budget::default().until else {
            panic!("an activity has all the time there is")
        };
        assert!(until <= Instant::now() + PATIENCE);
        assert!(Budget::of(1).until.is_none());
    }

    #[test]
    fn bounded_per_activity_and_per_hour() {
        let budget = Budget::default();
        assert_eq!((0..30).filter(|_| budget.take().is_ok()).count(), 20);
        let limits = PeerLimits::default();
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let peer = PeerId(1);
        assert_eq!(
            (0..2_000)
                .filter(|_| limits.fetch(peer, None, now).is_ok())
                .count(),
            1_200
        );
        assert!(limits.fetch(PeerId(2), None, now).is_ok());
        // They come back one by one; who asks is told when.
        let later = limits.fetch(peer, None, now);
        assert!(matches!(later, Err(ClientError::FetchLater(4))), "{later:?}");
        let soon = now + TimeDelta::seconds(3);
        assert!(limits.fetch(peer, None, soon).is_ok() && limits.fetch(peer, None, soon).is_err());
        // A clock that was set back holds up nobody.
        assert!(limits.fetch(peer, None, now - TimeDelta::days(1)).is_ok());
        let next_day = now + TimeDelta::days(1);
        assert_eq!(
            (0..2_000)
                .filter(|_| limits.fetch(peer, None, next_day).is_ok())
                .count(),
            1_200
        );
        assert!(limits.refetch_keys(peer, now) && !limits.refetch_keys(peer, now + TimeDelta::seconds(59)));
        assert!(limits.refetch_keys(peer, now + TimeDelta::seconds(60)));
    }

    #[test]
    fn one_peer_does_not_use_up_what_is_asked_of_another() {
        let limits = PeerLimits::default();
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (p, q) = (PeerId(1), PeerId(2));
        let asked = |peer, cause, at| limits.fetch(peer, cause, at).is_ok();
        assert_eq!((0..2_000).filter(|_| asked(q, Some(p), now)).count(), 300);
        // Of q by its own activities, by somebody who looks, by another peer's; of p by its own.
        assert!(asked(q, Some(q), now) && asked(q, None, now) && asked(q, Some(PeerId(3)), now));
        assert!(asked(p, Some(p), now));
        let soon = now + TimeDelta::seconds(12);
        assert!(asked(q, Some(p), soon) && !asked(q, Some(p), soon));
    }
}
