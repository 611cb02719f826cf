//! Moments: injected, in UTC, and stored with microseconds.

use chrono::{NaiveDateTime, SubsecRound as _};
use entrenous_model::Time;
use std::sync::Arc;

/// Where the store takes the time from. The node gives it the system's clock, tests one they can turn.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// A moment as a `TIMESTAMP` column keeps it: UTC, cut to microseconds (what PostgreSQL can hold, so that
/// both databases compare alike).
#[must_use]
pub fn to_db(time: Time) -> NaiveDateTime {
    time.naive_utc().trunc_subsecs(6)
}

/// A stored moment.
#[must_use]
pub const fn from_db(time: NaiveDateTime) -> Time {
    time.and_utc()
}

/// The same moment, as it will read back from the database.
pub(crate) fn storable(time: Time) -> Time {
    time.trunc_subsecs(6)
}
