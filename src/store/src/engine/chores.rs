//! What the thread that writes to SQLite does between two transactions when it is asked to.

use crate::Conn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Statistics for the planner, of tables that have grown tenfold since they were last looked at, whoever asks for them.
/// Looks at some 400 rows of an index.
pub(super) const ANALYSE: &str = "PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002";
/// All that is in the log goes into the database file, and the log ends.
pub(super) const FOLD: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// What is asked for.
#[derive(Default)]
pub(super) struct Chores {
    analyse: AtomicBool,
    fold: AtomicBool,
    /// How often there were new statistics. A connection reads them when it is opened, and never again.
    analysed: AtomicU64,
}

impl Chores {
    pub(super) fn ask_to_analyse(&self) {
        self.analyse.store(true, Ordering::SeqCst);
    }

    pub(super) fn ask_to_fold(&self) {
        self.fold.store(true, Ordering::SeqCst);
    }

    pub(super) fn analysed(&self) -> u64 {
        self.analysed.load(Ordering::SeqCst)
    }

    /// Does what was asked for. Nothing hangs on it: what fails is tried when it is asked for again.
    pub(super) fn run(&self, conn: &mut Conn) {
        if self.analyse.swap(false, Ordering::SeqCst) {
            run(conn, ANALYSE);
            self.analysed.fetch_add(1, Ordering::SeqCst);
        }
        if self.fold.swap(false, Ordering::SeqCst) {
            run(conn, FOLD);
        }
    }
}

/// Runs one of them.
pub(super) fn run(conn: &mut Conn, chore: &str) {
    if let Err(error) = conn.batch(chore) {
        tracing::warn!(error = %error, chore, "a chore of the database failed");
    }
}
