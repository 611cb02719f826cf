//! Polls: options, votes, and what is to be done about them at which time.

use crate::{Conn, StoreError, from_db, sql::Sql};
use chrono::NaiveDateTime;
use diesel::{
    Queryable,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamp},
};
use entrenous_model::{AccountId, Choices, Poll, PollOption, PostId, Time};
use std::collections::HashMap;

type SqlRow = (
    BigInt,
    Bool,
    Bool,
    Nullable<Timestamp>,
    Nullable<Timestamp>,
    Nullable<BigInt>,
    Text,
    BigInt,
);

/// An option with its poll.
#[derive(Queryable)]
struct Row {
    post: i64,
    multiple: bool,
    hide_totals: bool,
    expires_at: Option<NaiveDateTime>,
    closed_at: Option<NaiveDateTime>,
    voters_count: Option<i64>,
    title: String,
    votes: i64,
}

/// The polls of posts. One query.
///
/// # Errors
/// Those of the query.
pub fn many(conn: &mut Conn, posts: &[i64]) -> Result<HashMap<i64, Poll>, StoreError> {
    let mut polls = HashMap::new();
    if posts.is_empty() {
        return Ok(polls);
    }
    let rows = Sql::new(
        "SELECT q.post_id, q.multiple, q.hide_totals, q.expires_at, q.closed_at, q.voters_count, o.title, o.votes \
         FROM polls q JOIN poll_options o ON o.post_id = q.post_id WHERE q.post_id IN ",
    )
    .ids(posts)
    .raw(" ORDER BY q.post_id, o.position")
    .load::<SqlRow, Row>(conn)?;
    for row in rows {
        let poll = polls.entry(row.post).or_insert_with(|| Poll {
            multiple: row.multiple,
            hide_totals: row.hide_totals,
            expires_at: row.expires_at.map(from_db),
            closed_at: row.closed_at.map(from_db),
            voters_count: row.voters_count,
            options: Vec::new(),
        });
        poll.options.push(PollOption {
            title: row.title,
            votes: row.votes,
        });
    }
    Ok(polls)
}

/// The poll of a post.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, post: PostId) -> Result<Option<Poll>, StoreError> {
    Ok(many(conn, &[post.get()])?.remove(&post.get()))
}

/// The poll of a post, kept from everyone else who would change it until the transaction ends.
///
/// # Errors
/// Those of the queries.
pub fn locked(conn: &mut Conn, post: PostId) -> Result<Option<Poll>, StoreError> {
    // SQLite has one writer; on PostgreSQL the change that changes nothing holds the row.
    let held = Sql::new("UPDATE polls SET multiple = multiple WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    if held == 0 { Ok(None) } else { get(conn, post) }
}

/// Inserts a poll, or replaces one: its settings, its options and their counts. Votes stay (see [`forget_votes`]).
///
/// # Errors
/// Those of the queries.
pub fn put(conn: &mut Conn, post: PostId, poll: &Poll) -> Result<(), StoreError> {
    Sql::new(
        "INSERT INTO polls (post_id, multiple, hide_totals, expires_at, closed_at, voters_count) VALUES (",
    )
    .int(post.get())
    .raw(",")
    .flag(poll.multiple)
    .raw(",")
    .flag(poll.hide_totals)
    .raw(",")
    .opt_time(poll.expires_at)
    .raw(",")
    .opt_time(poll.closed_at)
    .raw(",")
    .opt_int(poll.voters_count)
    .raw(
        ") ON CONFLICT (post_id) DO UPDATE SET multiple = excluded.multiple, hide_totals = excluded.hide_totals, \
         expires_at = excluded.expires_at, closed_at = excluded.closed_at, voters_count = excluded.voters_count",
    )
    .run(conn)?;
    Sql::new("DELETE FROM poll_options WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    for (position, option) in (0_i64..).zip(&poll.options) {
        Sql::new("INSERT INTO poll_options (post_id, position, title, votes) VALUES (")
            .int(post.get())
            .raw(",")
            .int(position)
            .raw(",")
            .text(option.title.as_str())
            .raw(",")
            .int(option.votes)
            .raw(")")
            .run(conn)?;
    }
    Ok(())
}

/// Removes polls with everything that hangs on them.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, posts: &[i64]) -> Result<(), StoreError> {
    Sql::new("DELETE FROM polls WHERE post_id IN ")
        .ids(posts)
        .run(conn)?;
    Ok(())
}

/// What a person chose in a poll.
///
/// # Errors
/// Those of the query.
pub fn chosen(conn: &mut Conn, post: PostId, account: AccountId) -> Result<Choices, StoreError> {
    let mut choices = Choices::default();
    let rows = Sql::new("SELECT position FROM poll_votes WHERE post_id = ")
        .int(post.get())
        .raw(" AND account_id = ")
        .int(account.get())
        .list(conn)?;
    for position in rows.into_iter().filter_map(|at| usize::try_from(at).ok()) {
        choices.add(position);
    }
    Ok(choices)
}

/// A vote to be written down.
#[derive(Debug)]
pub struct Vote<'a> {
    /// The poll.
    pub post: PostId,
    /// Who votes.
    pub account: AccountId,
    /// For which option.
    pub position: i64,
    /// ActivityPub id of the vote.
    pub uri: &'a str,
    /// When.
    pub at: Time,
}

/// Writes a vote down and counts it; `first` if the voter has no other one in this poll. `false` if it was there.
///
/// # Errors
/// Those of the queries.
pub fn vote(conn: &mut Conn, vote: &Vote<'_>, first: bool) -> Result<bool, StoreError> {
    let new = Sql::new("INSERT INTO poll_votes (post_id, account_id, position, uri, created_at) VALUES (")
        .int(vote.post.get())
        .raw(",")
        .int(vote.account.get())
        .raw(",")
        .int(vote.position)
        .raw(",")
        .text(vote.uri)
        .raw(",")
        .time(vote.at)
        .raw(") ON CONFLICT (post_id, account_id, position) DO NOTHING")
        .run(conn)?;
    if new == 0 {
        return Ok(false);
    }
    Sql::new("UPDATE poll_options SET votes = votes + 1 WHERE post_id = ")
        .int(vote.post.get())
        .raw(" AND position = ")
        .int(vote.position)
        .run(conn)?;
    if first {
        Sql::new("UPDATE polls SET voters_count = voters_count + 1 WHERE post_id = ")
            .int(vote.post.get())
            .run(conn)?;
    }
    Ok(true)
}

/// Takes a vote away, and out of the counts.
///
/// # Errors
/// Those of the queries.
pub fn unvote(conn: &mut Conn, post: PostId, account: AccountId, position: i64) -> Result<(), StoreError> {
    let gone = Sql::new("DELETE FROM poll_votes WHERE post_id = ")
        .int(post.get())
        .raw(" AND account_id = ")
        .int(account.get())
        .raw(" AND position = ")
        .int(position)
        .run(conn)?;
    if gone == 0 {
        return Ok(());
    }
    Sql::new("UPDATE poll_options SET votes = votes - 1 WHERE votes > 0 AND post_id = ")
        .int(post.get())
        .raw(" AND position = ")
        .int(position)
        .run(conn)?;
    if chosen(conn, post, account)?.is_empty() {
        Sql::new("UPDATE polls SET voters_count = voters_count - 1 WHERE voters_count > 0 AND post_id = ")
            .int(post.get())
            .run(conn)?;
    }
    Ok(())
}

/// Removes all votes of a poll, whose counts the caller sets.
///
/// # Errors
/// Those of the query.
pub fn forget_votes(conn: &mut Conn, post: PostId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM poll_votes WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// One person of each peer whose people voted.
///
/// # Errors
/// Those of the query.
pub fn voters_elsewhere(conn: &mut Conn, post: PostId) -> Result<Vec<AccountId>, StoreError> {
    let people = Sql::new(
        "SELECT MIN(a.id) FROM poll_votes v JOIN accounts a ON a.id = v.account_id \
         WHERE a.peer_id IS NOT NULL AND v.post_id = ",
    )
    .int(post.get())
    .raw(" GROUP BY a.peer_id")
    .list(conn)?;
    Ok(people.into_iter().map(AccountId).collect())
}

/// Local people who voted, in the order of their ids, after `after`.
///
/// # Errors
/// Those of the query.
pub fn voters_here(conn: &mut Conn, post: PostId, after: i64, most: i64) -> Result<Vec<i64>, StoreError> {
    Sql::new(
        "SELECT DISTINCT v.account_id FROM poll_votes v JOIN accounts a ON a.id = v.account_id \
         WHERE a.peer_id IS NULL AND v.post_id = ",
    )
    .int(post.get())
    .raw(" AND v.account_id > ")
    .int(after)
    .raw(format!(" ORDER BY v.account_id LIMIT {most}"))
    .list(conn)
}

/// A poll that is over, and has not been seen so.
///
/// # Errors
/// Those of the query.
pub fn next_ended(conn: &mut Conn, now: Time) -> Result<Option<PostId>, StoreError> {
    Ok(
        Sql::new("SELECT post_id FROM polls WHERE closed_at IS NULL AND expires_at <= ")
            .time(now)
            .raw(" ORDER BY expires_at LIMIT 1")
            .one(conn)?
            .map(PostId),
    )
}

/// The poll is seen to be over. `false` if it was before.
///
/// # Errors
/// Those of the query.
pub fn close(conn: &mut Conn, post: PostId, at: Time) -> Result<bool, StoreError> {
    let closed = Sql::new("UPDATE polls SET closed_at = ")
        .time(at)
        .raw(" WHERE closed_at IS NULL AND post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(closed > 0)
}

/// Remembers that voters after `after` are to be told of the end; `None` when all have been.
///
/// # Errors
/// Those of the query.
pub fn tell_after(conn: &mut Conn, post: PostId, after: Option<i64>) -> Result<(), StoreError> {
    Sql::new("UPDATE polls SET told_after = ")
        .opt_int(after)
        .raw(" WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// A poll whose voters are being told that it ended, and whom of them last.
///
/// # Errors
/// Those of the query.
pub fn next_told(conn: &mut Conn) -> Result<Option<(PostId, i64)>, StoreError> {
    Ok(Sql::new(
        "SELECT post_id, told_after FROM polls WHERE told_after IS NOT NULL ORDER BY post_id LIMIT 1",
    )
    .first::<(BigInt, BigInt), (i64, i64)>(conn)?
    .map(|(post, after)| (PostId(post), after)))
}

/// Peers are to be sent the counts at `now`, or `pause` after they were last sent. What is planned for earlier stays.
///
/// # Errors
/// Those of the queries.
pub fn plan_update(
    conn: &mut Conn,
    post: PostId,
    now: Time,
    pause: chrono::TimeDelta,
) -> Result<(), StoreError> {
    let last = Sql::new("SELECT updated_at FROM polls WHERE post_id = ")
        .int(post.get())
        .first::<Nullable<Timestamp>, Option<NaiveDateTime>>(conn)?
        .flatten();
    let at = last.map_or(now, |last| now.max(from_db(last) + pause));
    Sql::new("UPDATE polls SET update_at = ")
        .time(at)
        .raw(" WHERE (update_at IS NULL OR update_at > ")
        .time(at)
        .raw(") AND post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// A poll whose counts peers are to be sent.
///
/// # Errors
/// Those of the query.
pub fn next_update(conn: &mut Conn, now: Time) -> Result<Option<PostId>, StoreError> {
    Ok(Sql::new("SELECT post_id FROM polls WHERE update_at <= ")
        .time(now)
        .raw(" ORDER BY update_at LIMIT 1")
        .one(conn)?
        .map(PostId))
}

/// The counts are on their way to peers.
///
/// # Errors
/// Those of the query.
pub fn updated(conn: &mut Conn, post: PostId, now: Time) -> Result<(), StoreError> {
    Sql::new("UPDATE polls SET update_at = NULL, updated_at = ")
        .time(now)
        .raw(" WHERE post_id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}

/// When something is to be done next: the first end or the first sending that is planned.
///
/// # Errors
/// Those of the query.
pub fn next_at(conn: &mut Conn) -> Result<Option<Time>, StoreError> {
    let times = Sql::new(
        "SELECT MIN(expires_at) FROM polls WHERE closed_at IS NULL AND expires_at IS NOT NULL \
         UNION ALL SELECT MIN(update_at) FROM polls WHERE update_at IS NOT NULL",
    )
    .load::<Nullable<Timestamp>, Option<NaiveDateTime>>(conn)?;
    Ok(times.into_iter().flatten().min().map(from_db))
}
