//! Connections: what they are and how each is opened.

mod multi;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::{Backend, StoreError, config::Place};
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};

pub use multi::{Conn, MultiBackend};

/// What a connection is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    Write,
}

/// Opens one connection to a database that has been migrated.
pub(crate) fn open(place: &Place, usage: Use) -> Result<Conn, StoreError> {
    match place {
        Place::Sqlite(path) => sqlite::open(path, usage).map(Conn::Sqlite),
        Place::Postgres(url) => postgres::open(url, usage).map(Conn::Pg),
    }
}

impl Conn {
    /// Which database this is, for the few queries that differ (full-text search, locking).
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Pg(_) => Backend::Postgres,
        }
    }

    /// Runs statements whose text is fixed.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        both!(self, c => c.batch_execute(sql)).map_err(StoreError::from)
    }

    /// Opens a transaction that diesel knows of, so that `conn.transaction` inside of it makes savepoints.
    pub(crate) fn begin(&mut self, sql: &str) -> Result<(), StoreError> {
        both!(self, c => AnsiTransactionManager::begin_transaction_sql(c, sql)).map_err(StoreError::from)
    }

    /// Commits, or rolls back and says why.
    ///
    /// PostgreSQL answers COMMIT of a transaction in which a statement failed with a silent rollback. The
    /// `SELECT` in front of it, in the same message, makes that an error.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(c) => AnsiTransactionManager::commit_transaction(c)?,
            Self::Pg(c) => c.batch_execute("SELECT 1; COMMIT")?,
        }
        Ok(())
    }

    pub(crate) fn rollback(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(c) => AnsiTransactionManager::rollback_transaction(c)?,
            Self::Pg(c) => c.batch_execute("ROLLBACK")?,
        }
        Ok(())
    }

    /// How many transactions and savepoints diesel counts as open.
    pub(crate) fn depth(&mut self) -> Result<u32, StoreError> {
        let status = both!(self, c => AnsiTransactionManager::transaction_manager_status_mut(c));
        Ok(status.transaction_depth()?.map_or(0, std::num::NonZero::get))
    }
}
