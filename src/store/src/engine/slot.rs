//! A thread's connection, opened again when it broke.

use crate::StoreError;
use std::time::{Duration, Instant};

/// For so long after a failed attempt, callers are told at once instead of each waiting for one more attempt.
const PAUSE: Duration = Duration::from_millis(250);

pub(super) struct Slot<C, F> {
    open: F,
    held: Option<C>,
    failed: Option<(Instant, StoreError)>,
}

impl<C, F: Fn() -> Result<C, StoreError>> Slot<C, F> {
    pub(super) const fn new(open: F) -> Self {
        Self {
            open,
            held: None,
            failed: None,
        }
    }

    /// The connection, opened if there is none.
    pub(super) fn get(&mut self) -> Result<&mut C, StoreError> {
        if let Some((at, error)) = &self.failed
            && at.elapsed() < PAUSE
        {
            return Err(error.share());
        }
        if self.held.is_none() {
            match (self.open)() {
                Ok(conn) => self.held = Some(conn),
                Err(error) => {
                    tracing::warn!(error = %error, "no connection to the database");
                    self.failed = Some((Instant::now(), error.share()));
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

    /// Lets the connection go; the next use opens another.
    pub(super) fn reset(&mut self) {
        self.held = None;
    }
}
