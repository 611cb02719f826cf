//! Posts, boosts, and what hangs on them: mentions, hashtags, versions, threads.

mod counts;
mod details;
mod participants;
mod quotes;
mod row;
mod thread;
mod write;

use crate::{
    Conn, StoreError,
    sql::Sql,
    visible::{POSTS, Viewer, Who, visible, visible_to},
};
use diesel::sql_types::{BigInt, Bool, Nullable};
use entrenous_model::{AccountId, Post, PostId, Time};
use row::{COLUMNS, Row, SqlRow};

pub use counts::{Count, bump};
pub use details::{
    Addressed, FlagSets, MentionRow, VersionRow, addressed, flags_of, mentions_of, set_tags, tags_of,
    versions,
};
pub use participants::{mentioned_in, of_conversation};
pub use quotes::{
    Sight, adopt_quotes, by_stamp, follows_between, locked, quoted_between, quotes_of, quoting, set_quote,
    set_quote_policy, sights,
};
pub use thread::{ancestors, descendants};
pub use write::{
    Edit, add_mention, adopt_orphans, bury, forget_idempotency, insert, keep_version, pin, pinned_count,
    remember_idempotency, replace, set_addressed,
};

/// Posts by id, tombstones included, in no order.
///
/// # Errors
/// Those of the query.
pub fn many(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Post>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new("SELECT ")
        .raw(COLUMNS)
        .raw(" FROM posts p WHERE p.id IN ")
        .ids(ids)
        .load::<SqlRow, Row>(conn)?
        .into_iter()
        .map(Row::into_post)
        .collect()
}

/// One post, tombstones included.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, id: PostId) -> Result<Option<Post>, StoreError> {
    Ok(many(conn, &[id.get()])?.pop())
}

/// A post by its ActivityPub id, or by its page, tombstones included. A page is believed of local posts and of
/// those on the origin of their id only: the caller of `publish` has checked that.
///
/// # Errors
/// Those of the query.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Post>, StoreError> {
    Sql::new("SELECT ")
        .raw(COLUMNS)
        .raw(" FROM posts p WHERE p.uri = ")
        .text(uri)
        .first::<SqlRow, Row>(conn)?
        .map(Row::into_post)
        .transpose()
}

/// The newest post whose page this is, if it is not the page of a boost.
///
/// # Errors
/// Those of the query.
pub fn by_url(conn: &mut Conn, url: &str) -> Result<Option<Post>, StoreError> {
    Sql::new("SELECT ")
        .raw(COLUMNS)
        .raw(" FROM posts p WHERE p.boost_of IS NULL AND p.url = ")
        .text(url)
        .raw(" ORDER BY p.id DESC LIMIT 1")
        .first::<SqlRow, Row>(conn)?
        .map(Row::into_post)
        .transpose()
}

/// Which of `ids` the viewer may see, each with the post it boosts, in no order.
///
/// # Errors
/// Those of the query.
pub fn visible_of(
    conn: &mut Conn,
    viewer: Viewer,
    ids: &[i64],
) -> Result<Vec<(PostId, Option<PostId>)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new("SELECT p.id, p.boost_of FROM ")
        .raw(POSTS)
        .raw(" WHERE p.id IN ")
        .ids(ids)
        .raw(" AND ");
    with_boosted(visible(sql, viewer), conn)
}

/// Rows of a post's id and the id of the post it boosts.
pub(crate) fn with_boosted(sql: Sql, conn: &mut Conn) -> Result<Vec<(PostId, Option<PostId>)>, StoreError> {
    Ok(sql
        .load::<(BigInt, Nullable<BigInt>), (i64, Option<i64>)>(conn)?
        .into_iter()
        .map(|(id, boosted)| (PostId(id), boosted.map(PostId)))
        .collect())
}

/// Whether the person may see the post.
///
/// # Errors
/// Those of the query.
pub fn may_see(conn: &mut Conn, viewer: Viewer, id: PostId) -> Result<bool, StoreError> {
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.id = ")
        .int(id.get())
        .raw(" AND ");
    visible(sql, viewer).any(conn)
}

/// The people `v` of `people`, beside the post `p` and what it boosts; a condition on them is to follow.
pub(crate) fn among(post: PostId, people: &[i64]) -> Sql {
    Sql::new("SELECT v.id FROM accounts v, ")
        .raw(POSTS)
        .raw(" WHERE p.id = ")
        .int(post.get())
        .raw(" AND v.id IN ")
        .ids(people)
        .raw(" AND ")
}

/// What the post boosts, if anything; `None` if there is no such post.
///
/// # Errors
/// Those of the query.
pub fn boosted_in(conn: &mut Conn, post: PostId) -> Result<Option<Option<PostId>>, StoreError> {
    let sql = Sql::new("SELECT p.id, p.boost_of FROM posts p WHERE p.id = ").int(post.get());
    Ok(with_boosted(sql, conn)?.pop().map(|(_, boosted)| boosted))
}

/// Which of `people` may see the post.
///
/// # Errors
/// Those of the query.
pub fn viewers_among(conn: &mut Conn, post: PostId, people: &[i64]) -> Result<Vec<i64>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    visible_to(among(post, people), Who::Column("v.id")).list(conn)
}

/// The boost that `account` made of `post`, if it stands.
///
/// # Errors
/// Those of the query.
pub fn boost_by(conn: &mut Conn, account: AccountId, post: PostId) -> Result<Option<PostId>, StoreError> {
    Ok(Sql::new("SELECT id FROM posts WHERE boost_of = ")
        .int(post.get())
        .raw(" AND deleted_at IS NULL AND account_id = ")
        .int(account.get())
        .one(conn)?
        .map(PostId))
}

/// Boosts of a post that stand: (boost, booster).
///
/// # Errors
/// Those of the query.
pub fn boosts_of(conn: &mut Conn, post: PostId) -> Result<Vec<(PostId, AccountId)>, StoreError> {
    Ok(Sql::new("SELECT id, account_id FROM posts WHERE boost_of = ")
        .int(post.get())
        .raw(" AND deleted_at IS NULL")
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?
        .into_iter()
        .map(|(id, account)| (PostId(id), AccountId(account)))
        .collect())
}

/// The post an idempotency key stands for, if it was used after `since`.
///
/// # Errors
/// Those of the query.
pub fn by_idempotency_key(
    conn: &mut Conn,
    account: AccountId,
    key: &str,
    since: Time,
) -> Result<Option<PostId>, StoreError> {
    Ok(
        Sql::new("SELECT post_id FROM idempotency_keys WHERE account_id = ")
            .int(account.get())
            .raw(" AND idempotency_key = ")
            .text(key)
            .raw(" AND created_at > ")
            .time(since)
            .one(conn)?
            .map(PostId),
    )
}

/// Whether a peer's post concerns anyone here: a local follower of its author, a local person it is addressed to, or
/// a local person's post that it answers.
///
/// # Errors
/// Those of the query.
pub fn concerns_someone(
    conn: &mut Conn,
    author: AccountId,
    addressed: &[i64],
    parent: Option<PostId>,
) -> Result<bool, StoreError> {
    let followed = Sql::new(
        "SELECT w.id FROM follows w JOIN accounts x ON x.id = w.follower_id \
         WHERE x.peer_id IS NULL AND x.disabled_at IS NULL AND w.accepted AND w.followee_id = ",
    )
    .int(author.get())
    .raw(" LIMIT 1");
    if followed.any(conn)? {
        return Ok(true);
    }
    if !addressed.is_empty() {
        let local =
            Sql::new("SELECT id FROM accounts WHERE peer_id IS NULL AND disabled_at IS NULL AND id IN ")
                .ids(addressed)
                .raw(" LIMIT 1");
        if local.any(conn)? {
            return Ok(true);
        }
    }
    let Some(parent) = parent else { return Ok(false) };
    Sql::new("SELECT id FROM posts WHERE peer_id IS NULL AND deleted_at IS NULL AND id = ")
        .int(parent.get())
        .any(conn)
}

/// Whether the id is taken.
///
/// # Errors
/// Those of the query.
pub fn id_is_taken(conn: &mut Conn, id: i64) -> Result<bool, StoreError> {
    Sql::new("SELECT id FROM posts WHERE id = ").int(id).any(conn)
}

/// Whether a tombstone or a post by someone else holds this ActivityPub id: (id, author, deleted).
///
/// # Errors
/// Those of the query.
pub fn holder_of_uri(conn: &mut Conn, uri: &str) -> Result<Option<(PostId, AccountId, bool)>, StoreError> {
    Ok(
        Sql::new("SELECT id, account_id, deleted_at IS NOT NULL FROM posts WHERE uri = ")
            .text(uri)
            .first::<(BigInt, BigInt, Bool), (i64, i64, bool)>(conn)?
            .map(|(id, account, deleted)| (PostId(id), AccountId(account), deleted)),
    )
}

/// Removes a tombstone, so that its ActivityPub id can be used by the one it belongs to.
///
/// # Errors
/// The database's.
pub fn remove_tombstone(conn: &mut Conn, id: PostId) -> Result<(), StoreError> {
    use crate::schema::posts;
    use diesel::prelude::*;
    let tombstone = posts::table
        .find(id.get())
        .filter(posts::deleted_at.is_not_null());
    diesel::delete(tombstone).execute(conn)?;
    Ok(())
}

/// Which of `people` are of this node.
///
/// # Errors
/// Those of the query.
pub fn local_among(conn: &mut Conn, people: &[i64]) -> Result<Vec<i64>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new("SELECT id FROM accounts WHERE peer_id IS NULL AND id IN ")
        .ids(people)
        .list(conn)
}
