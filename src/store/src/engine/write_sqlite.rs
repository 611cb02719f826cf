//! The one thread that writes to SQLite: many closures, one commit.

use super::{
    Events, Tx,
    chores::{self, Chores},
    job::Verdict,
    job::WriteJob,
    queue::Queue,
    slot::{News, Slot},
};
use crate::StoreError;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// Closures in one commit at most.
const MOST: usize = 256;
/// After so long no more closures join the commit: those that have run wait for it.
const LONGEST: Duration = Duration::from_millis(20);

type Waiting = VecDeque<Box<dyn WriteJob>>;

/// Serves until the queue is closed and empty; then folds the log into the database file. Does its chores in between, before
/// the closures that came after them.
pub(super) fn serve(
    queue: &Queue<Box<dyn WriteJob>>,
    events: &Events,
    news: &Arc<News>,
    chores: &Chores,
    open: impl Fn() -> Result<Tx, StoreError>,
) {
    let mut slot = Slot::new(open, Arc::clone(news));
    let _ = slot.get();
    let mut waiting = Waiting::new();
    while !waiting.is_empty() || queue.pop_many(&mut waiting, MOST) {
        if let Some(tx) = slot.held() {
            chores.run(tx.conn());
        }
        group(&mut waiting, &mut slot, events);
    }
    if let Some(tx) = slot.held() {
        // Statistics for the next start, and no log left for it to read.
        chores::run(tx.conn(), chores::ANALYSE);
        chores::run(tx.conn(), chores::FOLD);
    }
}

/// Runs what waits in one transaction, each in a savepoint of its own, commits, tells the events, answers.
pub(super) fn group<F: Fn() -> Result<Tx, StoreError>>(
    waiting: &mut Waiting,
    slot: &mut Slot<Tx, F>,
    events: &Events,
) {
    let begun = slot
        .get()
        .and_then(|tx| tx.conn().begin("BEGIN IMMEDIATE").map(|()| tx));
    let tx = match begun {
        Ok(tx) => tx,
        Err(error) => {
            for job in waiting.drain(..) {
                job.answer(Some(error.share()));
            }
            slot.reset();
            return;
        }
    };
    let started = Instant::now();
    let mut done = Vec::with_capacity(waiting.len());
    let mut told = Vec::new();
    let mut failure = None;
    while let Some(mut job) = waiting.pop_front() {
        let stepped = step(tx, job.as_mut());
        done.push(job);
        match stepped {
            Ok(Verdict::Keep) => told.append(tx.emitted()),
            Ok(Verdict::Undo | Verdict::Panicked) => {}
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
        if started.elapsed() > LONGEST {
            break;
        }
    }
    let failure = failure.or_else(|| tx.conn().commit().err());
    if let Some(error) = &failure {
        tracing::error!(error = %error, closures = done.len(), "a commit failed");
        // Whatever state it is in, a new connection begins without it.
        let _ = tx.conn().rollback();
        slot.reset();
    } else if !told.is_empty() {
        // Before the answers: a caller that has its answer finds its events in the channel.
        let _ = events.send(Arc::new(told));
    }
    for job in done {
        job.answer(failure.as_ref().map(StoreError::share));
    }
}

/// One closure in its savepoint. An error means that the whole transaction cannot be trusted.
fn step(tx: &mut Tx, job: &mut dyn WriteJob) -> Result<Verdict, StoreError> {
    tx.conn().batch("SAVEPOINT closure")?;
    tx.start();
    let verdict = job.run(tx);
    // A panic inside `conn.transaction` leaves diesel counting a savepoint that is about to go.
    while tx.conn().depth()? > 1 {
        tx.conn().rollback()?;
    }
    let ended = tx.conn().batch(match verdict {
        Verdict::Keep => "RELEASE closure",
        Verdict::Undo | Verdict::Panicked => "ROLLBACK TO closure; RELEASE closure",
    });
    // Without room for it, SQLite rolls the whole transaction back by itself, savepoints and all; only the
    // closure has seen why.
    ended.map_err(|error| match error {
        StoreError::Unavailable(text) if text.contains("no such savepoint") => {
            StoreError::Full("SQLite has rolled the transaction back".to_owned())
        }
        other => other,
    })?;
    Ok(verdict)
}
