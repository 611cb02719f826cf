//! Follows, pending and accepted.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    sql::Sql,
};
use chrono::NaiveDateTime;
use diesel::{
    Queryable,
    sql_types::{BigInt, Bool, Text, Timestamp},
};
use entrenous_model::{AccountId, Follow, FollowId, Page};

type SqlRow = (BigInt, BigInt, BigInt, Text, Bool, Bool, Bool, Timestamp);

#[derive(Queryable)]
struct Row {
    id: i64,
    follower: i64,
    followee: i64,
    uri: String,
    accepted: bool,
    show_boosts: bool,
    notify: bool,
    created_at: NaiveDateTime,
}

impl From<Row> for Follow {
    fn from(row: Row) -> Self {
        Self {
            id: FollowId(row.id),
            follower: AccountId(row.follower),
            followee: AccountId(row.followee),
            uri: row.uri,
            accepted: row.accepted,
            show_boosts: row.show_boosts,
            notify: row.notify,
            created_at: from_db(row.created_at),
        }
    }
}

const SELECT: &str =
    "SELECT id, follower_id, followee_id, uri, accepted, show_boosts, notify, created_at FROM follows WHERE ";

/// The follow between two people, pending ones too.
///
/// # Errors
/// Those of the query.
pub fn between(
    conn: &mut Conn,
    follower: AccountId,
    followee: AccountId,
) -> Result<Option<Follow>, StoreError> {
    Ok(Sql::new(SELECT)
        .raw("follower_id = ")
        .int(follower.get())
        .raw(" AND followee_id = ")
        .int(followee.get())
        .first::<SqlRow, Row>(conn)?
        .map(Into::into))
}

/// Which of `people` follow `followee`, accepted.
///
/// # Errors
/// Those of the query.
pub fn followers_among(
    conn: &mut Conn,
    followee: AccountId,
    people: &[i64],
) -> Result<Vec<AccountId>, StoreError> {
    let ids = Sql::new("SELECT follower_id FROM follows WHERE accepted AND followee_id = ")
        .int(followee.get())
        .raw(" AND follower_id IN ")
        .ids(people)
        .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// A follow by its ActivityPub id.
///
/// # Errors
/// Those of the query.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Follow>, StoreError> {
    Ok(Sql::new(SELECT)
        .raw("uri = ")
        .text(uri)
        .first::<SqlRow, Row>(conn)?
        .map(Into::into))
}

/// Inserts a follow.
///
/// # Errors
/// [`StoreError::Conflict`] on the pair or on `uri`.
pub fn insert(conn: &mut Conn, follow: &Follow) -> Result<(), StoreError> {
    Sql::new("INSERT INTO follows (id, follower_id, followee_id, uri, accepted, show_boosts, notify, created_at, follower_peer) VALUES (")
        .int(follow.id.get())
        .raw(",")
        .int(follow.follower.get())
        .raw(",")
        .int(follow.followee.get())
        .raw(",")
        .text(follow.uri.as_str())
        .raw(",")
        .flag(follow.accepted)
        .raw(",")
        .flag(follow.show_boosts)
        .raw(",")
        .flag(follow.notify)
        .raw(",")
        .time(follow.created_at)
        .raw(",(SELECT peer_id FROM accounts WHERE id = ")
        .int(follow.follower.get())
        .raw("))")
        .run(conn)?;
    Ok(())
}

/// Rewrites what may change of a follow: its ActivityPub id, acceptance and options.
///
/// # Errors
/// [`StoreError::Conflict`] on `uri`.
pub fn update(conn: &mut Conn, follow: &Follow) -> Result<(), StoreError> {
    Sql::new("UPDATE follows SET uri = ")
        .text(follow.uri.as_str())
        .raw(", accepted = ")
        .flag(follow.accepted)
        .raw(", show_boosts = ")
        .flag(follow.show_boosts)
        .raw(", notify = ")
        .flag(follow.notify)
        .raw(" WHERE id = ")
        .int(follow.id.get())
        .run(conn)?;
    Ok(())
}

/// Removes a follow; whether it was there.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, id: FollowId) -> Result<bool, StoreError> {
    Ok(Sql::new("DELETE FROM follows WHERE id = ")
        .int(id.get())
        .run(conn)?
        > 0)
}

/// One side of follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Accepted followers of a person.
    Followers,
    /// People a person follows, accepted.
    Following,
    /// Those who have asked to follow a person.
    Requests,
}

/// One side of a person's follows: (row, the other person), newest first.
///
/// # Errors
/// Those of the query.
pub fn list(
    conn: &mut Conn,
    side: Side,
    person: AccountId,
    paging: &Page,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let sql = match side {
        Side::Followers => Sql::new("SELECT id, follower_id FROM follows WHERE accepted AND followee_id = "),
        Side::Following => Sql::new("SELECT id, followee_id FROM follows WHERE accepted AND follower_id = "),
        Side::Requests => {
            Sql::new("SELECT id, follower_id FROM follows WHERE NOT accepted AND followee_id = ")
        }
    }
    .int(person.get());
    let rows = page(sql, "id", paging).load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(newest_first(
        rows.into_iter().map(|(row, id)| (row, AccountId(id))).collect(),
        paging,
    ))
}

/// Local followers who want to be told of each post and have it in their home timeline.
///
/// # Errors
/// Those of the query.
pub fn to_notify(conn: &mut Conn, author: AccountId, post: i64) -> Result<Vec<i64>, StoreError> {
    Sql::new(
        "SELECT f.owner_id FROM follows w JOIN feed f ON f.owner_id = w.follower_id WHERE w.followee_id = ",
    )
    .int(author.get())
    .raw(" AND w.accepted AND w.notify AND f.post_id = ")
    .int(post)
    .list(conn)
}
