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

/// The marks of all ids, taken at one moment.
pub(crate) struct StripedMarks(Vec<Mark>);

impl StripedMarks {
    /// The mark of an id.
    pub(crate) fn of(&self, id: i64) -> Option<Mark> {
        self.0.get(stripe(id)).copied()
    }
}

fn stripe(id: i64) -> usize {
    // The lower bits are a counter that is often zero.
    let mixed = id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    usize::try_from(mixed).unwrap_or_default() % STRIPES
}

impl Striped {
    /// The marks of an id.
    pub(crate) fn of(&self, id: i64) -> Option<&Marks> {
        self.0.get(stripe(id))
    }

    /// Where all counts are, for a read that learns from its first query of whom it reads. See [`Marks::mark`].
    pub(crate) fn mark_all(&self) -> StripedMarks {
        StripedMarks(self.0.iter().map(Marks::mark).collect())
    }

    /// Nothing that is being read now is kept.
    pub(crate) fn forget_all(&self) {
        for marks in &self.0 {
            marks.forget(|| {});
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_forgotten_since_the_mark_is_not_kept() {
        let marks = Striped::default();
        let (changed, other) = (1, (2..).find(|id| stripe(*id) != stripe(1)).unwrap());
        let taken = marks.mark_all();
        marks.of(changed).unwrap().forget(|| {});
        let mut kept = Vec::new();
        for id in [changed, other] {
            marks
                .of(id)
                .unwrap()
                .keep(taken.of(id).unwrap(), || kept.push(id));
        }
        assert_eq!(kept, [other]);
        marks.forget_all();
        marks
            .of(other)
            .unwrap()
            .keep(taken.of(other).unwrap(), || kept.push(other));
        assert_eq!(kept, [other]);
    }
}
