//! What waits for a thread.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A bounded queue from async callers to plain threads.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
    /// Who waits here waits for the end alone, and takes no wake-up from those who serve.
    ended: Condvar,
    limit: usize,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

/// Why nothing was queued.
#[derive(Clone, Copy)]
pub(super) enum Refused {
    Full,
    Closed,
}

impl<T> Queue<T> {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                closed: false,
            }),
            ready: Condvar::new(),
            ended: Condvar::new(),
            limit,
        }
    }

    pub(super) fn push(&self, item: T) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= self.limit {
            return Err(Refused::Full);
        }
        state.items.push_back(item);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// The oldest; waits for one. `None` once the queue is closed and empty.
    pub(super) fn pop(&self) -> Option<T> {
        self.wait().items.pop_front()
    }

    /// Moves at most `most` of the oldest to `to`; waits for the first. False once the queue is closed and empty.
    pub(super) fn pop_many(&self, to: &mut VecDeque<T>, most: usize) -> bool {
        let mut state = self.wait();
        let count = state.items.len().min(most);
        to.extend(state.items.drain(..count));
        count > 0
    }

    /// Takes no more; what is in it is still served.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
        self.ended.notify_all();
    }

    /// Does nothing for so long, or until the queue is closed.
    pub(super) fn stand_by(&self, time: Duration) {
        // Whichever comes first: what is to be done then is the same.
        let _ = self
            .ended
            .wait_timeout_while(self.lock(), time, |state| !state.closed);
    }

    fn wait(&self) -> MutexGuard<'_, State<T>> {
        let mut state = self.lock();
        while state.items.is_empty() && !state.closed {
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it is held: the state is whole even if the flag says otherwise.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
