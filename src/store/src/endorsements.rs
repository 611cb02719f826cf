//! People whom others feature on their profiles.

use crate::{
    Conn, StoreError,
    page::{newest_first, page},
    sql::Sql,
};
use diesel::sql_types::BigInt;
use entrenous_model::{AccountId, Page, Time};

/// Whom a person features: (row, who), newest first.
///
/// # Errors
/// Those of the query.
pub fn of(conn: &mut Conn, account: AccountId, paging: &Page) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let sql = Sql::new("SELECT id, target_id FROM endorsements WHERE account_id = ").int(account.get());
    let rows = page(sql, "id", paging).load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(newest_first(
        rows.into_iter().map(|(row, id)| (row, AccountId(id))).collect(),
        paging,
    ))
}

/// How many a person features.
///
/// # Errors
/// Those of the query.
pub fn count(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM endorsements WHERE account_id = ")
        .int(account.get())
        .one(conn)?
        .unwrap_or(0))
}

/// Features someone. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn insert(
    conn: &mut Conn,
    row: i64,
    account: AccountId,
    target: AccountId,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO endorsements (id, account_id, target_id, created_at) VALUES (")
        .int(row)
        .raw(",")
        .int(account.get())
        .raw(",")
        .int(target.get())
        .raw(",")
        .time(now)
        .raw(") ON CONFLICT (account_id, target_id) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// No longer features someone.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, account: AccountId, target: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM endorsements WHERE account_id = ")
        .int(account.get())
        .raw(" AND target_id = ")
        .int(target.get())
        .run(conn)?;
    Ok(())
}

/// Removes what a person features, and them from what others do.
///
/// # Errors
/// Those of the queries.
pub fn remove_of(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM endorsements WHERE account_id = ",
        "DELETE FROM endorsements WHERE target_id = ",
    ] {
        Sql::new(statement).int(account.get()).run(conn)?;
    }
    Ok(())
}
