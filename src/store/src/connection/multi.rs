//! The connection that is either database.
#![expect(
    missing_docs,
    reason = "diesel's derive writes public helper types beside the enum"
)]

use diesel::{PgConnection, SqliteConnection};

/// A connection to either database. Queries that both understand run on it directly; for the others see `both!`.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Pg(PgConnection),
}
