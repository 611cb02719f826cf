//! The signed times, compared with an injected clock.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::{Parsed, Refusal};

/// How far a signature's time may be from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How old a signature may be.
    pub past: TimeDelta,
    /// How far ahead of our clock it may be.
    pub ahead: TimeDelta,
    /// How far ahead of our clock its `expires` may be.
    pub longest: TimeDelta,
}

impl Window {
    /// Between Entrenous nodes: five minutes either way, `expires` within an hour.
    pub const NATIVE: Self = Self {
        past: TimeDelta::minutes(5),
        ahead: TimeDelta::minutes(5),
        longest: TimeDelta::hours(1),
    };
    /// Other software, as Mastodon allows: twelve hours back, one ahead; `expires` within a day.
    pub const OTHER: Self = Self {
        past: TimeDelta::hours(12),
        ahead: TimeDelta::hours(1),
        longest: TimeDelta::hours(24),
    };

    /// How long a signature must be remembered so that it cannot be used twice.
    #[must_use]
    pub fn memory(&self) -> TimeDelta {
        self.past + self.ahead
    }
}

/// Signed times in seconds of Unix time. At least one of `created` and `date` is there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// `created` of the signature.
    pub(crate) created: Option<i64>,
    /// The `Date` header, if it is signed.
    pub(crate) date: Option<i64>,
    /// `expires` of the signature, signed or not.
    pub(crate) expires: Option<i64>,
}

impl Times {
    pub(crate) fn signed_at(&self) -> i64 {
        self.created.or(self.date).unwrap_or_default()
    }
}

/// Reads a `Date` header: IMF-fixdate (RFC 9110, section 5.6.7), the only form that is sent today.
pub(crate) fn parse_date(value: &str) -> Result<i64, Refusal> {
    NaiveDateTime::parse_from_str(value, "%a, %d %b %Y %H:%M:%S GMT")
        .map(|date| date.and_utc().timestamp())
        .map_err(|_| Refusal::Clock)
}

/// Writes a `Date` header.
pub(crate) fn format_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

impl Parsed {
    /// Compares the signature's times with `now`.
    ///
    /// # Errors
    /// [`Refusal::Clock`] when a signed time is outside the window, the signature has expired, expires before
    /// it was made, or promises to live longer than the window allows.
    pub fn check_freshness(&self, now: DateTime<Utc>, window: Window) -> Result<(), Refusal> {
        let now = now.timestamp();
        let earliest = now.saturating_sub(window.past.num_seconds());
        let latest = now.saturating_add(window.ahead.num_seconds());
        let Times {
            created,
            date,
            expires,
        } = self.times;
        if created.is_none() && date.is_none() {
            return Err(Refusal::Clock);
        }
        if [created, date]
            .into_iter()
            .flatten()
            .any(|at| at < earliest || at > latest)
        {
            return Err(Refusal::Clock);
        }
        if let Some(expires) = expires {
            let last = now.saturating_add(window.longest.num_seconds());
            if expires < now || expires < self.times.signed_at() || expires > last {
                return Err(Refusal::Clock);
            }
        }
        Ok(())
    }
}
