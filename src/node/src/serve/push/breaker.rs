//! When a push service is left alone.

use super::send::Health;
use std::time::Duration;

/// Failures in a row, of any devices, after which a service is left alone.
const FAILURES: u32 = 3;
/// The first pause; each one after it is twice as long.
const FIRST: Duration = Duration::from_secs(5);
/// The longest.
const LONGEST: Duration = Duration::from_secs(600);

/// What is known of one service.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    pauses: u32,
    open: bool,
}

impl Breaker {
    /// Something was learned of the service.
    pub(super) fn learn(&mut self, health: Health) {
        match health {
            Health::Unknown => {}
            Health::Fine => *self = Self::default(),
            Health::Troubled => {
                self.failures = self.failures.saturating_add(1);
                // After a pause one failure is enough.
                if !self.open && (self.failures >= FAILURES || self.pauses > 0) {
                    self.open = true;
                    self.pauses = self.pauses.saturating_add(1);
                }
            }
        }
    }

    /// The pause is over.
    pub(super) fn try_again(&mut self) {
        self.open = false;
    }

    /// Whether the service is left alone.
    pub(super) const fn is_open(&self) -> bool {
        self.open
    }

    /// For how long.
    pub(super) fn pause(&self) -> Duration {
        let doubled = self.pauses.saturating_sub(1).min(16);
        FIRST.saturating_mul(1 << doubled).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_left_alone_for_longer_and_longer() {
        let mut breaker = Breaker::default();
        breaker.learn(Health::Troubled);
        breaker.learn(Health::Troubled);
        assert!(!breaker.is_open());
        breaker.learn(Health::Troubled);
        assert!(breaker.is_open());
        assert_eq!(breaker.pause(), FIRST);
        // Others of the same round.
        breaker.learn(Health::Troubled);
        assert_eq!(breaker.pause(), FIRST);
        for times in [2, 4, 8] {
            breaker.try_again();
            assert!(!breaker.is_open());
            breaker.learn(Health::Unknown);
            breaker.learn(Health::Troubled);
            assert_eq!((breaker.is_open(), breaker.pause()), (true, FIRST * times));
        }
        for _ in 0..50 {
            breaker.try_again();
            breaker.learn(Health::Troubled);
        }
        assert_eq!(breaker.pause(), LONGEST);
        breaker.try_again();
        breaker.learn(Health::Fine);
        breaker.learn(Health::Troubled);
        assert!(!breaker.is_open());
    }
}
