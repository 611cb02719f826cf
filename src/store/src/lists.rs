//! People's own lists, and who is in them.

use crate::{
    Conn, StoreError, from_db, list_feed,
    page::{newest_first, page},
    sql::Sql,
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Bool, Text, Timestamp};
use entrenous_model::{AccountId, List, ListId, Page};

type SqlRow = (BigInt, BigInt, Text, Text, Bool, Timestamp);
type Row = (i64, i64, String, String, bool, NaiveDateTime);

const SELECT: &str =
    "SELECT l.id, l.account_id, l.title, l.replies_policy, l.exclusive, l.created_at FROM lists l WHERE ";

fn list((id, owner, title, replies, exclusive, created): Row) -> Result<List, StoreError> {
    Ok(List {
        id: ListId(id),
        owner: AccountId(owner),
        title,
        replies: replies
            .parse()
            .map_err(|error| StoreError::Corrupt(format!("list {id}: {error}")))?,
        exclusive,
        created_at: from_db(created),
    })
}

fn many(conn: &mut Conn, sql: Sql) -> Result<Vec<List>, StoreError> {
    sql.load::<SqlRow, Row>(conn)?.into_iter().map(list).collect()
}

/// All lists of a person, in the order in which they were made.
///
/// # Errors
/// Those of the query.
pub fn of(conn: &mut Conn, owner: AccountId) -> Result<Vec<List>, StoreError> {
    many(
        conn,
        Sql::new(SELECT)
            .raw("l.account_id = ")
            .int(owner.get())
            .raw(" ORDER BY l.id"),
    )
}

/// A person's lists that hold someone.
///
/// # Errors
/// Those of the query.
pub fn holding(conn: &mut Conn, owner: AccountId, member: AccountId) -> Result<Vec<List>, StoreError> {
    many(
        conn,
        Sql::new(SELECT)
            .raw("l.id IN (SELECT m.list_id FROM list_members m WHERE m.account_id = ")
            .int(member.get())
            .raw(" AND m.owner_id = ")
            .int(owner.get())
            .raw(") ORDER BY l.id"),
    )
}

/// One list of a person; nobody else's.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, owner: AccountId, id: ListId) -> Result<Option<List>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("l.id = ")
        .int(id.get())
        .raw(" AND l.account_id = ")
        .int(owner.get());
    Ok(many(conn, sql)?.pop())
}

/// Inserts a list.
///
/// # Errors
/// Those of the query.
pub fn insert(conn: &mut Conn, list: &List) -> Result<(), StoreError> {
    Sql::new("INSERT INTO lists (id, account_id, title, replies_policy, exclusive, created_at) VALUES (")
        .int(list.id.get())
        .raw(",")
        .int(list.owner.get())
        .raw(",")
        .text(list.title.as_str())
        .raw(",")
        .text(list.replies.as_str())
        .raw(",")
        .flag(list.exclusive)
        .raw(",")
        .time(list.created_at)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Writes what may change of a list.
///
/// # Errors
/// Those of the query.
pub fn update(conn: &mut Conn, list: &List) -> Result<(), StoreError> {
    Sql::new("UPDATE lists SET title = ")
        .text(list.title.as_str())
        .raw(", replies_policy = ")
        .text(list.replies.as_str())
        .raw(", exclusive = ")
        .flag(list.exclusive)
        .raw(" WHERE id = ")
        .int(list.id.get())
        .run(conn)?;
    Sql::new("UPDATE list_members SET exclusive = ")
        .flag(list.exclusive)
        .raw(" WHERE list_id = ")
        .int(list.id.get())
        .raw(" AND exclusive <> ")
        .flag(list.exclusive)
        .run(conn)?;
    Ok(())
}

/// Removes a list with its members and its timeline.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, id: ListId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM lists WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Members of a list: (row, who), newest first.
///
/// # Errors
/// Those of the query.
pub fn members(conn: &mut Conn, list: ListId, paging: &Page) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let sql = Sql::new("SELECT id, account_id FROM list_members WHERE list_id = ").int(list.get());
    let rows = page(sql, "id", paging).load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(newest_first(
        rows.into_iter().map(|(row, id)| (row, AccountId(id))).collect(),
        paging,
    ))
}

/// How many members a list has.
///
/// # Errors
/// Those of the query.
pub fn count_members(conn: &mut Conn, list: ListId) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM list_members WHERE list_id = ")
        .int(list.get())
        .one(conn)?
        .unwrap_or(0))
}

/// Puts someone into a list, with their last posts. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn add_member(conn: &mut Conn, row: i64, list: &List, member: AccountId) -> Result<(), StoreError> {
    Sql::new("INSERT INTO list_members (id, list_id, account_id, owner_id, exclusive) VALUES (")
        .int(row)
        .raw(",")
        .int(list.id.get())
        .raw(",")
        .int(member.get())
        .raw(",")
        .int(list.owner.get())
        .raw(",")
        .flag(list.exclusive)
        .raw(") ON CONFLICT (list_id, account_id) DO NOTHING")
        .run(conn)?;
    list_feed::fill(conn, list, member)
}

/// Takes someone out of a list, with their posts.
///
/// # Errors
/// Those of the query.
pub fn remove_member(conn: &mut Conn, list: ListId, member: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM list_members WHERE list_id = ")
        .int(list.get())
        .raw(" AND account_id = ")
        .int(member.get())
        .run(conn)?;
    list_feed::drain(conn, list, member)
}

/// Takes someone out of all lists of a person. Their posts go with those of the home timeline.
///
/// # Errors
/// Those of the query.
pub fn forget_member(conn: &mut Conn, owner: AccountId, member: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM list_members WHERE account_id = ")
        .int(member.get())
        .raw(" AND owner_id = ")
        .int(owner.get())
        .run(conn)?;
    Ok(())
}
