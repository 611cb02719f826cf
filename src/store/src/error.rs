//! What can go wrong below the domain. The texts are for the log, not for a caller.

use diesel::result::{DatabaseErrorKind, Error as Diesel};
use std::path::PathBuf;
use thiserror::Error;

/// An error of the database, or of reaching it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database cannot be reached, or went away in the middle: nothing is known to be written.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// No room is left where the database is kept. Reads still work.
    #[error("the database cannot grow: {0}")]
    Full(String),
    /// A lock, a deadlock, a time limit or a full queue: the same may succeed later.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// Others on this machine may read or write the database file.
    #[error("{} has mode {mode:04o}: it must not be open to others; run chmod 600 on it", path.display())]
    Insecure {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The database was migrated by a newer version of Entrenous.
    #[error(
        "the database has migrations that this version of Entrenous does not know ({}): \
         run the newer version, or restore a backup made before it", versions.join(", ")
    )]
    NewerDatabase {
        /// The unknown migrations.
        versions: Vec<String>,
    },
    /// There is no database, or nothing in it, and none may be begun.
    #[error(
        "{0} holds no node. Is it the right place, and is its disk mounted? Restore your backup there; a new node is made by \
         `entrenous init`"
    )]
    Empty(String),
    /// Another process uses the database.
    #[error(
        "another process uses this database. If it is this node, serving, give commands on its machine and with its \
         --data-dir, or stop it first; if it is another node, give each a database of its own"
    )]
    InUse,
    /// A unique constraint forbids it.
    #[error("already there: {}", constraint.as_deref().unwrap_or("unique constraint"))]
    Conflict {
        /// The constraint's name on PostgreSQL, `table.column, …` on SQLite; see [`StoreError::conflicts_on`].
        constraint: Option<String>,
    },
    /// Something stored cannot be read back.
    #[error("the database holds what cannot be read: {0}")]
    Corrupt(String),
    /// The configuration names no database that could be opened.
    #[error("{0}")]
    Config(String),
    /// A migration failed.
    #[error("the database cannot be migrated: {0}")]
    Migration(String),
    /// A closure panicked; what it wrote was rolled back.
    #[error("a panic in the store: {0}")]
    Panicked(String),
    /// Any other failure of a query.
    #[error("a query failed: {0}")]
    Query(#[source] Diesel),
}

impl StoreError {
    /// Whether a unique constraint over the column `column` was hit.
    ///
    /// PostgreSQL tells the constraint's name, which by convention holds the column's, and SQLite the columns;
    /// so `conflicts_on("username_key")` works on both.
    #[must_use]
    pub fn conflicts_on(&self, column: &str) -> bool {
        matches!(self, Self::Conflict { constraint: Some(text) } if text.contains(column))
    }

    /// The same error for another caller of the same failed transaction.
    pub(crate) fn share(&self) -> Self {
        match self {
            Self::Unavailable(text) => Self::Unavailable(text.clone()),
            Self::Full(text) => Self::Full(text.clone()),
            Self::Busy(text) => Self::Busy(text.clone()),
            Self::Corrupt(text) => Self::Corrupt(text.clone()),
            other => Self::Unavailable(other.to_string()),
        }
    }

    pub(crate) fn closed() -> Self {
        Self::Unavailable("the store is closed".to_owned())
    }
}

impl From<Diesel> for StoreError {
    fn from(error: Diesel) -> Self {
        match error {
            Diesel::DatabaseError(kind, info) => match kind {
                DatabaseErrorKind::UniqueViolation => {
                    let constraint = info.constraint_name().map(str::to_owned).or_else(|| {
                        info.message()
                            .split_once("constraint failed: ")
                            .map(|(_, columns)| columns.to_owned())
                    });
                    Self::Conflict { constraint }
                }
                DatabaseErrorKind::ClosedConnection => Self::Unavailable(info.message().to_owned()),
                DatabaseErrorKind::SerializationFailure => Self::Busy(info.message().to_owned()),
                DatabaseErrorKind::Unknown => {
                    by_message(info.message()).unwrap_or(Self::Query(Diesel::DatabaseError(kind, info)))
                }
                _ => Self::Query(Diesel::DatabaseError(kind, info)),
            },
            Diesel::DeserializationError(cause) => Self::Corrupt(cause.to_string()),
            error @ (Diesel::BrokenTransactionManager | Diesel::RollbackErrorOnCommit { .. }) => {
                Self::Unavailable(error.to_string())
            }
            other => Self::Query(other),
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        match error {
            diesel::ConnectionError::CouldntSetupConfiguration(error) => Self::from(error),
            other => {
                let text = other.to_string();
                by_message(&text).unwrap_or(Self::Unavailable(text))
            }
        }
    }
}

/// Sorts what diesel leaves as unknown, by the English texts of SQLite's result codes and of PostgreSQL
/// (connections ask for `lc_messages = C` where they may).
fn by_message(message: &str) -> Option<StoreError> {
    let has = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    let text = || message.to_owned();
    if has(&[
        "database or disk is full",
        "disk I/O error",
        "No space left on device",
        "Disk quota exceeded",
    ]) {
        return Some(StoreError::Full(text()));
    }
    if has(&[
        "malformed",
        "file is not a database",
        "could not read block",
        "invalid page in block",
    ]) {
        return Some(StoreError::Corrupt(text()));
    }
    if has(&[
        "database is locked",
        "database table is locked",
        "deadlock detected",
        "canceling statement due to",
        "could not obtain lock",
    ]) {
        return Some(StoreError::Busy(text()));
    }
    let gone = [
        "terminating connection",
        "server closed the connection",
        "the database system is",
        "too many clients",
        "remaining connection slots",
        "could not connect",
        "no connection to the server",
        "unable to open database file",
        "attempt to write a readonly database",
        "cannot start a transaction",
        "no such savepoint",
        "no transaction is active",
    ];
    has(&gone).then(|| StoreError::Unavailable(text()))
}
