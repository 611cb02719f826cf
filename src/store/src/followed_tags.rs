//! Hashtags that people follow, and the posts that come into home timelines by them.

use crate::{
    Conn, StoreError,
    feed::Stretch,
    list_feed,
    page::{newest_first, page},
    sql::Sql,
};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, Page, PostId, Time};

/// Posts with the hashtag that are looked at when it is no longer followed.
const RECENT: i64 = 2_000;

/// Hashtags that a person follows: (row, tag), newest first.
///
/// # Errors
/// Those of the query.
pub fn of(conn: &mut Conn, account: AccountId, paging: &Page) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = Sql::new("SELECT id, tag FROM followed_tags WHERE account_id = ").int(account.get());
    let rows = page(sql, "id", paging).load::<(BigInt, Text), (i64, String)>(conn)?;
    Ok(newest_first(rows, paging))
}

/// Which of `tags` a person follows.
///
/// # Errors
/// Those of the query.
pub fn among(conn: &mut Conn, account: AccountId, tags: &[String]) -> Result<Vec<String>, StoreError> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new("SELECT tag FROM followed_tags WHERE account_id = ")
        .int(account.get())
        .raw(" AND tag IN ");
    texts(sql, tags).load::<Text, String>(conn)
}

fn texts(sql: Sql, texts: &[String]) -> Sql {
    let mut sql = sql.raw("(");
    for (n, text) in texts.iter().enumerate() {
        sql = sql.when(n > 0, |sql| sql.raw(",")).text(text.as_str());
    }
    sql.raw(")")
}

/// How many hashtags a person follows.
///
/// # Errors
/// Those of the query.
pub fn count(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM followed_tags WHERE account_id = ")
        .int(account.get())
        .one(conn)?
        .unwrap_or(0))
}

/// Follows a hashtag. False if it was followed before.
///
/// # Errors
/// Those of the query.
pub fn insert(
    conn: &mut Conn,
    row: i64,
    account: AccountId,
    tag: &str,
    now: Time,
) -> Result<bool, StoreError> {
    let inserted = Sql::new("INSERT INTO followed_tags (id, account_id, tag, created_at) VALUES (")
        .int(row)
        .raw(",")
        .int(account.get())
        .raw(",")
        .text(tag)
        .raw(",")
        .time(now)
        .raw(") ON CONFLICT (account_id, tag) DO NOTHING")
        .run(conn)?;
    Ok(inserted > 0)
}

/// No longer follows a hashtag. False if it was not followed.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, account: AccountId, tag: &str) -> Result<bool, StoreError> {
    let removed = Sql::new("DELETE FROM followed_tags WHERE account_id = ")
        .int(account.get())
        .raw(" AND tag = ")
        .text(tag)
        .run(conn)?;
    Ok(removed > 0)
}

/// Puts a public post into the home timelines of a stretch of those who follow one of its hashtags; whose it came into.
/// Not of those who block the author or whom the author blocks.
///
/// # Errors
/// Those of the query.
pub fn spread(
    conn: &mut Conn,
    post: PostId,
    author: AccountId,
    tags: &[String],
    stretch: Stretch,
) -> Result<Vec<AccountId>, StoreError> {
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new("INSERT INTO feed (owner_id, post_id, author_id) SELECT t.account_id, ")
        .int(post.get())
        .raw(", ")
        .int(author.get())
        .raw(" FROM (SELECT account_id FROM followed_tags WHERE tag IN ");
    let owners = texts(sql, tags)
        .raw(" AND id > ")
        .int(stretch.after)
        .maybe(stretch.until, |sql, until| sql.raw(" AND id <= ").int(until))
        .raw(
            ") t JOIN accounts x ON x.id = t.account_id \
             WHERE x.disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM blocks b WHERE \
             (b.account_id = t.account_id AND b.target_id = ",
        )
        .int(author.get())
        .raw(") OR (b.target_id = t.account_id AND b.account_id = ")
        .int(author.get())
        .raw(")) ON CONFLICT DO NOTHING RETURNING owner_id")
        .list(conn)?;
    // Whoever follows the author as well, and has them in a list.
    list_feed::spread(conn, post, author, &owners)?;
    Ok(owners.into_iter().map(AccountId).collect())
}

/// The row of the last who follows, if a stretch is full: there may be more behind it.
///
/// # Errors
/// Those of the query.
pub fn end_of(conn: &mut Conn, tags: &[String], after: i64, most: i64) -> Result<Option<i64>, StoreError> {
    if tags.is_empty() {
        return Ok(None);
    }
    texts(Sql::new("SELECT id FROM followed_tags WHERE tag IN "), tags)
        .raw(" AND id > ")
        .int(after)
        .raw(format!(" ORDER BY id LIMIT 1 OFFSET {}", most.max(1) - 1))
        .one(conn)
}

/// Remembers that those who follow a hashtag of the post are to be served later, or how far that has got.
///
/// # Errors
/// Those of the query.
pub fn spread_later(conn: &mut Conn, post: PostId, after: i64) -> Result<(), StoreError> {
    Sql::new("INSERT INTO tag_spreads (post_id, after_id) VALUES (")
        .int(post.get())
        .raw(",")
        .int(after)
        .raw(") ON CONFLICT (post_id) DO UPDATE SET after_id = excluded.after_id")
        .run(conn)?;
    Ok(())
}

/// The oldest post for which some are still to be served, and the row reached.
///
/// # Errors
/// Those of the query.
pub fn next_spread(conn: &mut Conn) -> Result<Option<(PostId, i64)>, StoreError> {
    Ok(
        Sql::new("SELECT post_id, after_id FROM tag_spreads ORDER BY post_id LIMIT 1")
            .first::<(BigInt, BigInt), (i64, i64)>(conn)?
            .map(|(post, after)| (PostId(post), after)),
    )
}

/// Forgets that some were to be served: they were.
///
/// # Errors
/// Those of the query.
pub fn spread_done(conn: &mut Conn, post: PostId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM tag_spreads WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// Takes out of a home timeline what came by a hashtag that is no longer followed: posts of people whom the owner does
/// not follow, without another hashtag that is. Of the last posts with the hashtag; older ones stay.
///
/// # Errors
/// Those of the query.
pub fn drain(conn: &mut Conn, owner: AccountId, tag: &str) -> Result<usize, StoreError> {
    let me = owner.get();
    Sql::new("DELETE FROM feed WHERE owner_id = ")
        .int(me)
        .raw(" AND author_id <> ")
        .int(me)
        .raw(" AND post_id IN (SELECT t.post_id FROM (SELECT post_id FROM post_tags WHERE tag = ")
        .text(tag)
        .raw(format!(" ORDER BY post_id DESC LIMIT {RECENT}) t JOIN posts p ON p.id = t.post_id \
             WHERE NOT EXISTS (SELECT 1 FROM follows w WHERE w.accepted AND w.followee_id = p.account_id AND w.follower_id = "))
        .int(me)
        .raw(") AND NOT EXISTS (SELECT 1 FROM post_tags s JOIN followed_tags g ON g.tag = s.tag WHERE s.post_id = t.post_id AND g.account_id = ")
        .int(me)
        .raw("))")
        .run(conn)
}
