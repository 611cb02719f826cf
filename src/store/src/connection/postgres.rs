//! Opening PostgreSQL.

use super::Use;
use crate::{StoreError, ids::WORKERS};
use aws_lc_rs::rand;
use diesel::{
    Connection as _, OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _, sql_query, sql_types::Integer,
};

/// The first key of every advisory lock of ours: "entr".
const LOCKS: i32 = 0x656e_7472;
/// The second key of the lock that migrations hold; writers' numbers are the keys below [`WORKERS`].
const MIGRATING: i32 = 1_000_000;
/// The second key of the lock that the one process holds that uses the database.
const USING: i32 = 1_000_001;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

/// A connection on which no other process migrates. The lock goes with the connection.
pub(crate) fn open_to_migrate(url: &str) -> Result<PgConnection, StoreError> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute(&format!(
        "SET client_min_messages = warning; SELECT pg_advisory_lock({LOCKS}, {MIGRATING})"
    ))?;
    Ok(conn)
}

/// A connection that no other process has while this one has it. It is given up if the server stops meanwhile: what is
/// found out is that two were started, not that a network was cut in two.
///
/// # Errors
/// [`StoreError::InUse`] if another process has it, after some seconds: a command takes its time, and the server needs
/// a moment to notice that the process before this one was killed.
pub(crate) fn claim(url: &str) -> Result<PgConnection, StoreError> {
    let mut conn = PgConnection::establish(url)?;
    let _ = conn.batch_execute("SET lc_messages = 'C'");
    // Nothing is ever said on it again: a server that ends idle sessions would end the claim with it, unnoticed. Servers
    // older than 14 have no such setting.
    let _ = conn.batch_execute("SET idle_session_timeout = 0");
    conn.batch_execute("SET client_min_messages = warning; SET lock_timeout = '5s'")?;
    match conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCKS}, {USING})")) {
        Ok(()) => Ok(conn),
        Err(error) => Err(match StoreError::from(error) {
            StoreError::Busy(_) => StoreError::InUse,
            other => other,
        }),
    }
}

/// A connection that serves queries.
pub(crate) fn open(url: &str, usage: Use) -> Result<PgConnection, StoreError> {
    let mut conn = PgConnection::establish(url)?;
    // Errors are told apart by their English texts. Only a superuser may ask for them; servers whose messages
    // are in another language fall back to the general error.
    let _ = conn.batch_execute("SET lc_messages = 'C'");
    // A generic plan costs a third less than planning keyset queries anew each time. It is made once for a connection,
    // mostly while tables are small, and kept when they have grown: one that reads a whole table must not be among them.
    // Compiling a plan to machine code pays for none of ours, and the price of a scan that is "off" would set it off.
    let read_only = match usage {
        Use::Read => " SET default_transaction_read_only = on;",
        Use::Write => "",
    };
    conn.batch_execute(&format!(
        "SET client_min_messages = warning; SET TimeZone = 'UTC'; SET plan_cache_mode = force_generic_plan; \
         SET enable_seqscan = off; SET jit = off; SET lock_timeout = '5s'; SET statement_timeout = '30s'; \
         SET idle_in_transaction_session_timeout = '60s';{read_only}",
    ))?;
    Ok(conn)
}

/// A number that no other living connection writes with, held until the connection ends.
///
/// # Errors
/// [`StoreError::Unavailable`] when 256 connections write already.
pub(crate) fn claim_worker(conn: &mut PgConnection) -> Result<i32, StoreError> {
    // From a random place, so that a number that has just been let go is not the next to be taken.
    let mut seed = [0_u8; 1];
    rand::fill(&mut seed).map_err(|_| StoreError::Unavailable("no randomness".to_owned()))?;
    let [start] = seed;
    sql_query(format!(
        "SELECT number FROM (SELECT (n + {start}) % {WORKERS} AS number \
         FROM generate_series(0, {WORKERS} - 1) AS n OFFSET 0) AS numbers \
         WHERE pg_try_advisory_lock({LOCKS}, number) LIMIT 1"
    ))
    .get_result::<Number>(conn)
    .optional()?
    .map(|row| row.number)
    .ok_or_else(|| StoreError::Unavailable(format!("{WORKERS} connections write to the database already")))
}
