//! Emoji that people answered posts with.

use crate::sql::Sql;
use crate::{Conn, StoreError};
use diesel::Queryable;
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, PostId, Time};

/// Whoever reacted is there: neither gone nor of a node that was revoked.
const PRESENT: &str = "reactions r JOIN accounts a ON a.id = r.account_id LEFT JOIN peers g ON g.id = a.peer_id \
     WHERE a.disabled_at IS NULL AND (a.peer_id IS NULL OR g.state IN ('active', 'suspended')) AND r.post_id IN ";

/// One of the first people of one kind of reaction.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Sample {
    /// The post.
    pub post: i64,
    /// The emoji.
    pub name: String,
    /// Who.
    pub account: i64,
    /// How many people there are of this kind.
    pub total: i64,
}

/// The kinds of reactions to posts, each with its number and its first `most` people; by the order in which the first of
/// each came. Of people who are there.
///
/// # Errors
/// Those of the query.
pub fn of_posts(conn: &mut Conn, posts: &[i64], most: i64) -> Result<Vec<Sample>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new(
        "SELECT x.post_id, x.name, x.account_id, x.total FROM (SELECT r.id, r.post_id, r.name, r.account_id, \
         COUNT(*) OVER (PARTITION BY r.post_id, r.name) AS total, \
         ROW_NUMBER() OVER (PARTITION BY r.post_id, r.name ORDER BY r.id) AS place FROM ",
    )
    .raw(PRESENT)
    .ids(posts)
    .raw(") AS x WHERE x.place <= ")
    .int(most)
    .raw(" ORDER BY x.post_id, x.id")
    .load::<(BigInt, Text, BigInt, BigInt), Sample>(conn)
}

/// Reactions that look otherwise to `viewer` than to others: their own, and those of people whom they block, mute or hide
/// with their node, or who block them. (post, emoji, who).
///
/// # Errors
/// Those of the query.
pub fn of_viewer(
    conn: &mut Conn,
    viewer: AccountId,
    posts: &[i64],
    now: Time,
) -> Result<Vec<(i64, String, i64)>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    let viewer = viewer.get();
    Sql::new("SELECT r.post_id, r.name, r.account_id FROM ")
        .raw(PRESENT)
        .ids(posts)
        .raw(" AND (r.account_id = ")
        .int(viewer)
        .raw(" OR r.account_id IN (SELECT b.target_id FROM blocks b WHERE b.account_id = ")
        .int(viewer)
        .raw(") OR r.account_id IN (SELECT c.account_id FROM blocks c WHERE c.target_id = ")
        .int(viewer)
        .raw(") OR r.account_id IN (SELECT u.target_id FROM mutes u WHERE u.account_id = ")
        .int(viewer)
        .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
        .time(now)
        .raw(
            ")) OR a.peer_id IN (SELECT hp.id FROM domain_blocks h JOIN peers hp \
             ON hp.origin IN ('https://' || h.domain, 'http://' || h.domain) WHERE h.account_id = ",
        )
        .int(viewer)
        .raw(")) ORDER BY r.id")
        .load::<(BigInt, Text, BigInt), (i64, String, i64)>(conn)
}

/// A person's reactions to a post, oldest first: (row, emoji, ActivityPub id).
///
/// # Errors
/// Those of the query.
pub fn of_person(
    conn: &mut Conn,
    account: AccountId,
    post: PostId,
) -> Result<Vec<(i64, String, String)>, StoreError> {
    Sql::new("SELECT id, name, uri FROM reactions WHERE account_id = ")
        .int(account.get())
        .raw(" AND post_id = ")
        .int(post.get())
        .raw(" ORDER BY id")
        .load::<(BigInt, Text, Text), (i64, String, String)>(conn)
}

/// The reactions of these people to these posts, oldest first: (who, post, emoji).
///
/// # Errors
/// Those of the query.
pub fn between(
    conn: &mut Conn,
    people: &[i64],
    posts: &[i64],
) -> Result<Vec<(i64, i64, String)>, StoreError> {
    Sql::new("SELECT account_id, post_id, name FROM reactions WHERE account_id IN ")
        .ids(people)
        .raw(" AND post_id IN ")
        .ids(posts)
        .raw(" ORDER BY id")
        .load::<(BigInt, BigInt, Text), (i64, i64, String)>(conn)
}

/// Whether anyone answered a post with this emoji.
///
/// # Errors
/// Those of the query.
pub fn has_kind(conn: &mut Conn, post: PostId, name: &str) -> Result<bool, StoreError> {
    Sql::new("SELECT id FROM reactions WHERE post_id = ")
        .int(post.get())
        .raw(" AND name = ")
        .text(name)
        .any(conn)
}

/// How many different emoji a post was answered with.
///
/// # Errors
/// Those of the query.
pub fn kinds(conn: &mut Conn, post: PostId) -> Result<i64, StoreError> {
    Ok(
        Sql::new("SELECT COUNT(DISTINCT name) FROM reactions WHERE post_id = ")
            .int(post.get())
            .one(conn)?
            .unwrap_or(0),
    )
}

/// What the ActivityPub id of a reaction stands for: who, which post, which emoji.
///
/// # Errors
/// Those of the query.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<(AccountId, PostId, String)>, StoreError> {
    let found = Sql::new("SELECT account_id, post_id, name FROM reactions WHERE uri = ")
        .text(uri)
        .first::<(BigInt, BigInt, Text), (i64, i64, String)>(conn)?;
    Ok(found.map(|(account, post, name)| (AccountId(account), PostId(post), name)))
}

/// A new reaction.
#[derive(Debug, Clone, Copy)]
pub struct NewReaction<'a> {
    /// Its row.
    pub id: i64,
    /// To what.
    pub post: PostId,
    /// Whose.
    pub account: AccountId,
    /// The emoji.
    pub name: &'a str,
    /// ActivityPub id.
    pub uri: &'a str,
    /// When.
    pub at: Time,
}

/// Inserts a reaction.
///
/// # Errors
/// [`StoreError::Conflict`] on the three of it or on `uri`.
pub fn insert(conn: &mut Conn, one: &NewReaction<'_>) -> Result<(), StoreError> {
    Sql::new("INSERT INTO reactions (id, post_id, account_id, name, uri, created_at) VALUES (")
        .int(one.id)
        .raw(",")
        .int(one.post.get())
        .raw(",")
        .int(one.account.get())
        .raw(",")
        .text(one.name)
        .raw(",")
        .text(one.uri)
        .raw(",")
        .time(one.at)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Removes a reaction.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    Sql::new("DELETE FROM reactions WHERE id = ").int(id).run(conn)?;
    Ok(())
}

/// Removes all reactions of a person.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM reactions WHERE account_id = ")
        .int(account.get())
        .run(conn)?;
    Ok(())
}
