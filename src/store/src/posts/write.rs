//! Writing posts.

use crate::{Conn, StoreError, sql::Sql};
use entrenous_model::{AccountId, Attachment, Post, PostId, Time};

/// Inserts a post or boost, counters included.
///
/// # Errors
/// [`StoreError::Conflict`] on `uri` or, for a boost, on the pair of post and booster.
pub fn insert(conn: &mut Conn, post: &Post) -> Result<(), StoreError> {
    let quote = post.quote.as_ref();
    Sql::new(
        "INSERT INTO posts (id, account_id, peer_id, uri, url, boost_of, in_reply_to, in_reply_to_uri, \
         in_reply_to_account, conversation, content, source, spoiler, sensitive, visibility, language, created_at, \
         edited_at, deleted_at, replies_count, boosts_count, favourites_count, quoted_id, quoted_uri, quote_state, \
         quote_stamp, quote_policy, quotes_count) VALUES (",
    )
    .int(post.id.get())
    .raw(",")
    .int(post.account.get())
    .raw(",")
    .opt_int(post.peer.map(entrenous_model::PeerId::get))
    .raw(",")
    .text(post.uri.as_str())
    .raw(",")
    .text(post.url.as_str())
    .raw(",")
    .opt_int(post.boost_of.map(PostId::get))
    .raw(",")
    .opt_int(post.in_reply_to.map(PostId::get))
    .raw(",")
    .opt_text(post.in_reply_to_uri.clone())
    .raw(",")
    .opt_int(post.in_reply_to_account.map(AccountId::get))
    .raw(",")
    .int(post.conversation.get())
    .raw(",")
    .text(post.content.as_str())
    .raw(",")
    .text(post.source.as_str())
    .raw(",")
    .text(post.spoiler.as_str())
    .raw(",")
    .flag(post.sensitive)
    .raw(",")
    .text(post.visibility.as_str())
    .raw(",")
    .opt_text(post.language.clone())
    .raw(",")
    .time(post.created_at)
    .raw(",")
    .opt_time(post.edited_at)
    .raw(",")
    .opt_time(post.deleted_at)
    .raw(",")
    .int(post.replies_count)
    .raw(",")
    .int(post.boosts_count)
    .raw(",")
    .int(post.favourites_count)
    .raw(",")
    .opt_int(quote.and_then(|quote| quote.post).map(PostId::get))
    .raw(",")
    .opt_text(quote.map(|quote| quote.uri.clone()))
    .raw(",")
    .opt_text(quote.map(|quote| quote.state.as_str().to_owned()))
    .raw(",")
    .opt_text(quote.and_then(|quote| quote.stamp.clone()))
    .raw(",")
    .int(post.quote_policy.bits())
    .raw(",")
    .int(post.quotes_count)
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// Addresses a post to a person. One who is mentioned already stays so.
///
/// # Errors
/// Those of the query.
pub fn add_mention(
    conn: &mut Conn,
    post: PostId,
    account: AccountId,
    silent: bool,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO post_mentions (post_id, account_id, silent) VALUES (")
        .int(post.get())
        .raw(",")
        .int(account.get())
        .raw(",")
        .flag(silent)
        .raw(") ON CONFLICT (post_id, account_id) DO UPDATE SET silent = post_mentions.silent AND excluded.silent")
        .run(conn)?;
    Ok(())
}

/// Replaces everyone a post is addressed to.
///
/// # Errors
/// Those of the queries.
pub fn set_addressed(conn: &mut Conn, post: PostId, people: &[(AccountId, bool)]) -> Result<(), StoreError> {
    Sql::new("DELETE FROM post_mentions WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    for (account, silent) in people {
        add_mention(conn, post, *account, *silent)?;
    }
    Ok(())
}

/// What an edit replaces.
pub struct Edit<'a> {
    /// Sanitised HTML.
    pub content: &'a str,
    /// As typed.
    pub source: &'a str,
    /// Content warning.
    pub spoiler: &'a str,
    /// Media start hidden.
    pub sensitive: bool,
    /// BCP 47.
    pub language: Option<&'a str>,
    /// When.
    pub at: Time,
}

/// Replaces the content of a post.
///
/// # Errors
/// Those of the query.
pub fn replace(conn: &mut Conn, post: PostId, edit: &Edit<'_>) -> Result<(), StoreError> {
    Sql::new("UPDATE posts SET content = ")
        .text(edit.content)
        .raw(", source = ")
        .text(edit.source)
        .raw(", spoiler = ")
        .text(edit.spoiler)
        .raw(", sensitive = ")
        .flag(edit.sensitive)
        .raw(", language = ")
        .opt_text(edit.language.map(str::to_owned))
        .raw(", edited_at = ")
        .time(edit.at)
        .raw(" WHERE id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// Puts a post on top of its author's profile since `at`, or takes it down.
///
/// # Errors
/// Those of the query.
pub fn pin(conn: &mut Conn, post: PostId, at: Option<Time>) -> Result<(), StoreError> {
    Sql::new("UPDATE posts SET pinned_at = ")
        .opt_time(at)
        .raw(" WHERE id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// How many posts are on top of a person's profile.
///
/// # Errors
/// Those of the query.
pub fn pinned_count(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    let count = Sql::new(
        "SELECT COUNT(*) FROM posts WHERE pinned_at IS NOT NULL AND deleted_at IS NULL AND account_id = ",
    )
    .int(account.get())
    .first::<diesel::sql_types::BigInt, i64>(conn)?;
    Ok(count.unwrap_or_default())
}

/// Keeps the present version of a post, with its files, before it is edited.
///
/// # Errors
/// Those of the query.
pub fn keep_version(conn: &mut Conn, post: &Post, files: &[Attachment]) -> Result<(), StoreError> {
    let poll = crate::polls::get(conn, post.id)?.map(|poll| serde_json::json!(poll.titles()).to_string());
    Sql::new(
        "INSERT INTO post_edits (post_id, edited_at, content, spoiler, sensitive, attachments, poll) VALUES (",
    )
        .int(post.id.get())
        .raw(",")
        .time(post.edited_at.unwrap_or(post.created_at))
        .raw(",")
        .text(post.content.as_str())
        .raw(",")
        .text(post.spoiler.as_str())
        .raw(",")
        .flag(post.sensitive)
        .raw(",")
        .text(files_of_version(files)?)
        .raw(",")
        .opt_text(poll)
        // Two edits at the same moment: the first version of it is the one that was shown.
        .raw(") ON CONFLICT (post_id, edited_at) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// The files of a version and their descriptions, as they are kept with it.
fn files_of_version(files: &[Attachment]) -> Result<String, StoreError> {
    let files: Vec<_> = files.iter().map(|file| (file.id, &file.description)).collect();
    serde_json::to_string(&files).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Makes tombstones of posts and removes everything that hangs on them. The ActivityPub ids stay, so that they are not
/// taken again.
///
/// # Errors
/// Those of the queries.
pub fn bury(conn: &mut Conn, ids: &[i64], now: Time) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    for statement in [
        "DELETE FROM feed WHERE post_id IN ",
        "DELETE FROM notifications WHERE post_id IN ",
        "DELETE FROM favourites WHERE post_id IN ",
        "DELETE FROM bookmarks WHERE post_id IN ",
        "DELETE FROM reactions WHERE post_id IN ",
        "DELETE FROM polls WHERE post_id IN ",
        "DELETE FROM post_edits WHERE post_id IN ",
        "DELETE FROM post_mentions WHERE post_id IN ",
        "DELETE FROM post_tags WHERE post_id IN ",
    ] {
        Sql::new(statement).ids(ids).run(conn)?;
    }
    crate::conversations::forget_posts(conn, ids)?;
    Sql::new(
        "UPDATE posts SET content = '', source = '', spoiler = '', language = NULL, favourites_count = 0, \
              boosts_count = 0, quotes_count = 0, quoted_id = NULL, quoted_uri = NULL, quote_state = NULL, \
              quote_stamp = NULL, deleted_at = ",
    )
    .time(now)
    .raw(" WHERE deleted_at IS NULL AND id IN ")
    .ids(ids)
    .run(conn)?;
    crate::search::forget(conn, ids)
}

/// Links posts that answered `uri` before it was known here; which.
///
/// # Errors
/// Those of the queries.
pub fn adopt_orphans(conn: &mut Conn, post: &Post) -> Result<Vec<PostId>, StoreError> {
    let orphans = Sql::new(
        "SELECT id FROM posts WHERE in_reply_to IS NULL AND deleted_at IS NULL AND in_reply_to_uri = ",
    )
    .text(post.uri.as_str())
    .raw(" AND id <> ")
    .int(post.id.get())
    .raw(" LIMIT 500")
    .list(conn)?;
    if orphans.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new("UPDATE posts SET in_reply_to = ")
        .int(post.id.get())
        .raw(", in_reply_to_account = ")
        .int(post.account.get())
        .raw(" WHERE id IN ")
        .ids(&orphans)
        .run(conn)?;
    // The first known post of their conversations was themselves.
    Sql::new("UPDATE posts SET conversation = ")
        .int(post.conversation.get())
        .raw(" WHERE conversation IN ")
        .ids(&orphans)
        .run(conn)?;
    crate::conversations::rethread(conn, &orphans, post.conversation)?;
    Ok(orphans.into_iter().map(PostId).collect())
}

/// Remembers what an idempotency key stands for.
///
/// # Errors
/// [`StoreError::Conflict`] if it stands for something.
pub fn remember_idempotency(
    conn: &mut Conn,
    account: AccountId,
    key: &str,
    post: PostId,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO idempotency_keys (account_id, idempotency_key, post_id, created_at) VALUES (")
        .int(account.get())
        .raw(",")
        .text(key)
        .raw(",")
        .int(post.get())
        .raw(",")
        .time(now)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Forgets the keys of a person that were used before `before`.
///
/// # Errors
/// Those of the query.
pub fn forget_idempotency(conn: &mut Conn, account: AccountId, before: Time) -> Result<(), StoreError> {
    Sql::new("DELETE FROM idempotency_keys WHERE account_id = ")
        .int(account.get())
        .raw(" AND created_at <= ")
        .time(before)
        .run(conn)?;
    Ok(())
}
