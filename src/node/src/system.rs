//! The real clock and the real randomness: the two things everything else is given.

use entrenous_domain::ports::{Clock, Entropy};
use entrenous_model::Time;

/// The machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        system_now()
    }
}

/// Now, by the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place the clock is read"
)]
pub(crate) fn system_now() -> Time {
    chrono::Utc::now()
}

/// The operating system's randomness, through the cryptographic library.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        if aws_lc_rs::rand::fill(buffer).is_err() {
            // Without randomness every token would be guessable: nothing may go on.
            std::process::abort();
        }
    }
}
