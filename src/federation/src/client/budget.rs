//! How much may be fetched.

use super::ClientError;
use chrono::TimeDelta;
use entrenous_model::{PeerId, Time};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// Fetches that one inbound activity, or one look-up, may cause.
const PER_ACTIVITY: u32 = 20;
/// Fetches from one peer in an hour.
const PER_HOUR: u32 = 1_200;

/// The fetches left to one inbound activity or look-up. Whoever begins one makes a budget and hands it down.
#[derive(Debug)]
pub struct Budget(AtomicU32);

impl Default for Budget {
    /// 20 fetches.
    fn default() -> Self {
        Self(AtomicU32::new(PER_ACTIVITY))
    }
}

impl Budget {
    /// A budget of its own size.
    #[must_use]
    pub const fn of(fetches: u32) -> Self {
        Self(AtomicU32::new(fetches))
    }

    /// Whether none is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// Takes one.
    ///
    /// # Errors
    /// [`ClientError::TooManyFetches`] if none is left.
    pub fn take(&self) -> Result<(), ClientError> {
        self.0
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
    hour: Option<Time>,
    fetches: u32,
    keys: Option<Time>,
    look: Option<Time>,
}

impl PeerLimits {
    /// Counts a fetch.
    pub(super) fn fetch(&self, peer: PeerId, now: Time) -> Result<(), ClientError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let used = all.entry(peer).or_default();
        if used
            .hour
            .is_none_or(|since| now < since || now - since >= TimeDelta::hours(1))
        {
            used.hour = Some(now);
            used.fetches = 0;
        }
        if used.fetches >= PER_HOUR {
            return Err(ClientError::TooManyFetches);
        }
        used.fetches += 1;
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

    #[test]
    fn bounded_per_activity_and_per_hour() {
        let budget = Budget::default();
        assert_eq!((0..30).filter(|_| budget.take().is_ok()).count(), 20);
        let limits = PeerLimits::default();
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let peer = PeerId(1);
        assert_eq!(
            (0..2_000).filter(|_| limits.fetch(peer, now).is_ok()).count(),
            1_200
        );
        assert!(limits.fetch(PeerId(2), now).is_ok());
        assert!(limits.fetch(peer, now + TimeDelta::hours(1)).is_ok());
        assert!(limits.refetch_keys(peer, now) && !limits.refetch_keys(peer, now + TimeDelta::seconds(59)));
        assert!(limits.refetch_keys(peer, now + TimeDelta::seconds(60)));
    }
}
