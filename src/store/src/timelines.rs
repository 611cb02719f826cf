//! Timelines: ids of posts, newest first, by keyset on the id.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    posts::{among, with_boosted},
    sql::Sql,
    visible::{POSTS, Viewer, Who, at_home, visible, visible_to, wanted},
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Nullable, Timestamp};
use entrenous_model::{AccountId, GroupId, List, Page, PostId, RepliesPolicy, Time};

/// A public post that no index but the partial ones of the public timelines serves: their condition, word for word.
pub(crate) const PUBLIC: &str = "p.visibility = 'public' AND p.boost_of IS NULL AND p.deleted_at IS NULL";

fn posts(conn: &mut Conn, sql: Sql, paging: &Page) -> Result<Vec<PostId>, StoreError> {
    let ids = sql.list(conn)?;
    Ok(newest_first(ids.into_iter().map(PostId).collect(), paging))
}

/// The home timeline: each post with the one it boosts.
///
/// # Errors
/// Those of the query.
pub fn home(
    conn: &mut Conn,
    owner: AccountId,
    paging: &Page,
    now: Time,
) -> Result<Vec<(PostId, Option<PostId>)>, StoreError> {
    let rows = with_boosted(home_sql(owner, paging, now), conn)?;
    Ok(newest_first(rows, paging))
}

/// When the next of the owner's mutes ends: until then no post comes back by itself.
///
/// # Errors
/// Those of the query.
pub fn next_unmuted(conn: &mut Conn, owner: AccountId, now: Time) -> Result<Option<Time>, StoreError> {
    Ok(Sql::new("SELECT MIN(expires_at) FROM mutes WHERE account_id = ")
        .int(owner.get())
        .raw(" AND expires_at > ")
        .time(now)
        .first::<Nullable<Timestamp>, Option<NaiveDateTime>>(conn)?
        .flatten()
        .map(from_db))
}

fn home_sql(owner: AccountId, paging: &Page, now: Time) -> Sql {
    let who = Who::Id(owner.get());
    let sql = Sql::new(
        "SELECT f.post_id, p.boost_of FROM feed f JOIN posts p ON p.id = f.post_id LEFT JOIN posts o ON o.id = p.boost_of WHERE f.owner_id = ",
    )
    .who(who)
    .raw(" AND ");
    let sql = at_home(visible_to(sql, who).raw(" AND "), who).raw(" AND ");
    page(wanted(sql, who, now), "f.post_id", paging)
}

/// The timeline of a list, boosts by its members included.
///
/// # Errors
/// Those of the query.
pub fn list(conn: &mut Conn, list: &List, paging: &Page, now: Time) -> Result<Vec<PostId>, StoreError> {
    posts(conn, list_sql(list, paging, now), paging)
}

fn list_sql(list: &List, paging: &Page, now: Time) -> Sql {
    let who = Who::Id(list.owner.get());
    let sql = Sql::new(
        "SELECT f.post_id FROM list_feed f JOIN posts p ON p.id = f.post_id LEFT JOIN posts o ON o.id = p.boost_of WHERE f.list_id = ",
    )
    .int(list.id.get())
    .raw(" AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    let sql = wanted(sql, who, now);
    let sql = match list.replies {
        RepliesPolicy::Followed => sql,
        other => sql
            .raw(" AND (p.in_reply_to_uri IS NULL OR p.in_reply_to_account = p.account_id OR p.in_reply_to_account = ")
            .who(who)
            .when(other == RepliesPolicy::List, |sql| {
                sql.raw(" OR EXISTS (SELECT 1 FROM list_members q WHERE q.account_id = p.in_reply_to_account AND q.list_id = ")
                    .int(list.id.get())
                    .raw(")")
            })
            .raw(")"),
    };
    page(sql, "f.post_id", paging)
}

/// Whose posts a public timeline shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Everyone's.
    All,
    /// This node's people's.
    Here,
    /// Peers' people's.
    Peers,
}

impl From {
    const fn condition(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Here => " AND p.peer_id IS NULL",
            Self::Peers => " AND p.peer_id IS NOT NULL",
        }
    }
}

/// Public posts.
///
/// # Errors
/// Those of the query.
pub fn network(
    conn: &mut Conn,
    viewer: AccountId,
    from: From,
    paging: &Page,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    posts(conn, network_sql(viewer, from, paging, now), paging)
}

/// Public posts with files.
///
/// # Errors
/// Those of the query.
pub fn network_media(
    conn: &mut Conn,
    viewer: AccountId,
    from: From,
    paging: &Page,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    let who = Who::Id(viewer.get());
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE ")
        .raw(PUBLIC)
        .raw(from.condition())
        .raw(WITH_FILES)
        .raw(" AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    posts(conn, page(wanted(sql, who, now), "p.id", paging), paging)
}

/// Which of `people` are shown a post by a public timeline: with a hashtag (given in lower case), or only with files.
///
/// # Errors
/// Those of the query.
pub fn readers_among(
    conn: &mut Conn,
    post: PostId,
    (from, tag, with_files): (From, Option<&str>, bool),
    people: &[i64],
    now: Time,
) -> Result<Vec<AccountId>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let who = Who::Column("v.id");
    let sql = among(post, people)
        .raw(PUBLIC)
        .raw(from.condition())
        .when(with_files, |sql| sql.raw(WITH_FILES))
        .maybe(tag, |sql, tag| {
            sql.raw(" AND EXISTS (SELECT 1 FROM post_tags t WHERE t.post_id = p.id AND t.tag = ")
                .text(tag)
                .raw(")")
        })
        .raw(" AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    let readers = wanted(sql, who, now).list(conn)?;
    Ok(readers.into_iter().map(AccountId).collect())
}

const WITH_FILES: &str = " AND EXISTS (SELECT 1 FROM attachments f WHERE f.post_id = p.id)";

/// What is left out of the posts of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Without {
    /// Replies to others.
    pub replies: bool,
    /// Boosts.
    pub boosts: bool,
    /// What has no files.
    pub text_alone: bool,
    /// What its author has not pinned.
    pub unpinned: bool,
}

fn network_sql(viewer: AccountId, from: From, paging: &Page, now: Time) -> Sql {
    let who = Who::Id(viewer.get());
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE ")
        .raw(PUBLIC)
        .raw(from.condition())
        .raw(" AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    page(wanted(sql, who, now), "p.id", paging)
}

/// Public posts with a hashtag, given in lower case.
///
/// # Errors
/// Those of the query.
pub fn tag(
    conn: &mut Conn,
    viewer: AccountId,
    tag: &str,
    from: From,
    paging: &Page,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    posts(conn, tag_sql(viewer, tag, from, paging, now), paging)
}

fn tag_sql(viewer: AccountId, tag: &str, from: From, paging: &Page, now: Time) -> Sql {
    let who = Who::Id(viewer.get());
    let sql = Sql::new("SELECT t.post_id FROM post_tags t JOIN posts p ON p.id = t.post_id LEFT JOIN posts o ON o.id = p.boost_of WHERE t.tag = ")
        .text(tag)
        .raw(" AND ")
        .raw(PUBLIC)
        .raw(from.condition())
        .raw(" AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    page(wanted(sql, who, now), "t.post_id", paging)
}

/// Posts of one account.
///
/// # Errors
/// Those of the query.
pub fn account(
    conn: &mut Conn,
    viewer: Viewer,
    account: AccountId,
    without: Without,
    paging: &Page,
) -> Result<Vec<PostId>, StoreError> {
    posts(conn, account_sql(viewer, account, without, paging), paging)
}

fn account_sql(viewer: Viewer, account: AccountId, without: Without, paging: &Page) -> Sql {
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.account_id = ")
        .int(account.get())
        .when(without.replies, |sql| {
            sql.raw(" AND (p.in_reply_to_uri IS NULL OR p.in_reply_to_account = p.account_id)")
        })
        .when(without.boosts, |sql| sql.raw(" AND p.boost_of IS NULL"))
        .when(without.text_alone, |sql| sql.raw(WITH_FILES))
        .when(without.unpinned, |sql| sql.raw(" AND p.pinned_at IS NOT NULL"))
        .raw(" AND ");
    page(visible(sql, viewer), "p.id", paging)
}

/// The posts of a group that the viewer, one of its members, may see and wants.
///
/// # Errors
/// Those of the query.
pub fn group(
    conn: &mut Conn,
    viewer: AccountId,
    group: GroupId,
    media: bool,
    paging: &Page,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    posts(conn, group_sql(viewer, group, media, paging, now), paging)
}

fn group_sql(viewer: AccountId, group: GroupId, media: bool, paging: &Page, now: Time) -> Sql {
    let who = Who::Id(viewer.get());
    let member = Sql::new(
        "SELECT t.post_id FROM group_posts t JOIN posts p ON p.id = t.post_id LEFT JOIN posts o ON o.id = p.boost_of \
         WHERE t.group_id = ",
    )
    .int(group.get())
    // Who is not in it has nothing there, not even what they wrote.
    .raw(" AND EXISTS (SELECT 1 FROM group_members n WHERE n.state = 'member' AND n.group_id = ")
    .int(group.get())
    .raw(" AND n.account_id = ")
    .who(who)
    .raw(")")
    .when(media, |sql| sql.raw(WITH_FILES))
    .raw(" AND ");
    let sql = visible_to(member, who).raw(" AND ");
    page(wanted(sql, who, now), "t.post_id", paging)
}

/// A table of a person's own marks on posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// Favourites.
    Favourites,
    /// Bookmarks.
    Bookmarks,
}

/// Posts that a person marked and may still see: (row, post).
///
/// # Errors
/// Those of the query.
pub fn marked(
    conn: &mut Conn,
    owner: AccountId,
    marks: Marks,
    paging: &Page,
) -> Result<Vec<(i64, PostId)>, StoreError> {
    let table = match marks {
        Marks::Favourites => "favourites",
        Marks::Bookmarks => "bookmarks",
    };
    let who = Who::Id(owner.get());
    let sql = Sql::default()
        .raw(format!(
            "SELECT k.id, p.id FROM {table} k JOIN posts p ON p.id = k.post_id LEFT JOIN posts o ON o.id = p.boost_of WHERE k.account_id = "
        ))
        .who(who)
        .raw(" AND ");
    let rows = page(visible_to(sql, who), "k.id", paging).load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(newest_first(
        rows.into_iter().map(|(row, post)| (row, PostId(post))).collect(),
        paging,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use diesel::sql_types::{BigInt, Text};
    use entrenous_model::ListId;

    /// Every timeline is read along an index, newest first, and sorts nothing.
    #[tokio::test]
    async fn plans() {
        let db = TestDatabase::sqlite();
        let store = db.open();
        let now = store.now();
        let page = Page {
            max_id: Some(1 << 50),
            ..Page::first(20)
        };
        let me = AccountId(1);
        let list = List {
            id: ListId(1),
            owner: me,
            title: String::new(),
            replies: RepliesPolicy::List,
            exclusive: false,
            created_at: now,
        };
        let queries = [
            ("home", home_sql(me, &page, now), "(owner_id=? AND post_id<?)"),
            ("list", list_sql(&list, &page, now), "(list_id=? AND post_id<?)"),
            (
                "known",
                network_sql(me, From::All, &page, now),
                "posts_known (id<?)",
            ),
            (
                "local",
                network_sql(me, From::Here, &page, now),
                "posts_local (id<?)",
            ),
            (
                "tag",
                tag_sql(me, "t", From::All, &page, now),
                "(tag=? AND post_id<?)",
            ),
            (
                "group",
                group_sql(me, GroupId(2), true, &page, now),
                "(group_id=? AND post_id<?)",
            ),
            (
                "account",
                account_sql(
                    Viewer::Person(me),
                    me,
                    Without {
                        replies: true,
                        boosts: true,
                        text_alone: true,
                        unpinned: false,
                    },
                    &page,
                ),
                "posts_account (account_id=? AND id<?)",
            ),
            (
                "pinned",
                account_sql(
                    Viewer::Person(me),
                    me,
                    Without {
                        unpinned: true,
                        ..Without::default()
                    },
                    &page,
                ),
                "posts_pinned (account_id=? AND id<?)",
            ),
        ];
        for (name, sql, expected) in queries {
            let plan = store
                .read(move |conn| {
                    sql.explained()
                        .load::<(BigInt, BigInt, BigInt, Text), (i64, i64, i64, String)>(conn)
                })
                .await
                .unwrap();
            let plan: Vec<String> = plan.into_iter().map(|(_, _, _, detail)| detail).collect();
            let first = plan.first().cloned().unwrap_or_default();
            assert!(
                first.starts_with("SEARCH") && first.contains(expected),
                "{name}: {plan:#?}"
            );
            assert!(
                !plan.iter().any(|step| step.contains("TEMP B-TREE")),
                "{name}: {plan:#?}"
            );
            assert!(
                !plan.iter().any(|step| step.starts_with("SCAN")),
                "{name}: {plan:#?}"
            );
        }
    }
}
