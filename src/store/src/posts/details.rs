//! Mentions, hashtags, flags and versions of posts.

use crate::{Conn, StoreError, from_db, sql::Sql};
use chrono::NaiveDateTime;
use diesel::{
    Queryable,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamp},
};
use entrenous_model::{AccountId, Choices, MediaId, PostId, Time};
use std::collections::{HashMap, HashSet};

/// A person mentioned in a post.
#[derive(Debug, Queryable)]
pub struct MentionRow {
    /// The post.
    pub post: i64,
    /// Whom.
    pub account: i64,
    /// Name.
    pub username: String,
    /// Origin, for people of peers.
    pub origin: Option<String>,
    /// Page for humans.
    pub url: String,
    /// ActivityPub id.
    pub uri: String,
}

/// The people mentioned in posts, without silent ones.
///
/// # Errors
/// Those of the query.
pub fn mentions_of(conn: &mut Conn, posts: &[i64]) -> Result<Vec<MentionRow>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new(
        "SELECT m.post_id, a.id, a.username, a.origin, a.url, a.uri FROM post_mentions m \
         JOIN accounts a ON a.id = m.account_id WHERE NOT m.silent AND m.post_id IN ",
    )
    .ids(posts)
    .raw(" ORDER BY m.post_id, a.id")
    .load::<(BigInt, BigInt, Text, Nullable<Text>, Text, Text), MentionRow>(conn)
}

/// Someone a post is addressed to by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressed {
    /// Whom.
    pub account: AccountId,
    /// Not mentioned in the text.
    pub silent: bool,
}

/// Everyone a post is addressed to by name.
///
/// # Errors
/// Those of the query.
pub fn addressed(conn: &mut Conn, post: PostId) -> Result<Vec<Addressed>, StoreError> {
    Ok(
        Sql::new("SELECT account_id, silent FROM post_mentions WHERE post_id = ")
            .int(post.get())
            .raw(" ORDER BY account_id")
            .load::<(BigInt, Bool), (i64, bool)>(conn)?
            .into_iter()
            .map(|(account, silent)| Addressed {
                account: AccountId(account),
                silent,
            })
            .collect(),
    )
}

/// The hashtags of posts: (post, tag).
///
/// # Errors
/// Those of the query.
pub fn tags_of(conn: &mut Conn, posts: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new("SELECT post_id, tag FROM post_tags WHERE post_id IN ")
        .ids(posts)
        .raw(" ORDER BY post_id, tag")
        .load::<(BigInt, Text), (i64, String)>(conn)
}

/// Sets the hashtags of a post.
///
/// # Errors
/// Those of the queries.
pub fn set_tags(conn: &mut Conn, post: PostId, tags: &[String]) -> Result<(), StoreError> {
    Sql::new("DELETE FROM post_tags WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    for tag in tags {
        Sql::new("INSERT INTO post_tags (tag, post_id) VALUES (")
            .text(tag.as_str())
            .raw(",")
            .int(post.get())
            .raw(") ON CONFLICT (tag, post_id) DO NOTHING")
            .run(conn)?;
    }
    Ok(())
}

/// What a person did with posts.
#[derive(Debug, Default)]
pub struct FlagSets {
    /// Favourited posts.
    pub favourited: HashSet<i64>,
    /// Boosted posts.
    pub boosted: HashSet<i64>,
    /// Bookmarked posts.
    pub bookmarked: HashSet<i64>,
    /// Muted conversations.
    pub muted: HashSet<i64>,
    /// What was chosen in polls.
    pub chosen: HashMap<i64, Choices>,
}

/// What each of `viewers` did with `posts`, which are of `conversations`; who did nothing is not in it. One query.
///
/// # Errors
/// Those of the query.
pub fn flags_of(
    conn: &mut Conn,
    viewers: &[i64],
    posts: &[i64],
    conversations: &[i64],
) -> Result<HashMap<AccountId, FlagSets>, StoreError> {
    let mut all: HashMap<AccountId, FlagSets> = HashMap::new();
    if viewers.is_empty() || posts.is_empty() {
        return Ok(all);
    }
    let rows = Sql::new("SELECT account_id, CAST(1 AS BIGINT), post_id FROM favourites WHERE account_id IN ")
        .ids(viewers)
        .raw(" AND post_id IN ")
        .ids(posts)
        .raw(
            " UNION ALL SELECT account_id, CAST(2 AS BIGINT), boost_of FROM posts \
             WHERE deleted_at IS NULL AND account_id IN ",
        )
        .ids(viewers)
        .raw(" AND boost_of IN ")
        .ids(posts)
        .raw(" UNION ALL SELECT account_id, CAST(3 AS BIGINT), post_id FROM bookmarks WHERE account_id IN ")
        .ids(viewers)
        .raw(" AND post_id IN ")
        .ids(posts)
        .raw(
            " UNION ALL SELECT account_id, CAST(4 AS BIGINT), conversation FROM conversation_mutes \
             WHERE account_id IN ",
        )
        .ids(viewers)
        .raw(" AND conversation IN ")
        .ids(conversations)
        .raw(" UNION ALL SELECT account_id, 5 + position, post_id FROM poll_votes WHERE account_id IN ")
        .ids(viewers)
        .raw(" AND post_id IN ")
        .ids(posts)
        .load::<(BigInt, BigInt, BigInt), (i64, i64, i64)>(conn)?;
    for (viewer, kind, id) in rows {
        let sets = all.entry(AccountId(viewer)).or_default();
        let _ = match kind {
            1 => sets.favourited.insert(id),
            2 => sets.boosted.insert(id),
            3 => sets.bookmarked.insert(id),
            4 => sets.muted.insert(id),
            _ => {
                let chosen = sets.chosen.entry(id).or_default();
                chosen.add(usize::try_from(kind - 5).unwrap_or(usize::MAX));
                true
            }
        };
    }
    Ok(all)
}

type SqlVersion = (Timestamp, Text, Text, Bool, Text, Nullable<Text>);

/// An earlier version of a post.
#[derive(Debug)]
pub struct VersionRow {
    /// When it was written.
    pub at: Time,
    /// Sanitised HTML.
    pub content: String,
    /// Content warning.
    pub spoiler: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// Its files, and their descriptions then.
    pub files: Vec<(MediaId, String)>,
    /// The options of its poll.
    pub poll: Option<Vec<String>>,
}

/// The earlier versions of a post, oldest first, at most 100.
///
/// # Errors
/// Those of the query.
pub fn versions(conn: &mut Conn, post: PostId) -> Result<Vec<VersionRow>, StoreError> {
    type Columns = (NaiveDateTime, String, String, bool, String, Option<String>);
    Sql::new(
        "SELECT edited_at, content, spoiler, sensitive, attachments, poll FROM post_edits WHERE post_id = ",
    )
    .int(post.get())
    .raw(" ORDER BY edited_at LIMIT 100")
    .load::<SqlVersion, Columns>(conn)?
    .into_iter()
    .map(|(at, content, spoiler, sensitive, files, poll)| {
        Ok(VersionRow {
            at: from_db(at),
            content,
            spoiler,
            sensitive,
            files: serde_json::from_str(&files).map_err(|error| StoreError::Corrupt(error.to_string()))?,
            poll: poll.and_then(|options| serde_json::from_str(&options).ok()),
        })
    })
    .collect()
}
