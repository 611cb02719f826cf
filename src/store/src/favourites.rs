//! Favourites, bookmarks, and muted conversations.

use crate::{
    Conn, StoreError,
    page::{newest_first, page},
    sql::Sql,
    visible::{POSTS, Viewer, Who, person_wanted, visible},
};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, Page, PostId, Time};

/// A favourite: (row, ActivityPub id).
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, account: AccountId, post: PostId) -> Result<Option<(i64, String)>, StoreError> {
    Sql::new("SELECT id, uri FROM favourites WHERE account_id = ")
        .int(account.get())
        .raw(" AND post_id = ")
        .int(post.get())
        .first::<(BigInt, Text), (i64, String)>(conn)
}

/// Whether a favourite has this ActivityPub id.
///
/// # Errors
/// Those of the query.
pub fn uri_is_taken(conn: &mut Conn, uri: &str) -> Result<bool, StoreError> {
    Sql::new("SELECT id FROM favourites WHERE uri = ")
        .text(uri)
        .any(conn)
}

/// Inserts a favourite.
///
/// # Errors
/// [`StoreError::Conflict`] on the pair or on `uri`.
pub fn insert(
    conn: &mut Conn,
    id: i64,
    account: AccountId,
    post: PostId,
    uri: &str,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO favourites (id, account_id, post_id, uri, created_at) VALUES (")
        .int(id)
        .raw(",")
        .int(account.get())
        .raw(",")
        .int(post.get())
        .raw(",")
        .text(uri)
        .raw(",")
        .time(now)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Removes a favourite.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    Sql::new("DELETE FROM favourites WHERE id = ").int(id).run(conn)?;
    Ok(())
}

/// Who favourited a post: (row, who), newest first; nobody whom `viewer` blocks, mutes or hides with their node, or who
/// blocks `viewer`.
///
/// # Errors
/// Those of the query.
pub fn by(
    conn: &mut Conn,
    viewer: AccountId,
    post: PostId,
    paging: &Page,
    now: Time,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let sql = Sql::new(
        "SELECT f.id, f.account_id FROM favourites f JOIN accounts a ON a.id = f.account_id WHERE f.post_id = ",
    )
    .int(post.get())
    .raw(" AND ");
    people(
        conn,
        person_wanted(sql, Who::Id(viewer.get()), now),
        "f.id",
        paging,
    )
}

/// Who boosted a post so that `viewer` may see it: (row, who), newest first; without the same people as [`by`].
///
/// # Errors
/// Those of the query.
pub fn boosted_by(
    conn: &mut Conn,
    viewer: AccountId,
    post: PostId,
    paging: &Page,
    now: Time,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let sql = Sql::new("SELECT p.id, p.account_id FROM ")
        .raw(POSTS)
        .raw(" JOIN accounts a ON a.id = p.account_id WHERE p.boost_of = ")
        .int(post.get())
        .raw(" AND ");
    let sql = visible(sql, Viewer::Person(viewer)).raw(" AND ");
    people(
        conn,
        person_wanted(sql, Who::Id(viewer.get()), now),
        "p.id",
        paging,
    )
}

fn people(
    conn: &mut Conn,
    sql: Sql,
    column: &'static str,
    paging: &Page,
) -> Result<Vec<(i64, AccountId)>, StoreError> {
    let rows = page(sql, column, paging).load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(newest_first(
        rows.into_iter().map(|(row, id)| (row, AccountId(id))).collect(),
        paging,
    ))
}

/// Sets or takes away a bookmark. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn bookmark(
    conn: &mut Conn,
    id: i64,
    account: AccountId,
    post: PostId,
    on: bool,
    now: Time,
) -> Result<(), StoreError> {
    if on {
        Sql::new("INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES (")
            .int(id)
            .raw(",")
            .int(account.get())
            .raw(",")
            .int(post.get())
            .raw(",")
            .time(now)
            .raw(") ON CONFLICT (account_id, post_id) DO NOTHING")
    } else {
        Sql::new("DELETE FROM bookmarks WHERE account_id = ")
            .int(account.get())
            .raw(" AND post_id = ")
            .int(post.get())
    }
    .run(conn)?;
    Ok(())
}

/// Mutes or unmutes a conversation. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn mute_conversation(
    conn: &mut Conn,
    account: AccountId,
    conversation: PostId,
    on: bool,
) -> Result<(), StoreError> {
    if on {
        Sql::new("INSERT INTO conversation_mutes (account_id, conversation) VALUES (")
            .int(account.get())
            .raw(",")
            .int(conversation.get())
            .raw(") ON CONFLICT (account_id, conversation) DO NOTHING")
    } else {
        Sql::new("DELETE FROM conversation_mutes WHERE account_id = ")
            .int(account.get())
            .raw(" AND conversation = ")
            .int(conversation.get())
    }
    .run(conn)?;
    Ok(())
}
