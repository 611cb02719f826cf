//! Connections on which much is said and little comes of it. On a WebSocket a client says little (subscriptions, answers to
//! pings), and no layer above sees what never becomes a message: pings, pongs, empty parts. In a request's body it is the
//! same with a chunk's size that never ends: `000…` keeps a reader busy for ever, and no timer is asked meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How long what is said on an upgraded connection is counted together.
const WINDOW: Duration = Duration::from_secs(10);
/// The most that may be said in it, in bytes.
const MOST: usize = 64 * 1024;
/// The most bytes of a request of which nothing comes: more than a head, a chunk's size and trailers need.
const MOST_FOR_NOTHING: usize = 96 * 1024;

/// What the layers of one connection tell each other.
#[derive(Clone, Default)]
pub(super) struct Talk(Arc<Shared>);

#[derive(Default)]
struct Shared {
    upgraded: AtomicBool,
    /// Whether there was a request at all.
    asked: AtomicBool,
    /// Bytes since anything came of them.
    for_nothing: AtomicUsize,
}

impl Talk {
    /// It speaks another protocol from now on.
    pub(super) fn upgrade(&self) {
        self.0.upgraded.store(true, Ordering::Relaxed);
    }

    /// A request came.
    pub(super) fn asked(&self) {
        self.0.asked.store(true, Ordering::Relaxed);
        self.understood();
    }

    /// Whether an answer may be under way that somebody waits for.
    pub(super) fn is_answered(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed) && !self.0.upgraded.load(Ordering::Relaxed)
    }

    /// Something came of what was said: a request, or a part of its body.
    pub(super) fn understood(&self) {
        self.0.for_nothing.store(0, Ordering::Relaxed);
    }
}

/// Counts what comes on a connection.
pub(super) struct Pace {
    talk: Talk,
    since: Instant,
    said: usize,
}

impl Pace {
    pub(super) fn new(talk: Talk) -> Self {
        Self {
            talk,
            since: Instant::now(),
            said: 0,
        }
    }

    /// What it is told by.
    pub(super) const fn talk(&self) -> &Talk {
        &self.talk
    }

    /// Whether so many more bytes may come.
    pub(super) fn admits(&mut self, bytes: usize) -> bool {
        self.admits_at(bytes, Instant::now())
    }

    fn admits_at(&mut self, bytes: usize, now: Instant) -> bool {
        let shared = &self.talk.0;
        if !shared.upgraded.load(Ordering::Relaxed) {
            let before = shared.for_nothing.fetch_add(bytes, Ordering::Relaxed);
            return before.saturating_add(bytes) <= MOST_FOR_NOTHING;
        }
        if now.duration_since(self.since) > WINDOW {
            (self.since, self.said) = (now, 0);
        }
        self.said = self.said.saturating_add(bytes);
        self.said <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn floods_are_told_from_talk() {
        let talk = Talk::default();
        let mut pace = Pace::new(talk.clone());
        talk.upgrade();
        let mut now = Instant::now();
        for _ in 0..10 {
            assert!(pace.admits_at(MOST, now));
            now += WINDOW + Duration::from_secs(1);
        }
        assert!(pace.admits_at(MOST, now));
        assert!(!pace.admits_at(1, now));
    }

    #[tokio::test]
    async fn a_body_that_comes_to_something_may_be_long() {
        let talk = Talk::default();
        let mut pace = Pace::new(talk.clone());
        for _ in 0..100 {
            assert!(pace.admits(MOST_FOR_NOTHING));
            talk.understood();
        }
        assert!(pace.admits(MOST_FOR_NOTHING));
        assert!(!pace.admits(1));
    }
}
