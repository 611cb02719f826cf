//! Posts that quote others.

use super::row::{COLUMNS, Row, SqlRow};
use crate::{
    Conn, StoreError,
    page::{newest_first, page},
    sql::Sql,
    visible::{POSTS, Viewer, Who, node_wanted, visible, visible_before_deletion, wanted},
};
use diesel::sql_types::{BigInt, Bool};
use entrenous_model::{AccountId, Page, Post, PostId, Quote, QuotePolicy, Time};
use std::collections::HashSet;

/// Posts looked at when a quoted post becomes known.
const ORPHANS: i64 = 500;

/// Writes what a post quotes, and what is said to that; `None` for nothing.
///
/// # Errors
/// Those of the query.
pub fn set_quote(conn: &mut Conn, post: PostId, quote: Option<&Quote>) -> Result<(), StoreError> {
    Sql::new("UPDATE posts SET quoted_id = ")
        .opt_int(quote.and_then(|quote| quote.post).map(PostId::get))
        .raw(", quoted_uri = ")
        .opt_text(quote.map(|quote| quote.uri.clone()))
        .raw(", quote_state = ")
        .opt_text(quote.map(|quote| quote.state.as_str().to_owned()))
        .raw(", quote_stamp = ")
        .opt_text(quote.and_then(|quote| quote.stamp.clone()))
        .raw(" WHERE id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// Writes who may quote a post.
///
/// # Errors
/// Those of the query.
pub fn set_quote_policy(conn: &mut Conn, post: PostId, policy: QuotePolicy) -> Result<(), StoreError> {
    Sql::new("UPDATE posts SET quote_policy = ")
        .int(policy.bits())
        .raw(" WHERE id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// A post, locked until the transaction ends: what is said of its quote depends on what was said before. On SQLite there is
/// one writer anyway.
///
/// # Errors
/// Those of the queries.
pub fn locked(conn: &mut Conn, post: PostId) -> Result<Option<Post>, StoreError> {
    Sql::new("UPDATE posts SET quote_state = quote_state WHERE id = ")
        .int(post.get())
        .run(conn)?;
    super::get(conn, post)
}

/// The post whose quote has this stamp.
///
/// # Errors
/// Those of the query.
pub fn by_stamp(conn: &mut Conn, uri: &str) -> Result<Option<Post>, StoreError> {
    Sql::new("SELECT ")
        .raw(COLUMNS)
        .raw(" FROM posts p WHERE p.deleted_at IS NULL AND p.quote_stamp = ")
        .text(uri)
        .raw(" ORDER BY p.id LIMIT 1")
        .first::<SqlRow, Row>(conn)?
        .map(Row::into_post)
        .transpose()
}

/// The newest posts that quote this one with its author's leave, with their authors, at most `most`; `here`: only those of
/// people of this node.
///
/// # Errors
/// Those of the query.
pub fn quoting(
    conn: &mut Conn,
    quoted: PostId,
    here: bool,
    most: i64,
) -> Result<Vec<(PostId, AccountId)>, StoreError> {
    let rows = Sql::new("SELECT id, account_id FROM posts WHERE quoted_id = ")
        .int(quoted.get())
        .raw(" AND quote_state = 'accepted' AND deleted_at IS NULL")
        .when(here, |sql| sql.raw(" AND peer_id IS NULL"))
        .raw(" ORDER BY id DESC LIMIT ")
        .int(most)
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, author)| (PostId(post), AccountId(author)))
        .collect())
}

/// Posts of `other` that quote posts of `owner` and may, or wait for it: (quoted, post), newest first, at most `most`.
///
/// # Errors
/// Those of the query.
pub fn quoted_between(
    conn: &mut Conn,
    owner: AccountId,
    other: AccountId,
    most: i64,
) -> Result<Vec<(PostId, PostId)>, StoreError> {
    let rows =
        Sql::new("SELECT q.id, p.id FROM posts p JOIN posts q ON q.id = p.quoted_id WHERE q.account_id = ")
            .int(owner.get())
            .raw(" AND p.quote_state IN ('accepted', 'pending') AND p.deleted_at IS NULL AND p.account_id = ")
            .int(other.get())
            .raw(" ORDER BY p.id DESC LIMIT ")
            .int(most)
            .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(quoted, post)| (PostId(quoted), PostId(post)))
        .collect())
}

/// Posts that quote `quoted` with its author's leave, as far as a person may see them, newest first; not of people whom
/// they block or mute.
///
/// # Errors
/// Those of the query.
pub fn quotes_of(
    conn: &mut Conn,
    viewer: AccountId,
    quoted: PostId,
    paging: &Page,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.quote_state = 'accepted' AND p.quoted_id = ")
        .int(quoted.get())
        .raw(" AND ");
    let sql = visible(sql, Viewer::Person(viewer)).raw(" AND ");
    let ids = page(wanted(sql, Who::Id(viewer.get()), now), "p.id", paging).list(conn)?;
    Ok(newest_first(ids.into_iter().map(PostId).collect(), paging))
}

/// Links posts that quoted `post` before it was known here; which. What its author says to them is not known by that, but
/// of their own, which are let; how many of these there are.
///
/// # Errors
/// Those of the queries.
pub fn adopt_quotes(conn: &mut Conn, post: &Post) -> Result<(Vec<PostId>, usize), StoreError> {
    let orphans =
        Sql::new("SELECT id FROM posts WHERE quoted_id IS NULL AND deleted_at IS NULL AND quoted_uri = ")
            .text(post.uri.as_str())
            .raw(" AND id <> ")
            .int(post.id.get())
            .raw(" LIMIT ")
            .int(ORPHANS)
            .list(conn)?;
    if orphans.is_empty() {
        return Ok((Vec::new(), 0));
    }
    Sql::new("UPDATE posts SET quoted_id = ")
        .int(post.id.get())
        .raw(" WHERE id IN ")
        .ids(&orphans)
        .run(conn)?;
    let own =
        Sql::new("UPDATE posts SET quote_state = 'accepted' WHERE quote_state = 'pending' AND account_id = ")
            .int(post.account.get())
            .raw(" AND id IN ")
            .ids(&orphans)
            .run(conn)?;
    Ok((orphans.into_iter().map(PostId).collect(), own))
}

/// What a person sees of a quoted post that they may see, or could before it was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing of its own that may stand in the way"
)]
pub struct Sight {
    /// The quoted post.
    pub post: PostId,
    /// It is deleted.
    pub deleted: bool,
    /// They block its author.
    pub blocked: bool,
    /// They hide its author's node.
    pub hidden: bool,
    /// They mute its author.
    pub muted: bool,
}

/// What each of `viewers` sees of quoted posts, in no order; nothing of what they may not see.
///
/// # Errors
/// Those of the query.
pub fn sights(
    conn: &mut Conn,
    viewers: &[i64],
    quoted: &[i64],
    now: Time,
) -> Result<Vec<(AccountId, Sight)>, StoreError> {
    if viewers.is_empty() || quoted.is_empty() {
        return Ok(Vec::new());
    }
    let who = Who::Column("v.id");
    let sql = Sql::new(
        "SELECT v.id, p.id, p.deleted_at IS NOT NULL, \
         EXISTS (SELECT 1 FROM blocks x WHERE x.target_id = p.account_id AND x.account_id = ",
    )
    .who(who)
    .raw("), EXISTS (SELECT 1 FROM mutes u WHERE u.target_id = p.account_id AND u.account_id = ")
    .who(who)
    .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
    .time(now)
    .raw(")), NOT (");
    let sql = node_wanted(sql, who, "p.peer_id")
        .raw(") FROM accounts v, posts p WHERE p.boost_of IS NULL AND v.id IN ")
        .ids(viewers)
        .raw(" AND p.id IN ")
        .ids(quoted)
        .raw(" AND ");
    let rows = visible_before_deletion(sql, who)
        .load::<(BigInt, BigInt, Bool, Bool, Bool, Bool), (i64, i64, bool, bool, bool, bool)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(viewer, post, deleted, blocked, muted, hidden)| {
            let sight = Sight {
                post: PostId(post),
                deleted,
                blocked,
                hidden,
                muted,
            };
            (AccountId(viewer), sight)
        })
        .collect())
}

/// Who of `followers` follows whom of `people`, accepted: (follower, followed).
///
/// # Errors
/// Those of the query.
pub fn follows_between(
    conn: &mut Conn,
    followers: &[i64],
    people: &[i64],
) -> Result<HashSet<(AccountId, AccountId)>, StoreError> {
    if followers.is_empty() || people.is_empty() {
        return Ok(HashSet::new());
    }
    let pairs = Sql::new("SELECT follower_id, followee_id FROM follows WHERE accepted AND follower_id IN ")
        .ids(followers)
        .raw(" AND followee_id IN ")
        .ids(people)
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(pairs
        .into_iter()
        .map(|(follower, followed)| (AccountId(follower), AccountId(followed)))
        .collect())
}
