//! Whether PostgreSQL still answers.
//!
//! A server that was stopped or killed closes its connections, and every thread that uses one is told. One that is
//! frozen, or behind a network that swallows packets, says nothing, and a query on it waits for ever. A time limit on
//! each query cannot tell it from a query that takes long. So whoever has waited for a while has the server asked
//! something trivial, on a connection kept for that: what it does not answer in time, it answers to nobody.

use crate::{Conn, StoreError};
use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A caller that has waited for so long has the server asked, and looks again as often.
pub(super) const GLANCE: Duration = Duration::from_millis(200);
/// A server that has not answered for so long is silent. With [`GLANCE`], well within the two seconds in which a
/// client is to know.
const PATIENCE: Duration = Duration::from_millis(1_200);
/// Between two attempts to reach a silent server.
const PAUSE: Duration = Duration::from_millis(100);

/// The question to the server, and since when it is open.
#[derive(Default)]
pub(super) struct Pulse {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    asked: Option<Instant>,
    closed: bool,
}

impl Pulse {
    /// Has the server asked, unless a question is open.
    pub(super) fn ask(&self) {
        let mut state = self.lock();
        if state.asked.is_none() {
            state.asked = Some(Instant::now());
            self.changed.notify_one();
        }
    }

    /// True if the server owes an answer for too long.
    pub(super) fn is_silent(&self) -> bool {
        self.lock().asked.is_some_and(|since| since.elapsed() > PATIENCE)
    }

    /// Ends [`Pulse::serve`], once it is not in the middle of a question.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// Puts the questions to the server, until closed.
    pub(super) fn serve(&self, open: impl Fn() -> Result<Conn, StoreError>) {
        let mut held = None;
        while self.wait() {
            if answers(&mut held, &open) {
                self.lock().asked = None;
            } else {
                let state = self.lock();
                let _ = self
                    .changed
                    .wait_timeout_while(state, PAUSE, |state| !state.closed);
            }
        }
    }

    /// Waits for a question. False once closed.
    fn wait(&self) -> bool {
        let mut state = self.lock();
        while state.asked.is_none() && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held: the state is whole even if the flag says otherwise.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks. A refusal is an answer too: whoever needs a connection will be told the same at once.
fn answers(held: &mut Option<Conn>, open: impl Fn() -> Result<Conn, StoreError>) -> bool {
    if let Some(conn) = held {
        if conn.batch("SELECT 1").is_ok() {
            return true;
        }
        *held = None;
    }
    let begun = Instant::now();
    match open() {
        Ok(conn) => {
            *held = Some(conn);
            true
        }
        Err(_) => begun.elapsed() < PATIENCE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_refusal_is_an_answer_and_silence_is_none() {
        let refused = || Err(StoreError::Unavailable("connection refused".to_owned()));
        assert!(answers(&mut None, refused));
        let late = || {
            std::thread::sleep(PATIENCE);
            Err(StoreError::Unavailable("timeout expired".to_owned()))
        };
        assert!(!answers(&mut None, late));
    }

    #[test]
    fn only_an_open_question_makes_silence() {
        let pulse = Pulse::default();
        let (let_go, held) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let held = Mutex::new(held);
                pulse.serve(|| {
                    let _ = held.lock().map(|held| held.recv());
                    Err(StoreError::closed())
                });
            });
            assert!(!pulse.is_silent());
            pulse.ask();
            let asked = Instant::now();
            while !pulse.is_silent() {
                assert!(asked.elapsed() < PATIENCE + Duration::from_secs(5));
                std::thread::sleep(Duration::from_millis(10));
            }
            assert!(asked.elapsed() >= PATIENCE);
            // The second attempt is refused at once, which is an answer.
            let_go.send(()).unwrap();
            let_go.send(()).unwrap();
            while pulse.is_silent() {
                assert!(asked.elapsed() < PATIENCE + Duration::from_secs(10));
                std::thread::sleep(Duration::from_millis(10));
            }
            drop(let_go);
            pulse.close();
        });
    }
}
