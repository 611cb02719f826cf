//! The threads that write to PostgreSQL: a connection each, a transaction a closure (READ COMMITTED).

use super::{
    Events, Tx,
    job::Verdict,
    job::WriteJob,
    queue::Queue,
    slot::{News, Slot},
};
use crate::StoreError;
use std::sync::Arc;

/// Serves until the queue is closed and empty.
pub(super) fn serve(
    queue: &Queue<Box<dyn WriteJob>>,
    events: &Events,
    news: &Arc<News>,
    open: impl Fn() -> Result<Tx, StoreError>,
) {
    let mut slot = Slot::new(open, Arc::clone(news));
    let _ = slot.get();
    while let Some(mut job) = queue.pop() {
        if job.is_given_up() {
            continue;
        }
        let outcome = begin(&mut slot).and_then(|tx| {
            tx.start();
            match job.run(tx) {
                Verdict::Keep if job.may_commit() => {
                    tx.conn().commit()?;
                    // Before the answer: what depends on this commit is told after it.
                    tell(events, tx);
                    Ok(true)
                }
                Verdict::Keep | Verdict::Undo => Ok(tx.conn().rollback().is_ok()),
                Verdict::Panicked => Ok(false),
            }
        });
        let (usable, failure) = match outcome {
            Ok(usable) => (usable, None),
            Err(error) => {
                // A commit that a failed statement forbade leaves the connection as good as new.
                let usable = slot.held().is_some_and(|tx| tx.conn().rollback().is_ok());
                if !usable && let Some(tx) = slot.held() {
                    // The connection broke, perhaps after the commit. Listeners only forget what they remember of
                    // these rows and read them again, which is right in either case.
                    tell(events, tx);
                }
                (usable, Some(error))
            }
        };
        job.answer(failure);
        if !usable {
            slot.reset();
        }
    }
}

/// Tells what the closure that has just run has emitted.
fn tell(events: &Events, tx: &mut Tx) {
    let told = std::mem::take(tx.emitted());
    if !told.is_empty() {
        let _ = events.send(Arc::new(told));
    }
}

/// Opens the transaction; once more on a new connection, should the old one have gone while it was idle.
fn begin<F: Fn() -> Result<Tx, StoreError>>(slot: &mut Slot<Tx, F>) -> Result<&mut Tx, StoreError> {
    if slot.held().is_some_and(|tx| tx.conn().begin("BEGIN").is_err()) {
        slot.reset();
    } else if slot.held().is_some() {
        return slot.get();
    }
    let tx = slot.get()?;
    tx.conn().begin("BEGIN")?;
    Ok(tx)
}
