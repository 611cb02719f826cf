//! Blocks and mutes.

use crate::{
    Conn, StoreError,
    page::{newest_first, page},
    sql::Sql,
};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, Page, Time};

/// Whether either of two people blocks the other.
///
/// # Errors
/// Those of the query.
pub fn between(conn: &mut Conn, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
    Ok(get(conn, one, other)?.is_some() || get(conn, other, one)?.is_some())
}

/// The block of `target` by `account`: (row, ActivityPub id).
///
/// # Errors
/// Those of the query.
pub fn get(
    conn: &mut Conn,
    account: AccountId,
    target: AccountId,
) -> Result<Option<(i64, String)>, StoreError> {
    Sql::new("SELECT id, uri FROM blocks WHERE account_id = ")
        .int(account.get())
        .raw(" AND target_id = ")
        .int(target.get())
        .first::<(BigInt, Text), (i64, String)>(conn)
}

/// Whether a block has this ActivityPub id.
///
/// # Errors
/// Those of the query.
pub fn uri_is_taken(conn: &mut Conn, uri: &str) -> Result<bool, StoreError> {
    Sql::new("SELECT id FROM blocks WHERE uri = ").text(uri).any(conn)
}

/// Inserts a block.
///
/// # Errors
/// [`StoreError::Conflict`] on the pair or on `uri`.
pub fn insert(
    conn: &mut Conn,
    id: i64,
    account: AccountId,
    target: AccountId,
    uri: &str,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO blocks (id, account_id, target_id, uri, created_at) VALUES (")
        .int(id)
        .raw(",")
        .int(account.get())
        .raw(",")
        .int(target.get())
        .raw(",")
        .text(uri)
        .raw(",")
        .time(now)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Removes a block.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    Sql::new("DELETE FROM blocks WHERE id = ").int(id).run(conn)?;
    Ok(())
}

/// Mutes, or changes the mute there is.
///
/// # Errors
/// Those of the query.
pub fn mute(
    conn: &mut Conn,
    id: i64,
    account: AccountId,
    target: AccountId,
    notifications: bool,
    expires_at: Option<Time>,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO mutes (id, account_id, target_id, notifications, expires_at, created_at) VALUES (")
        .int(id)
        .raw(",")
        .int(account.get())
        .raw(",")
        .int(target.get())
        .raw(",")
        .flag(notifications)
        .raw(",")
        .opt_time(expires_at)
        .raw(",")
        .time(now)
        .raw(
            ") ON CONFLICT (account_id, target_id) DO UPDATE SET notifications = excluded.notifications, \
             expires_at = excluded.expires_at",
        )
        .run(conn)?;
    Ok(())
}

/// Ends a mute.
///
/// # Errors
/// Those of the query.
pub fn unmute(conn: &mut Conn, account: AccountId, target: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM mutes WHERE account_id = ")
        .int(account.get())
        .raw(" AND target_id = ")
        .int(target.get())
        .run(conn)?;
    Ok(())
}

/// Whom a person blocks: (row, target), newest first.
///
/// # Errors
/// Those of the query.
pub fn blocked(
    conn: &mut Conn,
    account: AccountId,
    paging: &Page,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    list(
        conn,
        Sql::new("SELECT id, target_id FROM blocks WHERE account_id = ").int(account.get()),
        paging,
    )
}

/// Whom a person mutes at `now`: (row, target), newest first.
///
/// # Errors
/// Those of the query.
pub fn muted(
    conn: &mut Conn,
    account: AccountId,
    paging: &Page,
    now: Time,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let sql = Sql::new("SELECT id, target_id FROM mutes WHERE (expires_at IS NULL OR expires_at > ")
        .time(now)
        .raw(") AND account_id = ")
        .int(account.get());
    list(conn, sql, paging)
}

fn list(conn: &mut Conn, sql: Sql, paging: &Page) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let rows = page(sql, "id", paging).load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(newest_first(
        rows.into_iter().map(|(row, id)| (row, AccountId(id))).collect(),
        paging,
    ))
}
