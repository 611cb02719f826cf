//! How long a node's database takes, by its seed.

use super::Alive;
use crate::rng::Rng;
use entrenous_store::{Moment, Pace, Pause};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

/// No time at all: to set the stage.
pub(super) struct AtOnce;

impl Pace for AtOnce {
    fn pause(&self, _: Moment) -> Pause {
        Box::pin(std::future::ready(()))
    }
}

/// Some milliseconds, now and then many, as long as the process is alive.
pub(super) struct Disk {
    rng: Mutex<Rng>,
    alive: Alive,
}

impl Disk {
    pub(super) const fn new(rng: Rng, alive: Alive) -> Self {
        Self {
            rng: Mutex::new(rng),
            alive,
        }
    }

    fn millis(&self, at: Moment) -> u64 {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let (often, most) = match at {
            // From memory, mostly.
            Moment::Read => (20, 3),
            Moment::Write => (80, 8),
            Moment::Answer => (30, 4),
        };
        if rng.chance(1) {
            rng.within(20, 400)
        } else if rng.chance(often) {
            rng.within(1, most)
        } else {
            0
        }
    }
}

impl Pace for Disk {
    fn pause(&self, at: Moment) -> Pause {
        let (millis, alive) = (self.millis(at), self.alive.clone());
        Box::pin(async move {
            if millis > 0 {
                sleep(Duration::from_millis(millis)).await;
            }
            alive.or_never().await;
        })
    }
}
