//! How many deliveries of one peer are under way at a time.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Deliveries under way to a peer that takes them.
pub(super) const STEADY: usize = 8;
/// The most to one peer, if there are spare ones.
const MOST: usize = 32;
/// What all peers together may have beyond [`STEADY`] each: connections, and so descriptors, are bounded.
const SPARE: usize = 256;

/// What lanes share. Nobody waits for it: a lane without a spare one goes on with what it has.
#[derive(Debug, Clone)]
pub(super) struct Spare(Arc<Semaphore>);

impl Default for Spare {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(SPARE)))
    }
}

/// The window of one peer. One at a time to a peer that was silent, until it takes something; then it doubles up to
/// [`STEADY`], and while the peer takes all that is offered it grows by one for each windowful, so that a queue of a month
/// goes fast over a long wire too. What is not taken makes it one again.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// Taken since it last grew.
    taken: usize,
    spare: Spare,
    borrowed: Vec<OwnedSemaphorePermit>,
}

impl Window {
    /// For a peer that was silent, or one that was not.
    pub(super) const fn new(silent: bool, spare: Spare) -> Self {
        Self {
            size: if silent { 1 } else { STEADY },
            taken: 0,
            spare,
            borrowed: Vec::new(),
        }
    }

    /// Whether another may be under way beside so many.
    pub(super) const fn lets(&self, under_way: usize) -> bool {
        under_way < self.size
    }

    /// Whether nothing is known of the peer but that it did not take something.
    pub(super) const fn probes(&self) -> bool {
        self.size == 1
    }

    /// One was taken; so many were under way with it.
    pub(super) fn taken(&mut self, under_way: usize) {
        if under_way < self.size {
            // It is not the window that holds anything up.
            return;
        }
        if self.size < STEADY {
            self.size += 1;
            return;
        }
        self.taken += 1;
        if self.taken >= self.size && self.size < MOST {
            self.taken = 0;
            if let Ok(permit) = Arc::clone(&self.spare.0).try_acquire_owned() {
                self.borrowed.push(permit);
                self.size += 1;
            }
        }
    }

    /// One was not taken.
    pub(super) const fn refused(&mut self) {
        self.size = 1;
        self.taken = 0;
    }

    /// So many are under way: what was borrowed for more is given back, all of it when nothing is.
    pub(super) fn settle(&mut self, under_way: usize) {
        if under_way == 0 {
            self.size = self.size.min(STEADY);
        }
        self.borrowed
            .truncate(self.size.max(under_way).saturating_sub(STEADY));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offers as many as it lets, all taken.
    fn full(window: &mut Window) -> usize {
        for _ in 0..window.size {
            window.taken(window.size);
        }
        window.size
    }

    #[test]
    fn it_doubles_and_then_grows_by_one() {
        let mut window = Window::new(true, Spare::default());
        assert!(window.lets(0) && !window.lets(1));
        let sizes: Vec<usize> = (0..6).map(|_| full(&mut window)).collect();
        assert_eq!(sizes, [2, 4, 8, 9, 10, 11]);
        for _ in 0..200 {
            full(&mut window);
        }
        assert_eq!(window.size, MOST);
        window.refused();
        window.settle(20);
        assert_eq!(
            (window.size, window.borrowed.len()),
            (1, 12),
            "those under way have theirs"
        );
        window.settle(3);
        assert_eq!(window.borrowed.len(), 0);
    }

    #[test]
    fn it_does_not_grow_while_there_is_little_to_send() {
        let mut window = Window::new(false, Spare::default());
        for _ in 0..1_000 {
            window.taken(3);
        }
        assert_eq!(window.size, STEADY);
    }

    #[test]
    fn all_together_are_bounded() {
        let spare = Spare::default();
        let mut windows: Vec<Window> = (0..100).map(|_| Window::new(false, spare.clone())).collect();
        for window in &mut windows {
            for _ in 0..200 {
                full(window);
            }
        }
        let beyond: usize = windows.iter().map(|window| window.size - STEADY).sum();
        assert_eq!(beyond, SPARE);
        // What one gives back, another can have.
        windows[0].settle(0);
        let last = windows.last_mut().unwrap();
        full(last);
        assert!(last.size > STEADY);
    }
}
