//! The threads that read.

use super::{
    chores::Chores,
    job::{ReadJob, Verdict},
    queue::Queue,
    slot::{News, Slot},
};
use crate::{Conn, StoreError};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A PostgreSQL connection that was idle for longer is asked whether it is still there; so is one when
/// something happened to another.
const IDLE: Duration = Duration::from_secs(1);

/// Serves until the queue is closed and empty.
pub(super) fn serve(
    queue: &Queue<ReadJob>,
    news: &Arc<News>,
    chores: &Chores,
    open: impl Fn() -> Result<Conn, StoreError>,
) {
    let mut slot = Slot::new(open, Arc::clone(news));
    let _ = slot.get();
    let mut used = Instant::now();
    let mut analysed = chores.analysed();
    while let Some(job) = queue.pop() {
        let now = chores.analysed();
        if analysed != now {
            analysed = now;
            slot.renew();
        }
        let doubtful = slot.is_doubtful() || used.elapsed() > IDLE;
        if doubtful && slot.held().is_some_and(gone) {
            slot.reset();
        }
        one(job, &mut slot);
        used = Instant::now();
    }
}

/// Runs one closure, and lets go of a connection that it leaves unusable.
pub(super) fn one<F: Fn() -> Result<Conn, StoreError>>(job: ReadJob, slot: &mut Slot<Conn, F>) {
    let (verdict, usable) = match slot.get() {
        Err(error) => (job(Err(error)), true),
        Ok(conn) => run(job, conn),
    };
    let broken = match verdict {
        Verdict::Keep => false,
        Verdict::Panicked => true,
        Verdict::Undo => slot.held().is_some_and(gone),
    };
    if broken || !usable {
        slot.reset();
    }
}

/// Whether the server no longer answers on this connection.
fn gone(conn: &mut Conn) -> bool {
    matches!(conn, Conn::Pg(_)) && conn.batch("SELECT 1").is_err()
}

/// On SQLite in a transaction, which costs two microseconds there: all queries of the closure see one state.
/// On PostgreSQL it would cost two journeys to the server, and each statement sees what is committed.
fn run(job: ReadJob, conn: &mut Conn) -> (Verdict, bool) {
    if matches!(conn, Conn::Pg(_)) {
        return (job(Ok(conn)), true);
    }
    match conn.begin("BEGIN") {
        Err(error) => (job(Err(error)), false),
        Ok(()) => {
            let verdict = job(Ok(conn));
            (
                verdict,
                conn.rollback().is_ok() && conn.depth().is_ok_and(|depth| depth == 0),
            )
        }
    }
}
