//! People's filters, with their keywords and single posts.

use crate::{Conn, StoreError, from_db, sql::Sql};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};
use entrenous_model::{
    AccountId, Filter, FilterId, FilterKeyword, FilterKeywordId, FilterStatus, FilterStatusId, PostId,
};
use std::collections::HashSet;

type SqlRow = (BigInt, BigInt, Text, Text, Text, Nullable<Timestamp>, Timestamp);
type Row = (
    i64,
    i64,
    String,
    String,
    String,
    Option<NaiveDateTime>,
    NaiveDateTime,
);

const SELECT: &str = "SELECT f.id, f.account_id, f.title, f.contexts, f.action, f.expires_at, f.created_at FROM filters f WHERE ";
const KEYWORDS: &str = "SELECT k.id, k.filter_id, k.keyword, k.whole_word FROM filter_keywords k \
                        JOIN filters f ON f.id = k.filter_id WHERE f.account_id = ";
const STATUSES: &str = "SELECT s.id, s.filter_id, s.post_id FROM filter_statuses s \
                        JOIN filters f ON f.id = s.filter_id JOIN posts p ON p.id = s.post_id \
                        WHERE p.deleted_at IS NULL AND f.account_id = ";

fn filter((id, owner, title, contexts, action, expires, created): Row) -> Result<Filter, StoreError> {
    let corrupt = |error: String| StoreError::Corrupt(format!("filter {id}: {error}"));
    Ok(Filter {
        id: FilterId(id),
        owner: AccountId(owner),
        title,
        contexts: contexts.parse().map_err(corrupt)?,
        action: action.parse().map_err(corrupt)?,
        expires_at: expires.map(from_db),
        created_at: from_db(created),
    })
}

fn many(conn: &mut Conn, sql: Sql) -> Result<Vec<Filter>, StoreError> {
    sql.load::<SqlRow, Row>(conn)?.into_iter().map(filter).collect()
}

fn keywords_by(conn: &mut Conn, sql: Sql) -> Result<Vec<FilterKeyword>, StoreError> {
    let rows = sql.load::<(BigInt, BigInt, Text, Bool), (i64, i64, String, bool)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, filter, keyword, whole_word)| FilterKeyword {
            id: FilterKeywordId(id),
            filter: FilterId(filter),
            keyword,
            whole_word,
        })
        .collect())
}

fn statuses_by(conn: &mut Conn, sql: Sql) -> Result<Vec<FilterStatus>, StoreError> {
    let rows = sql.load::<(BigInt, BigInt, BigInt), (i64, i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, filter, post)| FilterStatus {
            id: FilterStatusId(id),
            filter: FilterId(filter),
            post: PostId(post),
        })
        .collect())
}

/// All filters of a person, in the order in which they were made.
///
/// # Errors
/// Those of the query.
pub fn of(conn: &mut Conn, owner: AccountId) -> Result<Vec<Filter>, StoreError> {
    let sql = Sql::new(SELECT).raw("f.account_id = ").int(owner.get());
    many(conn, sql.raw(" ORDER BY f.id"))
}

/// Which of `people` have filters.
///
/// # Errors
/// Those of the query.
pub fn owners_among(conn: &mut Conn, people: &[i64]) -> Result<HashSet<AccountId>, StoreError> {
    let owners = Sql::new("SELECT DISTINCT f.account_id FROM filters f WHERE f.account_id IN ")
        .ids(people)
        .list(conn)?;
    Ok(owners.into_iter().map(AccountId).collect())
}

/// One filter of a person; nobody else's.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, owner: AccountId, id: FilterId) -> Result<Option<Filter>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("f.id = ")
        .int(id.get())
        .raw(" AND f.account_id = ")
        .int(owner.get());
    Ok(many(conn, sql)?.pop())
}

/// Inserts a filter.
///
/// # Errors
/// Those of the query.
pub fn insert(conn: &mut Conn, filter: &Filter) -> Result<(), StoreError> {
    Sql::new(
        "INSERT INTO filters (id, account_id, title, contexts, action, expires_at, created_at) VALUES (",
    )
    .int(filter.id.get())
    .raw(",")
    .int(filter.owner.get())
    .raw(",")
    .text(filter.title.as_str())
    .raw(",")
    .text(filter.contexts.to_string())
    .raw(",")
    .text(filter.action.as_str())
    .raw(",")
    .opt_time(filter.expires_at)
    .raw(",")
    .time(filter.created_at)
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// Writes what may change of a filter.
///
/// # Errors
/// Those of the query.
pub fn update(conn: &mut Conn, filter: &Filter) -> Result<(), StoreError> {
    Sql::new("UPDATE filters SET title = ")
        .text(filter.title.as_str())
        .raw(", contexts = ")
        .text(filter.contexts.to_string())
        .raw(", action = ")
        .text(filter.action.as_str())
        .raw(", expires_at = ")
        .opt_time(filter.expires_at)
        .raw(" WHERE id = ")
        .int(filter.id.get())
        .run(conn)?;
    Ok(())
}

/// Removes a filter with its keywords and posts.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, id: FilterId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM filters WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Keywords of a person, of all their filters or of one, in the order in which they were made.
///
/// # Errors
/// Those of the query.
pub fn keywords(
    conn: &mut Conn,
    owner: AccountId,
    of: Option<FilterId>,
) -> Result<Vec<FilterKeyword>, StoreError> {
    let sql = Sql::new(KEYWORDS)
        .int(owner.get())
        .maybe(of, |sql, filter| sql.raw(" AND k.filter_id = ").int(filter.get()))
        .raw(" ORDER BY k.id");
    keywords_by(conn, sql)
}

/// One keyword of a person; nobody else's.
///
/// # Errors
/// Those of the query.
pub fn keyword(
    conn: &mut Conn,
    owner: AccountId,
    id: FilterKeywordId,
) -> Result<Option<FilterKeyword>, StoreError> {
    let sql = Sql::new(KEYWORDS)
        .int(owner.get())
        .raw(" AND k.id = ")
        .int(id.get());
    Ok(keywords_by(conn, sql)?.pop())
}

/// Inserts a keyword.
///
/// # Errors
/// Those of the query.
pub fn insert_keyword(conn: &mut Conn, keyword: &FilterKeyword) -> Result<(), StoreError> {
    Sql::new("INSERT INTO filter_keywords (id, filter_id, keyword, whole_word) VALUES (")
        .int(keyword.id.get())
        .raw(",")
        .int(keyword.filter.get())
        .raw(",")
        .text(keyword.keyword.as_str())
        .raw(",")
        .flag(keyword.whole_word)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Writes what may change of a keyword.
///
/// # Errors
/// Those of the query.
pub fn update_keyword(conn: &mut Conn, keyword: &FilterKeyword) -> Result<(), StoreError> {
    Sql::new("UPDATE filter_keywords SET keyword = ")
        .text(keyword.keyword.as_str())
        .raw(", whole_word = ")
        .flag(keyword.whole_word)
        .raw(" WHERE id = ")
        .int(keyword.id.get())
        .run(conn)?;
    Ok(())
}

/// Removes a keyword.
///
/// # Errors
/// Those of the query.
pub fn remove_keyword(conn: &mut Conn, id: FilterKeywordId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM filter_keywords WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Single posts in a person's filters, in all of them or in one, in the order in which they were put there; without
/// those that were deleted.
///
/// # Errors
/// Those of the query.
pub fn statuses(
    conn: &mut Conn,
    owner: AccountId,
    of: Option<FilterId>,
) -> Result<Vec<FilterStatus>, StoreError> {
    let sql = Sql::new(STATUSES)
        .int(owner.get())
        .maybe(of, |sql, filter| sql.raw(" AND s.filter_id = ").int(filter.get()))
        .raw(" ORDER BY s.id");
    statuses_by(conn, sql)
}

/// One post in a person's filters; in nobody else's.
///
/// # Errors
/// Those of the query.
pub fn status(
    conn: &mut Conn,
    owner: AccountId,
    id: FilterStatusId,
) -> Result<Option<FilterStatus>, StoreError> {
    let sql = Sql::new(STATUSES)
        .int(owner.get())
        .raw(" AND s.id = ")
        .int(id.get());
    Ok(statuses_by(conn, sql)?.pop())
}

/// Puts a post into a filter. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn insert_status(conn: &mut Conn, status: &FilterStatus) -> Result<(), StoreError> {
    Sql::new("INSERT INTO filter_statuses (id, filter_id, post_id) VALUES (")
        .int(status.id.get())
        .raw(",")
        .int(status.filter.get())
        .raw(",")
        .int(status.post.get())
        .raw(") ON CONFLICT (filter_id, post_id) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// Takes a post out of a filter.
///
/// # Errors
/// Those of the query.
pub fn remove_status(conn: &mut Conn, id: FilterStatusId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM filter_statuses WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}
