//! Time-ordered identifiers that are never given twice.
//!
//! An id is milliseconds since the Unix epoch in the upper 47 bits and 16 bits below: on SQLite a counter;
//! on PostgreSQL, where several processes may write, a counter of 8 bits and the number of the writing
//! connection (0 to 255), which that connection holds by an advisory lock as long as it lives.
//!
//! The counter runs on into the milliseconds when a millisecond has no room left or the clock steps back,
//! so ids of one process always grow. It starts above everything the database holds.

use crate::{Backend, StoreError};
use aws_lc_rs::rand;
use entrenous_model::Time;
use std::sync::atomic::{AtomicI64, Ordering};

const LOW_BITS: u32 = 16;

/// How many connections may write to one PostgreSQL database at once.
pub(crate) const WORKERS: i32 = 1 << 8;

/// The process's source of ids.
pub(crate) struct Ids {
    /// The last one given, without the worker's number.
    last: AtomicI64,
    worker_bits: u32,
}

impl Ids {
    /// A source that starts at `now`, a random step into the millisecond, so that a node started again within
    /// it goes on elsewhere even if nothing that was given has been stored.
    pub(crate) fn new(backend: Backend, now: Time) -> Result<Self, StoreError> {
        let mut seed = [0_u8; 2];
        rand::fill(&mut seed).map_err(|_| StoreError::Unavailable("no randomness".to_owned()))?;
        Ok(Self::at(backend, now, u16::from_be_bytes(seed)))
    }

    /// A source that starts at `now` and this step.
    pub(crate) fn at(backend: Backend, now: Time, step: u16) -> Self {
        let worker_bits = match backend {
            Backend::Sqlite => 0,
            Backend::Postgres => WORKERS.trailing_zeros(),
        };
        // Half of the room at most, so that the rest of the millisecond still fits.
        let step = i64::from(step) >> (worker_bits + 1);
        Self {
            last: AtomicI64::new(floor(now, worker_bits) + step),
            worker_bits,
        }
    }

    /// Never again gives `id` or anything below it.
    pub(crate) fn raise(&self, id: i64) {
        self.last.fetch_max(id >> self.worker_bits, Ordering::Relaxed);
    }

    /// The next id, for the writing connection `worker`.
    pub(crate) fn next(&self, now: Time, worker: i64) -> i64 {
        let floor = floor(now, self.worker_bits);
        let step = |last: i64| last.saturating_add(1).max(floor);
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let next = step(last);
            match self
                .last
                .compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return (next << self.worker_bits) | worker,
                Err(seen) => last = seen,
            }
        }
    }
}

fn floor(now: Time, worker_bits: u32) -> i64 {
    now.timestamp_millis().max(0) << (LOW_BITS - worker_bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};

    #[test]
    fn ids_grow_whatever_the_clock_does() {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
            let ids = Ids::new(backend, now).unwrap();
            let mut last = 0;
            for step in [0_i64, 0, 5, -60_000, 0, 1] {
                for _ in 0..70_000 {
                    let id = ids.next(now + Duration::milliseconds(step), 0);
                    assert!(id > last);
                    last = id;
                }
            }
            ids.raise(last + (1 << 40));
            assert!(ids.next(now, 0) > last + (1 << 40));
        }
    }

    #[test]
    fn an_id_tells_its_millisecond_and_its_writer() {
        let now = DateTime::from_timestamp_millis(1_700_000_000_123).unwrap();
        let later = now + Duration::milliseconds(1);
        let ids = Ids::new(Backend::Postgres, now).unwrap();
        let id = ids.next(later, 77);
        assert_eq!(id >> LOW_BITS, later.timestamp_millis());
        assert_eq!(id & 0xff, 77);
    }
}
