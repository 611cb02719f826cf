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

/// A reaction that looks otherwise to a viewer than to others.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Own {
    /// Who looks.
    pub viewer: i64,
    /// The post.
    pub post: i64,
    /// The emoji.
    pub name: String,
    /// Who reacted: the viewer, or somebody whom they do not see.
    pub account: i64,
}

/// Reactions that look otherwise to each of `viewers` than to others: their own, oldest first, and those of people whom they
/// block, mute or hide with their node, or who block them; those may come more than once.
///
/// # Errors
/// Those of the query.
pub fn of_viewers(
    conn: &mut Conn,
    viewers: &[i64],
    posts: &[i64],
    now: Time,
) -> Result<Vec<Own>, StoreError> {
    if viewers.is_empty() || posts.is_empty() {
        return Ok(Vec::new());
    }
    // From the viewers' side: a post may have thousands of reactions, and few people hide somebody.
    let hidden = |sql: Sql, select: &'static str, viewer: &'static str| {
        sql.raw(" UNION ALL SELECT ")
            .raw(select)
            .raw(" WHERE r.post_id IN ")
            .ids(posts)
            .raw(viewer)
            .ids(viewers)
    };
    let sql = Sql::new(
        "SELECT z.viewer, z.post_id, z.name, z.account_id FROM (SELECT r.id AS id, r.account_id AS viewer, \
         r.post_id AS post_id, r.name AS name, r.account_id AS account_id FROM reactions r WHERE r.account_id IN ",
    )
    .ids(viewers)
    .raw(" AND r.post_id IN ")
    .ids(posts);
    let sql = hidden(
        sql,
        "r.id, b.account_id, r.post_id, r.name, r.account_id FROM blocks b \
         JOIN reactions r ON r.account_id = b.target_id",
        " AND b.account_id IN ",
    );
    let sql = hidden(
        sql,
        "r.id, c.target_id, r.post_id, r.name, r.account_id FROM blocks c \
         JOIN reactions r ON r.account_id = c.account_id",
        " AND c.target_id IN ",
    );
    let sql = hidden(
        sql,
        "r.id, u.account_id, r.post_id, r.name, r.account_id FROM mutes u \
         JOIN reactions r ON r.account_id = u.target_id",
        " AND u.account_id IN ",
    )
    .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
    .time(now)
    .raw(")");
    let sql = hidden(
        sql,
        "r.id, h.account_id, r.post_id, r.name, r.account_id FROM domain_blocks h \
         JOIN peers hp ON hp.origin IN ('https://' || h.domain, 'http://' || h.domain) \
         JOIN accounts f ON f.peer_id = hp.id JOIN reactions r ON r.account_id = f.id",
        " AND h.account_id IN ",
    );
    sql.raw(
        ") AS z JOIN accounts a ON a.id = z.account_id LEFT JOIN peers g ON g.id = a.peer_id \
         WHERE a.disabled_at IS NULL AND (a.peer_id IS NULL OR g.state IN ('active', 'suspended')) ORDER BY z.id",
    )
    .load::<(BigInt, BigInt, Text, BigInt), Own>(conn)
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
