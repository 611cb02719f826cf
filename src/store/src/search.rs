//! Search by part of a text. Kept apart: full text replaces it.

use crate::{
    Conn, StoreError,
    sql::Sql,
    visible::{POSTS, Who, visible_to, wanted},
};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, PostId, Time};

/// A `LIKE` pattern that finds `text` anywhere, whatever `LIKE` would make of its characters. Lower case.
fn anywhere(text: &str) -> String {
    format!("%{}%", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// What is asked of [`accounts`].
pub struct AccountQuery<'a> {
    /// Part of a name.
    pub text: &'a str,
    /// Authority, if a whole handle was typed.
    pub authority: Option<&'a str>,
    /// Only people the viewer follows.
    pub following_only: bool,
    /// Results to leave out.
    pub offset: i64,
    /// How many.
    pub limit: i64,
}

/// People whose handle begins with, or whose name holds, a text: those the viewer follows first, then by last post.
/// Not those who are gone, nor those who block the viewer or are blocked.
///
/// # Errors
/// Those of the query.
pub fn accounts(
    conn: &mut Conn,
    viewer: AccountId,
    query: &AccountQuery<'_>,
) -> Result<Vec<AccountId>, StoreError> {
    let viewer = viewer.get();
    let sql = Sql::new(
        "SELECT a.id FROM accounts a LEFT JOIN peers r ON r.id = a.peer_id \
         LEFT JOIN follows w ON w.followee_id = a.id AND w.accepted AND w.follower_id = ",
    )
    .int(viewer)
    .raw(" WHERE a.disabled_at IS NULL AND (a.peer_id IS NULL OR r.state IN ('active', 'suspended'))")
    .raw(" AND (a.username_key LIKE ")
    .text(format!("{}%", escaped(query.text)))
    .raw(" ESCAPE '\\'");
    let sql = match query.authority {
        // A handle: the name is a prefix, the authority must be that of the origin or the beginning of it.
        Some(authority) => sql
            .raw(" AND (a.origin LIKE ")
            .text(format!("https://{}%", escaped(authority)))
            .raw(" ESCAPE '\\' OR a.origin LIKE ")
            .text(format!("http://{}%", escaped(authority)))
            .raw(" ESCAPE '\\')"),
        None => sql
            .raw(" OR LOWER(a.display_name) LIKE ")
            .text(anywhere(query.text))
            .raw(" ESCAPE '\\'"),
    };
    let ids = sql
        .raw(") AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.account_id = a.id AND b.target_id = ")
        .int(viewer)
        .raw(") OR (b.target_id = a.id AND b.account_id = ")
        .int(viewer)
        .raw("))")
        .when(query.following_only, |sql| sql.raw(" AND w.id IS NOT NULL"))
        .raw(" ORDER BY CASE WHEN w.id IS NULL THEN 1 ELSE 0 END, CASE WHEN a.username_key = ")
        .text(query.text.to_lowercase())
        .raw(" THEN 0 ELSE 1 END, CASE WHEN a.peer_id IS NULL THEN 0 ELSE 1 END, a.last_posted_at DESC, a.id")
        .raw(format!(" LIMIT {} OFFSET ", query.limit.clamp(1, 80)))
        .int(query.offset.clamp(0, 10_000))
        .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// What is asked of [`posts`].
pub struct PostQuery<'a> {
    /// Words that must all be there.
    pub words: &'a [String],
    /// Only posts of this person.
    pub account: Option<AccountId>,
    /// Only older posts.
    pub max_id: Option<PostId>,
    /// Results to leave out.
    pub offset: i64,
    /// How many.
    pub limit: i64,
}

/// Posts whose text or content warning holds all words, that the viewer may see and wants, newest first. Boosts are not
/// searched.
///
/// # Errors
/// Those of the query.
pub fn posts(
    conn: &mut Conn,
    viewer: AccountId,
    query: &PostQuery<'_>,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    if query.words.is_empty() {
        return Ok(Vec::new());
    }
    let who = Who::Id(viewer.get());
    let mut sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.boost_of IS NULL AND p.deleted_at IS NULL")
        .maybe(query.account, |sql, id| {
            sql.raw(" AND p.account_id = ").int(id.get())
        })
        .maybe(query.max_id, |sql, id| sql.raw(" AND p.id < ").int(id.get()));
    for word in query.words {
        // The typed text of local posts; the HTML of others, in which a word may also be found in a link.
        sql = sql
            .raw(" AND LOWER(p.spoiler || ' ' || CASE WHEN p.source <> '' THEN p.source ELSE p.content END) LIKE ")
            .text(anywhere(word))
            .raw(" ESCAPE '\\'");
    }
    let sql = visible_to(sql.raw(" AND "), who).raw(" AND ");
    let ids = wanted(sql, who, now)
        .raw(format!(
            " ORDER BY p.id DESC LIMIT {} OFFSET ",
            query.limit.clamp(1, 80)
        ))
        .int(query.offset.clamp(0, 10_000))
        .list(conn)?;
    Ok(ids.into_iter().map(PostId).collect())
}

/// Hashtags of public posts that begin with `text` (lower case): (tag, posts), most used first.
///
/// # Errors
/// Those of the query.
pub fn tags(conn: &mut Conn, text: &str, offset: i64, limit: i64) -> Result<Vec<(String, i64)>, StoreError> {
    Sql::new(
        "SELECT t.tag, COUNT(*) FROM post_tags t JOIN posts p ON p.id = t.post_id \
         WHERE p.visibility = 'public' AND p.deleted_at IS NULL AND t.tag LIKE ",
    )
    .text(format!("{}%", escaped(text)))
    .raw(" ESCAPE '\\' GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag")
    .raw(format!(" LIMIT {} OFFSET ", limit.clamp(1, 80)))
    .int(offset.clamp(0, 10_000))
    .load::<(Text, BigInt), (String, i64)>(conn)
}
