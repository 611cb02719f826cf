//! Times: the machine's own, and ids that carry them.

use chrono::{DateTime, Utc};

/// The machine's clock: the node that is measured has it too.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the node is a real process with the real clock"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// An id as the store makes them: milliseconds above, 16 bits below.
#[must_use]
pub const fn id(millis: i64, low: u64) -> i64 {
    (millis << 16) | (low & 0xffff).cast_signed()
}

/// The time an id carries.
#[must_use]
pub fn time_of(id: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(id >> 16).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_time() {
        let now = now();
        assert_eq!(
            time_of(id(now.timestamp_millis(), 0xfff_ffff)).timestamp_millis(),
            now.timestamp_millis()
        );
        assert!(id(5, 0xffff) < id(6, 0));
    }
}
