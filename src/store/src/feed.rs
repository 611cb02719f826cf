//! Home timelines: one row per owner and post, written with the post, filtered for mutes when read. The timelines of
//! lists are some of these rows, written with them.

use crate::{
    Conn, StoreError, list_feed,
    posts::among,
    sql::Sql,
    visible::{POSTS, Who, at_home, visible_to, wanted},
};
use diesel::sql_types::BigInt;
use entrenous_model::{AccountId, PostId, Time};

/// Which followers get a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All.
    Followers,
    /// A reply to someone else: those who follow that person too, or are that person. `None` if the answered post
    /// is not known here: nobody.
    Reply(Option<AccountId>),
    /// A boost of someone's post: those who want boosts of the booster and whom that person does not block.
    Boost(AccountId),
}

/// Some of an author's followers, in the order in which they followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Those whose follow has an id above this.
    pub after: i64,
    /// And none above this, if there are more behind it ([`end_of`]). Bounds, not a number of rows: PostgreSQL thinks that an
    /// author has thirty followers, and would read and sort all ten thousand of one who has, for each stretch.
    pub until: Option<i64>,
}

/// Puts a post into the home timelines of its author's local followers, or of a stretch of them; whose it came into.
/// For a direct post, only of those addressed. People who block the author, or whom the author blocks, do not get it.
/// Mutes are applied when the timeline is read, so that unmuting brings back what was missed.
///
/// # Errors
/// Those of the query.
pub fn spread(
    conn: &mut Conn,
    post: PostId,
    author: AccountId,
    reach: Reach,
    direct: bool,
    stretch: Option<Stretch>,
) -> Result<Vec<AccountId>, StoreError> {
    let sql =
        Sql::new("INSERT INTO feed (owner_id, post_id, author_id) SELECT w.follower_id, ").int(post.get());
    let sql = sql
        .raw(", w.followee_id FROM follows w JOIN accounts x ON x.id = w.follower_id WHERE w.followee_id = ")
        .int(author.get())
        .maybe(stretch, |sql, Stretch { after, until }| {
            sql.raw(" AND w.id > ")
                .int(after)
                .maybe(until, |sql, until| sql.raw(" AND w.id <= ").int(until))
        })
        .raw(
        " AND w.accepted AND x.peer_id IS NULL AND x.disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM blocks b \
         WHERE (b.account_id = w.follower_id AND b.target_id = w.followee_id) \
         OR (b.account_id = w.followee_id AND b.target_id = w.follower_id))",
    );
    let sql = match reach {
        Reach::Followers => sql,
        Reach::Reply(None) => return Ok(Vec::new()),
        Reach::Reply(Some(to)) if to == author => sql,
        Reach::Reply(Some(to)) => sql
            .raw(" AND (w.follower_id = ")
            .int(to.get())
            .raw(" OR EXISTS (SELECT 1 FROM follows t WHERE t.follower_id = w.follower_id AND t.accepted AND t.followee_id = ")
            .int(to.get())
            .raw("))"),
        Reach::Boost(of) => sql
            .raw(" AND w.show_boosts AND NOT EXISTS (SELECT 1 FROM blocks d WHERE d.account_id = ")
            .int(of.get())
            .raw(" AND d.target_id = w.follower_id)"),
    };
    let owners = sql
        .when(direct, |sql| {
            sql.raw(
                " AND EXISTS (SELECT 1 FROM post_mentions m WHERE m.account_id = w.follower_id AND m.post_id = ",
            )
            .int(post.get())
            .raw(")")
        })
        .raw(" ON CONFLICT DO NOTHING RETURNING owner_id")
        .list(conn)?;
    list_feed::spread(conn, post, author, &owners)?;
    Ok(owners.into_iter().map(AccountId).collect())
}

/// The id of the last follow of a stretch of `most` followers, at least 1, behind `after`, if it is full: there may be more
/// behind it.
///
/// # Errors
/// Those of the query.
pub fn end_of(conn: &mut Conn, author: AccountId, after: i64, most: i64) -> Result<Option<i64>, StoreError> {
    Sql::new("SELECT id FROM follows WHERE followee_id = ")
        .int(author.get())
        .raw(" AND accepted AND id > ")
        .int(after)
        .raw(format!(" ORDER BY id LIMIT 1 OFFSET {}", most.max(1) - 1))
        .one(conn)
}

/// Remembers that a post is to be put into home timelines later, or how far that has got: the id of the last follow.
///
/// # Errors
/// Those of the query.
pub fn spread_later(conn: &mut Conn, post: PostId, after: i64) -> Result<(), StoreError> {
    Sql::new("INSERT INTO spreads (post_id, after_id) VALUES (")
        .int(post.get())
        .raw(",")
        .int(after)
        .raw(") ON CONFLICT (post_id) DO UPDATE SET after_id = excluded.after_id")
        .run(conn)?;
    Ok(())
}

/// The oldest post that is still to be put into home timelines, and the id of the last follow reached.
///
/// # Errors
/// Those of the query.
pub fn next_spread(conn: &mut Conn) -> Result<Option<(PostId, i64)>, StoreError> {
    Ok(
        Sql::new("SELECT post_id, after_id FROM spreads ORDER BY post_id LIMIT 1")
            .first::<(BigInt, BigInt), (i64, i64)>(conn)?
            .map(|(post, after)| (PostId(post), after)),
    )
}

/// Forgets that a post was to be put into home timelines: it was.
///
/// # Errors
/// Those of the query.
pub fn spread_done(conn: &mut Conn, post: PostId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM spreads WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// Puts a post into one home timeline.
///
/// # Errors
/// Those of the query.
pub fn add(conn: &mut Conn, owner: AccountId, post: PostId, author: AccountId) -> Result<(), StoreError> {
    Sql::new("INSERT INTO feed (owner_id, post_id, author_id) VALUES (")
        .int(owner.get())
        .raw(",")
        .int(post.get())
        .raw(",")
        .int(author.get())
        .raw(") ON CONFLICT DO NOTHING")
        .run(conn)?;
    list_feed::spread(conn, post, author, &[owner.get()])
}

/// Puts the last `most` posts and boosts of `author` that `owner` may see into the owner's home timeline.
///
/// # Errors
/// Those of the query.
pub fn fill(
    conn: &mut Conn,
    owner: AccountId,
    author: AccountId,
    boosts: bool,
    now: Time,
    most: i64,
) -> Result<usize, StoreError> {
    let who = Who::Id(owner.get());
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.account_id = ")
        .int(author.get())
        .raw(" AND (p.in_reply_to_uri IS NULL OR p.in_reply_to_account = p.account_id OR p.in_reply_to_account = ")
        .who(who)
        .raw(" OR EXISTS (SELECT 1 FROM follows t WHERE t.accepted AND t.followee_id = p.in_reply_to_account AND t.follower_id = ")
        .who(who)
        .raw("))")
        .when(!boosts, |sql| sql.raw(" AND p.boost_of IS NULL"))
        .raw(" AND p.visibility <> 'group' AND (p.visibility <> 'direct' OR EXISTS (SELECT 1 FROM post_mentions d WHERE d.post_id = p.id AND d.account_id = ")
        .who(who)
        .raw(")) AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    let ids = wanted(sql, who, now)
        .raw(format!(" ORDER BY p.id DESC LIMIT {}", most.clamp(0, 200)))
        .list(conn)?;
    for id in &ids {
        add(conn, owner, PostId(*id), author)?;
    }
    Ok(ids.len())
}

/// Takes what `author` wrote or boosted out of the owner's home timeline.
///
/// # Errors
/// Those of the query.
pub fn drain(conn: &mut Conn, owner: AccountId, author: AccountId) -> Result<usize, StoreError> {
    Sql::new("DELETE FROM feed WHERE owner_id = ")
        .int(owner.get())
        .raw(" AND author_id = ")
        .int(author.get())
        .run(conn)
}

/// Takes others' boosts of what `author` wrote out of the owner's home timeline.
///
/// # Errors
/// Those of the query.
pub fn drain_boosts_of(conn: &mut Conn, owner: AccountId, author: AccountId) -> Result<usize, StoreError> {
    Sql::new("DELETE FROM feed WHERE owner_id = ")
        .int(owner.get())
        .raw(" AND post_id IN (SELECT p.id FROM feed f JOIN posts p ON p.id = f.post_id JOIN posts o ON o.id = p.boost_of WHERE f.owner_id = ")
        .int(owner.get())
        .raw(" AND o.account_id = ")
        .int(author.get())
        .raw(")")
        .run(conn)
}

/// Takes the booster's boosts out of the owner's home timeline.
///
/// # Errors
/// Those of the query.
pub fn drain_boosts_by(conn: &mut Conn, owner: AccountId, booster: AccountId) -> Result<usize, StoreError> {
    Sql::new("DELETE FROM feed WHERE owner_id = ")
        .int(owner.get())
        .raw(" AND author_id = ")
        .int(booster.get())
        .raw(" AND post_id IN (SELECT id FROM posts WHERE boost_of IS NOT NULL AND account_id = ")
        .int(booster.get())
        .raw(")")
        .run(conn)
}

/// Which of `owners` have the post in their home timeline and want to see it.
///
/// # Errors
/// Those of the query.
pub fn owners(
    conn: &mut Conn,
    post: PostId,
    owners: &[i64],
    now: Time,
) -> Result<Vec<AccountId>, StoreError> {
    let mut found = Vec::new();
    for some in owners.chunks(512) {
        let who = Who::Column("v.id");
        // One row of each, whatever PostgreSQL thinks of how many timelines a post is in: it would read them all.
        let sql = among(post, some).raw(
            "(SELECT f.owner_id FROM feed f WHERE f.owner_id = v.id AND f.post_id = p.id) IS NOT NULL AND ",
        );
        let sql = at_home(visible_to(sql, who).raw(" AND "), who).raw(" AND ");
        found.extend(wanted(sql, who, now).list(conn)?.into_iter().map(AccountId));
    }
    Ok(found)
}
