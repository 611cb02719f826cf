//! What ends when a person leaves.

use crate::schema::{accounts, feed, filters, follows, list_members, notifications, polls, posts};
use crate::sql::Sql;
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::{AccountId, Time};

/// Ends every follow and request of a person in both directions, with the counters and home timelines of the others.
/// Answers who was on the other side of an accepted or asked follow.
///
/// # Errors
/// The database's.
pub fn end_follows(conn: &mut Conn, id: AccountId) -> Result<Vec<AccountId>, StoreError> {
    let rows = follows::table
        .filter(
            follows::follower_id
                .eq(id.get())
                .or(follows::followee_id.eq(id.get())),
        )
        .select((follows::follower_id, follows::followee_id, follows::accepted))
        .load::<(i64, i64, bool)>(conn)?;
    let mut others = Vec::new();
    for (follower, followee, accepted) in rows {
        let (follower, followee) = (AccountId(follower), AccountId(followee));
        if accepted {
            super::count_follow(conn, follower, followee, -1)?;
        }
        others.push(if follower == id { followee } else { follower });
    }
    others.sort();
    others.dedup();
    diesel::delete(follows::table)
        .filter(
            follows::follower_id
                .eq(id.get())
                .or(follows::followee_id.eq(id.get())),
        )
        .execute(conn)?;
    diesel::delete(list_members::table)
        .filter(
            list_members::owner_id
                .eq(id.get())
                .or(list_members::account_id.eq(id.get())),
        )
        .execute(conn)?;
    diesel::delete(feed::table)
        .filter(feed::owner_id.eq(id.get()).or(feed::author_id.eq(id.get())))
        .execute(conn)?;
    diesel::delete(filters::table)
        .filter(filters::account_id.eq(id.get()))
        .execute(conn)?;
    diesel::delete(notifications::table)
        .filter(notifications::from_id.eq(id.get()))
        .execute(conn)?;
    Ok(others)
}

/// What hangs on posts that are not there any more, their earlier versions first.
const HANGING: [&str; 7] = [
    "post_edits",
    "reactions",
    "favourites",
    "bookmarks",
    "notifications",
    "post_mentions",
    "post_tags",
];

/// What posts of others count of these: the counter, what names the other post, and when it counts.
const COUNTED: [(&str, &str, &str); 3] = [
    ("boosts_count", "boost_of", ""),
    ("replies_count", "in_reply_to", ""),
    ("quotes_count", "quoted_id", " AND m.quote_state = 'accepted'"),
];

/// Makes tombstones of all posts and boosts of a person, and of boosts of them; their text goes, with earlier versions of it
/// and all that hangs on them, and others count them no more.
///
/// # Errors
/// The database's.
pub fn hide_posts(conn: &mut Conn, id: AccountId, now: Time) -> Result<(), StoreError> {
    let now = Some(to_db(now));
    let mine: Vec<i64> = posts::table
        .filter(posts::account_id.eq(id.get()))
        .filter(posts::deleted_at.is_null())
        .select(posts::id)
        .load(conn)?;
    // In pieces: SQLite binds 32,766 values at most.
    for piece in mine.chunks(5_000) {
        diesel::update(posts::table)
            .filter(posts::boost_of.eq_any(piece.to_vec()))
            .filter(posts::deleted_at.is_null())
            .set(posts::deleted_at.eq(now))
            .execute(conn)?;
        diesel::delete(feed::table)
            .filter(feed::post_id.eq_any(piece.to_vec()))
            .execute(conn)?;
        diesel::delete(polls::table)
            .filter(polls::post_id.eq_any(piece.to_vec()))
            .execute(conn)?;
        crate::conversations::forget_posts(conn, piece)?;
    }
    for table in HANGING {
        Sql::default()
            .raw(format!(
                "DELETE FROM {table} WHERE post_id IN \
                 (SELECT m.id FROM posts m WHERE m.deleted_at IS NULL AND m.account_id = "
            ))
            .int(id.get())
            .raw(")")
            .run(conn)?;
    }
    for (counter, names, when) in COUNTED {
        Sql::default()
            .raw(format!(
                "UPDATE posts SET {counter} = CASE WHEN posts.{counter} > s.n THEN posts.{counter} - s.n ELSE 0 END \
                 FROM (SELECT m.{names} AS target, COUNT(*) AS n FROM posts m WHERE m.{names} IS NOT NULL{when} \
                 AND m.deleted_at IS NULL AND m.account_id = "
            ))
            .int(id.get())
            .raw(format!(" GROUP BY m.{names}) AS s WHERE posts.id = s.target"))
            .run(conn)?;
    }
    diesel::update(posts::table)
        .filter(posts::account_id.eq(id.get()))
        .filter(posts::deleted_at.is_null())
        .set((
            posts::deleted_at.eq(now),
            posts::content.eq(""),
            posts::source.eq(""),
            posts::spoiler.eq(""),
            posts::quoted_id.eq(None::<i64>),
            posts::quoted_uri.eq(None::<String>),
            posts::quote_state.eq(None::<String>),
            posts::quote_stamp.eq(None::<String>),
            posts::favourites_count.eq(0_i64),
            posts::boosts_count.eq(0_i64),
            posts::quotes_count.eq(0_i64),
        ))
        .execute(conn)?;
    crate::search::forget(conn, &mine)?;
    diesel::update(accounts::table.find(id.get()))
        .set(accounts::statuses_count.eq(0_i64))
        .execute(conn)?;
    Ok(())
}
