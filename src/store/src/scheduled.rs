//! Posts that are to be published later, and the files that wait with them.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    sql::Sql,
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use entrenous_model::{AccountId, MediaId, Page, Scheduled, ScheduledId, ScheduledParams, Time, Unpublished};
use std::collections::HashMap;

type SqlRow = (
    BigInt,
    BigInt,
    Timestamp,
    Text,
    Nullable<Text>,
    Timestamp,
    Nullable<Text>,
);
type Row = (
    i64,
    i64,
    NaiveDateTime,
    String,
    Option<String>,
    NaiveDateTime,
    Option<String>,
);

const SELECT: &str =
    "SELECT id, account_id, due_at, params, idempotency_key, created_at, failure FROM scheduled_posts WHERE ";

/// A row whose words cannot be read says so, instead of hiding all the others from its author.
fn scheduled((id, account, due, params, key, created, failure): Row) -> Scheduled {
    let params = serde_json::from_str::<ScheduledParams>(&params).ok();
    let failure = match (&params, failure) {
        (None, _) => Some(Unpublished::Unreadable),
        // A reason of another version: that it failed is known.
        (Some(_), Some(failure)) => Some(failure.parse().unwrap_or(Unpublished::Failed)),
        (Some(_), None) => None,
    };
    Scheduled {
        id: ScheduledId(id),
        account: AccountId(account),
        due_at: from_db(due),
        params: params.unwrap_or_else(ScheduledParams::unreadable),
        files: Vec::new(),
        idempotency_key: key,
        created_at: from_db(created),
        failure,
    }
}

/// The rows of a query, with their files.
fn many(conn: &mut Conn, sql: Sql) -> Result<Vec<Scheduled>, StoreError> {
    let rows = sql.load::<SqlRow, Row>(conn)?;
    let mut all: Vec<Scheduled> = rows.into_iter().map(scheduled).collect();
    let ids: Vec<i64> = all.iter().map(|one| one.id.get()).collect();
    if ids.is_empty() {
        return Ok(all);
    }
    let rows = Sql::new("SELECT scheduled_id, attachment_id FROM scheduled_files WHERE scheduled_id IN ")
        .ids(&ids)
        .raw(" ORDER BY scheduled_id, place")
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    let mut files: HashMap<i64, Vec<MediaId>> = HashMap::new();
    for (post, file) in rows {
        files.entry(post).or_default().push(MediaId(file));
    }
    for one in &mut all {
        one.files = files.remove(&one.id.get()).unwrap_or_default();
    }
    Ok(all)
}

/// A page of a person's scheduled posts, newest first.
///
/// # Errors
/// Those of the queries.
pub fn of(conn: &mut Conn, owner: AccountId, paging: &Page) -> Result<Vec<Scheduled>, StoreError> {
    let sql = Sql::new(SELECT).raw("account_id = ").int(owner.get());
    Ok(newest_first(many(conn, page(sql, "id", paging))?, paging))
}

/// One scheduled post of a person; nobody else's.
///
/// # Errors
/// Those of the queries.
pub fn get(conn: &mut Conn, owner: AccountId, id: ScheduledId) -> Result<Option<Scheduled>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("id = ")
        .int(id.get())
        .raw(" AND account_id = ")
        .int(owner.get());
    Ok(many(conn, sql)?.pop())
}

/// The post that a person scheduled with that key after `since`.
///
/// # Errors
/// Those of the queries.
pub fn by_key(
    conn: &mut Conn,
    owner: AccountId,
    key: &str,
    since: Time,
) -> Result<Option<Scheduled>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("account_id = ")
        .int(owner.get())
        .raw(" AND idempotency_key = ")
        .text(key)
        .raw(" AND created_at > ")
        .time(since);
    Ok(many(conn, sql)?.pop())
}

/// Forgets a key of a person that was used before `before`.
///
/// # Errors
/// Those of the query.
pub fn forget_key(conn: &mut Conn, owner: AccountId, key: &str, before: Time) -> Result<(), StoreError> {
    Sql::new("UPDATE scheduled_posts SET idempotency_key = NULL WHERE account_id = ")
        .int(owner.get())
        .raw(" AND idempotency_key = ")
        .text(key)
        .raw(" AND created_at <= ")
        .time(before)
        .run(conn)?;
    Ok(())
}

/// How many scheduled posts a person has.
///
/// # Errors
/// Those of the query.
pub fn count(conn: &mut Conn, owner: AccountId) -> Result<i64, StoreError> {
    Ok(
        Sql::new("SELECT COUNT(*) FROM scheduled_posts WHERE account_id = ")
            .int(owner.get())
            .one(conn)?
            .unwrap_or(0),
    )
}

/// How many of a person's scheduled posts, other than `except`, are due from `from` on and before `until`.
///
/// # Errors
/// Those of the query.
pub fn count_between(
    conn: &mut Conn,
    owner: AccountId,
    from: Time,
    until: Time,
    except: Option<ScheduledId>,
) -> Result<i64, StoreError> {
    Ok(
        Sql::new("SELECT COUNT(*) FROM scheduled_posts WHERE account_id = ")
            .int(owner.get())
            .raw(" AND due_at >= ")
            .time(from)
            .raw(" AND due_at < ")
            .time(until)
            .raw(" AND id <> ")
            .int(except.map_or(0, ScheduledId::get))
            .one(conn)?
            .unwrap_or(0),
    )
}

/// Inserts a scheduled post, without its files.
///
/// # Errors
/// [`StoreError::Conflict`] on the idempotency key.
pub fn insert(conn: &mut Conn, post: &Scheduled) -> Result<(), StoreError> {
    let params =
        serde_json::to_string(&post.params).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Sql::new(
        "INSERT INTO scheduled_posts (id, account_id, due_at, params, idempotency_key, created_at, failure) VALUES (",
    )
    .int(post.id.get())
    .raw(",")
    .int(post.account.get())
    .raw(",")
    .time(post.due_at)
    .raw(",")
    .text(params)
    .raw(",")
    .opt_text(post.idempotency_key.clone())
    .raw(",")
    .time(post.created_at)
    .raw(",")
    .opt_text(post.failure.map(|failure| failure.as_str().to_owned()))
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// A file waits with a scheduled post. False if it does with another one.
///
/// # Errors
/// Those of the query.
pub fn add_file(conn: &mut Conn, id: ScheduledId, file: MediaId, place: i64) -> Result<bool, StoreError> {
    let added = Sql::new("INSERT INTO scheduled_files (attachment_id, scheduled_id, place) VALUES (")
        .int(file.get())
        .raw(",")
        .int(id.get())
        .raw(",")
        .int(place)
        .raw(") ON CONFLICT (attachment_id) DO NOTHING")
        .run(conn)?;
    Ok(added > 0)
}

/// Whether a file waits with a scheduled post.
///
/// # Errors
/// Those of the query.
pub fn holds(conn: &mut Conn, file: MediaId) -> Result<bool, StoreError> {
    Sql::new("SELECT attachment_id FROM scheduled_files WHERE attachment_id = ")
        .int(file.get())
        .any(conn)
}

/// A scheduled post is due at another time; what stood in its way before is forgotten. False if it is gone.
///
/// # Errors
/// Those of the query.
pub fn postpone(conn: &mut Conn, id: ScheduledId, due_at: Time) -> Result<bool, StoreError> {
    let changed = Sql::new("UPDATE scheduled_posts SET failure = NULL, due_at = ")
        .time(due_at)
        .raw(" WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(changed > 0)
}

/// Takes a post that is due out of here, to be published in the same transaction; its files are free for that. False
/// if it is gone, not due, or waits for its author.
///
/// # Errors
/// Those of the query.
pub fn claim(conn: &mut Conn, id: ScheduledId, now: Time) -> Result<bool, StoreError> {
    let claimed = Sql::new("DELETE FROM scheduled_posts WHERE failure IS NULL AND due_at <= ")
        .time(now)
        .raw(" AND id = ")
        .int(id.get())
        .run(conn)?;
    Ok(claimed > 0)
}

/// A post could not be published at its time: it waits for its author. False if it is gone or due at another time.
///
/// # Errors
/// Those of the query.
pub fn fail(
    conn: &mut Conn,
    id: ScheduledId,
    due_at: Time,
    failure: Unpublished,
) -> Result<bool, StoreError> {
    let changed = Sql::new("UPDATE scheduled_posts SET failure = ")
        .text(failure.as_str())
        .raw(" WHERE id = ")
        .int(id.get())
        .raw(" AND due_at = ")
        .time(due_at)
        .run(conn)?;
    Ok(changed > 0)
}

/// Removes a scheduled post; its files wait to be posted again, from now on.
///
/// # Errors
/// Those of the queries.
pub fn remove(conn: &mut Conn, id: ScheduledId, now: Time) -> Result<(), StoreError> {
    let files = "UPDATE attachments SET changed_at = ";
    Sql::new(files)
        .time(now)
        .raw(" WHERE id IN (SELECT f.attachment_id FROM scheduled_files f WHERE f.scheduled_id = ")
        .int(id.get())
        .raw(")")
        .run(conn)?;
    Sql::new("DELETE FROM scheduled_posts WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Removes all scheduled posts of a person; their files expire.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, owner: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM scheduled_posts WHERE account_id = ")
        .int(owner.get())
        .run(conn)?;
    Ok(())
}

/// The post that has been due for longest; with a failure already if it cannot be read.
///
/// # Errors
/// Those of the queries.
pub fn next_due(conn: &mut Conn, now: Time) -> Result<Option<Scheduled>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("failure IS NULL AND due_at <= ")
        .time(now)
        .raw(" ORDER BY due_at, id LIMIT 1");
    Ok(many(conn, sql)?.pop())
}

/// When the next post is due.
///
/// # Errors
/// Those of the query.
pub fn next_at(conn: &mut Conn) -> Result<Option<Time>, StoreError> {
    Ok(
        Sql::new("SELECT MIN(due_at) FROM scheduled_posts WHERE failure IS NULL")
            .first::<Nullable<Timestamp>, Option<NaiveDateTime>>(conn)?
            .flatten()
            .map(from_db),
    )
}
