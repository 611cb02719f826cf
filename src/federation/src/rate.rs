//! Activities a minute, by the contract with each peer.

use chrono::TimeDelta;
use entrenous_model::{PeerId, Time};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many activities each peer may still send, or be sent, now. A minute's worth may come at once, after a minute of
/// silence. Only peers are in it: it does not grow by strangers.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<PeerId, Bucket>>);

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Time,
}

impl Rates {
    /// Takes one of `rate` activities a minute.
    ///
    /// # Errors
    /// How long until there is one.
    pub(crate) fn take(&self, peer: PeerId, rate: u32, now: Time) -> Result<(), TimeDelta> {
        let rate = f64::from(rate.max(1));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = all.entry(peer).or_insert(Bucket { left: rate, at: now });
        // A clock that was set back gives nothing; one day at most is looked back on.
        let passed = (now - bucket.at).clamp(TimeDelta::zero(), TimeDelta::days(1));
        let seconds = passed.as_seconds_f64();
        bucket.left = (bucket.left + seconds * rate / 60.0).min(rate);
        bucket.at = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        // At most a minute, since the rate is at least 1.
        let wait = (1.0 - bucket.left) * 60.0 / rate;
        #[expect(clippy::cast_possible_truncation, reason = "at most a minute")]
        Err(TimeDelta::milliseconds((wait * 1_000.0).ceil() as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_and_then_one_after_the_other() {
        let start = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let rates = Rates::default();
        let (peer, other) = (PeerId(1), PeerId(2));
        for _ in 0..6 {
            rates.take(peer, 6, start).unwrap();
        }
        assert_eq!(rates.take(peer, 6, start), Err(TimeDelta::seconds(10)));
        // Another is not held up.
        rates.take(other, 6, start).unwrap();
        rates.take(peer, 6, start + TimeDelta::seconds(10)).unwrap();
        assert!(rates.take(peer, 6, start + TimeDelta::seconds(10)).is_err());
        // After an hour there is a minute's worth, and no more; a clock set back gives nothing.
        let later = start + TimeDelta::hours(1);
        for _ in 0..6 {
            rates.take(peer, 6, later).unwrap();
        }
        assert!(rates.take(peer, 6, later).is_err() && rates.take(peer, 6, start).is_err());
    }
}
