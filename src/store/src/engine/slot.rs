//! A thread's connection, opened again when it broke.

use crate::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// For so long after a failed attempt, callers are told at once instead of each waiting for one more attempt.
const PAUSE: Duration = Duration::from_millis(250);

/// What the threads tell each other. A database that goes away takes all connections, and comes back for all: a caller
/// whose write was committed a moment ago must not be told by another thread that there is no database.
#[derive(Default)]
pub(super) struct News {
    /// Connections that were found broken.
    broken: AtomicU64,
    /// Connections that were opened.
    opened: AtomicU64,
}

impl News {
    /// Grows with each of both.
    fn all(&self) -> u64 {
        let (broken, opened) = (&self.broken, &self.opened);
        broken
            .load(Ordering::SeqCst)
            .wrapping_add(opened.load(Ordering::SeqCst))
    }
}

pub(super) struct Slot<C, F> {
    open: F,
    news: Arc<News>,
    held: Option<C>,
    /// The news when the connection was last seen to work.
    known: u64,
    failed: Option<Failure>,
}

struct Failure {
    at: Instant,
    error: StoreError,
    /// Connections that had been opened by then.
    opened: u64,
}

impl<C, F: Fn() -> Result<C, StoreError>> Slot<C, F> {
    pub(super) const fn new(open: F, news: Arc<News>) -> Self {
        Self {
            open,
            news,
            held: None,
            known: 0,
            failed: None,
        }
    }

    /// The connection, opened if there is none.
    pub(super) fn get(&mut self) -> Result<&mut C, StoreError> {
        let opened = self.news.opened.load(Ordering::SeqCst);
        if let Some(failure) = &self.failed
            && failure.at.elapsed() < PAUSE
            && failure.opened == opened
        {
            return Err(failure.error.share());
        }
        if self.held.is_none() {
            // With its own opening.
            self.known = self.news.all().wrapping_add(1);
            match (self.open)() {
                Ok(conn) => {
                    self.held = Some(conn);
                    self.news.opened.fetch_add(1, Ordering::SeqCst);
                }
                Err(error) => {
                    tracing::warn!(error = %error, "no connection to the database");
                    self.failed = Some(Failure {
                        at: Instant::now(),
                        error: error.share(),
                        opened,
                    });
                    return Err(error);
                }
            }
        }
        self.failed = None;
        self.held.as_mut().ok_or_else(StoreError::closed)
    }

    /// The connection, if it is open.
    pub(super) const fn held(&mut self) -> Option<&mut C> {
        self.held.as_mut()
    }

    /// True once after each time that another connection was found broken, or was opened, which may be for the same
    /// reason: this one may be broken as well.
    pub(super) fn is_doubtful(&mut self) -> bool {
        let all = self.news.all();
        let doubtful = self.held.is_some() && self.known != all;
        self.known = all;
        doubtful
    }

    /// Lets a good connection go; the next use opens another.
    pub(super) fn renew(&mut self) {
        self.held = None;
    }

    /// Lets the connection go; the next use opens another.
    pub(super) fn reset(&mut self) {
        if self.held.take().is_some() {
            self.news.broken.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_one_thread_sees_the_others_know() {
        let news = Arc::<News>::default();
        let there = Cell::new(true);
        let open = || {
            if there.get() {
                Ok(())
            } else {
                Err(StoreError::closed())
            }
        };
        let mut one = Slot::new(open, Arc::clone(&news));
        let mut other = Slot::new(open, Arc::clone(&news));
        assert!(one.get().is_ok() && !one.is_doubtful());
        assert!(other.get().is_ok() && !other.is_doubtful());
        assert!(one.is_doubtful(), "why was another opened?");
        there.set(false);
        one.reset();
        assert!(other.is_doubtful());
        assert!(!other.is_doubtful(), "it was looked at");
        other.reset();
        assert!(one.get().is_err() && other.get().is_err());
        there.set(true);
        assert!(one.get().is_err(), "it waits before it tries again");
        let mut third = Slot::new(open, news);
        assert!(third.get().is_ok());
        assert!(
            one.get().is_ok() && other.get().is_ok(),
            "they need not wait any more"
        );
    }
}
