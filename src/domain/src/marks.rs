//! Counting what was forgotten, so that a cache never keeps what was read while it was being changed.

use std::sync::{Mutex, PoisonError};

/// Counts how often something was forgotten.
#[derive(Default)]
pub(crate) struct Marks(Mutex<u64>);

/// Taken before reading what is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Marks {
    /// Where the count is. Take it before the first query: a transaction sees the state of its first one.
    pub(crate) fn mark(&self) -> Mark {
        Mark(*self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `fill` unless something was forgotten since the mark; nothing is forgotten meanwhile.
    pub(crate) fn keep(&self, mark: Mark, fill: impl FnOnce()) {
        let now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == mark.0 {
            fill();
        }
    }

    /// Runs `empty`; what is being read now is not kept.
    pub(crate) fn forget(&self, empty: impl FnOnce()) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.wrapping_add(1);
        empty();
    }
}

/// Marks kept apart by id, so that a busy node still caches.
pub(crate) struct Striped(Vec<Marks>);

/// How many there are.
const STRIPES: usize = 64;

impl Default for Striped {
    fn default() -> Self {
        Self((0..STRIPES).map(|_| Marks::default()).collect())
    }
}

impl Striped {
    /// The marks of an id.
    pub(crate) fn of(&self, id: i64) -> Option<&Marks> {
        // The lower bits are a counter that is often zero.
        let mixed = id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        self.0.get(usize::try_from(mixed).unwrap_or_default() % STRIPES)
    }

    /// Nothing that is being read now is kept.
    pub(crate) fn forget_all(&self) {
        for marks in &self.0 {
            marks.forget(|| {});
        }
    }
}
