//! Who may not join a group again.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    sql::Sql,
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use entrenous_model::{AccountId, GroupId, Page, Time};

/// Somebody who may not join a group again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Who.
    pub account: AccountId,
    /// Who said so; nobody if they are gone.
    pub by: Option<AccountId>,
    /// Why, plain text; may be empty.
    pub reason: String,
    /// Since when.
    pub created_at: Time,
}

/// Whether somebody is banned.
///
/// # Errors
/// Those of the query.
pub fn is_banned(conn: &mut Conn, group: GroupId, account: AccountId) -> Result<bool, StoreError> {
    Sql::new("SELECT account_id FROM group_bans WHERE group_id = ")
        .int(group.get())
        .raw(" AND account_id = ")
        .int(account.get())
        .any(conn)
}

/// Which of these groups somebody is banned from.
///
/// # Errors
/// Those of the query.
pub fn banned_among(conn: &mut Conn, account: AccountId, groups: &[i64]) -> Result<Vec<GroupId>, StoreError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let ids = Sql::new("SELECT group_id FROM group_bans WHERE account_id = ")
        .int(account.get())
        .raw(" AND group_id IN ")
        .ids(groups)
        .list(conn)?;
    Ok(ids.into_iter().map(GroupId).collect())
}

/// Bans somebody; whoever is banned already stays so, with the first reason.
///
/// # Errors
/// Those of the query.
pub fn ban(conn: &mut Conn, group: GroupId, ban: &Ban) -> Result<(), StoreError> {
    Sql::new("INSERT INTO group_bans (group_id, account_id, by_id, reason, created_at) VALUES (")
        .int(group.get())
        .raw(",")
        .int(ban.account.get())
        .raw(",")
        .opt_int(ban.by.map(AccountId::get))
        .raw(",")
        .text(ban.reason.as_str())
        .raw(",")
        .time(ban.created_at)
        .raw(") ON CONFLICT (group_id, account_id) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// Lets somebody join again. False if they were not banned.
///
/// # Errors
/// Those of the query.
pub fn unban(conn: &mut Conn, group: GroupId, account: AccountId) -> Result<bool, StoreError> {
    let gone = Sql::new("DELETE FROM group_bans WHERE group_id = ")
        .int(group.get())
        .raw(" AND account_id = ")
        .int(account.get())
        .run(conn)?;
    Ok(gone > 0)
}

/// Who is banned, by the numbers of their accounts, which they are paged by.
///
/// # Errors
/// Those of the query.
pub fn bans(conn: &mut Conn, group: GroupId, paging: &Page) -> Result<Vec<Ban>, StoreError> {
    let sql = Sql::new("SELECT account_id, by_id, reason, created_at FROM group_bans WHERE group_id = ")
        .int(group.get());
    let rows = page(sql, "account_id", paging)
        .load::<(BigInt, Nullable<BigInt>, Text, Timestamp), (i64, Option<i64>, String, NaiveDateTime)>(
            conn,
        )?;
    let bans = rows.into_iter().map(|(account, by, reason, at)| Ban {
        account: AccountId(account),
        by: by.map(AccountId),
        reason,
        created_at: from_db(at),
    });
    Ok(newest_first(bans.collect(), paging))
}
