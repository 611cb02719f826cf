//! Removing or hiding a peer's content in pieces of some milliseconds, each in a transaction of its own.

use super::how;
use crate::schema::purges;
use crate::sql::Sql;
use crate::{Conn, StoreError, from_db, polls, posts};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use entrenous_model::{AccountId, AtEnd, PeerId, PostId, Time};
use std::collections::{BTreeMap, BTreeSet};

/// Posts in a piece.
const POSTS: i64 = 200;
/// People in a piece.
const PEOPLE: i64 = 50;
/// Favourites, reactions, or votes, in a piece.
const MARKS: i64 = 200;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Posts and boosts, with their authors, are tombstones now; the counters of others were changed. Empty when hidden.
    Posts {
        /// What is gone.
        gone: Vec<(PostId, AccountId)>,
        /// Whose counters have changed.
        counted: Vec<PostId>,
    },
    /// Favourites, reactions and votes in what others wrote are gone. None when hidden: numbers name nobody.
    Marks {
        /// Whose counters have changed.
        counted: Vec<PostId>,
        /// Whose polls' have.
        polls: Vec<PostId>,
    },
    /// The profiles of these people are empty now. None when hidden.
    People(Vec<AccountId>),
    /// There is nothing left but the bytes of files.
    Through,
}

/// A piece of the work for one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whose content it is.
    pub peer: PeerId,
    /// Whether it is removed or hidden.
    pub how: AtEnd,
    /// What was done.
    pub step: Step,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = purges)]
struct Open {
    peer_id: i64,
    how: String,
    before_id: i64,
    post_after: i64,
    person_after: i64,
    started_at: NaiveDateTime,
}

/// Does the next piece. `None` if nothing is to be removed or hidden.
///
/// # Errors
/// The database's.
pub fn next_piece(conn: &mut Conn, now: Time) -> Result<Option<Piece>, StoreError> {
    let first: Option<i64> = purges::table
        .filter(purges::finished_at.is_null())
        .order(purges::started_at)
        .select(purges::peer_id)
        .first(conn)
        .optional()?;
    let Some(first) = first else { return Ok(None) };
    // The row first, as whoever begins anew does.
    let locked = purges::table
        .filter(purges::peer_id.eq(first))
        .filter(purges::finished_at.is_null());
    diesel::update(locked)
        .set(purges::how.eq(purges::how))
        .execute(conn)?;
    let open: Option<Open> = locked.select(Open::as_select()).first(conn).optional()?;
    let Some(open) = open else { return Ok(None) };
    let mut step = some_posts(conn, &open, now)?;
    if step.is_none() && how(&open.how) == AtEnd::Purge {
        step = some_marks(conn, &open)?;
    }
    let step = match step {
        Some(step) => step,
        None => some_people(conn, &open, now)?.unwrap_or(Step::Through),
    };
    Ok(Some(Piece {
        peer: PeerId(open.peer_id),
        how: how(&open.how),
        step,
    }))
}

type PostTypes = (
    BigInt,
    BigInt,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
);
/// Post, author, what it boosts, what it answers, what it quotes with leave.
type PostRow = (i64, i64, Option<i64>, Option<i64>, Option<i64>);

fn some_posts(conn: &mut Conn, open: &Open, now: Time) -> Result<Option<Step>, StoreError> {
    let found = Sql::new(
        "SELECT id, account_id, boost_of, in_reply_to, CASE WHEN quote_state = 'accepted' THEN quoted_id END \
         FROM posts WHERE deleted_at IS NULL AND peer_id = ",
    )
    .int(open.peer_id)
    .raw(" AND id > ")
    .int(open.post_after)
    .raw(" AND id < ")
    .int(open.before_id)
    .raw(" ORDER BY id LIMIT ")
    .int(POSTS)
    .load::<PostTypes, PostRow>(conn)?;
    let Some(last) = found.last().map(|row| row.0) else {
        return Ok(None);
    };
    let ids: Vec<i64> = found.iter().map(|row| row.0).collect();
    let files = Sql::new(
        "SELECT COUNT(*) FROM attachments WHERE hash IS NOT NULL AND state <> 'gone' AND post_id IN ",
    )
    .ids(&ids)
    .one(conn)?
    .unwrap_or(0);
    let mut told = 0;
    let mut gone = Vec::new();
    let mut counted = BTreeSet::new();
    if how(&open.how) == AtEnd::Purge {
        told = notifications(conn, "post_id", &ids)?;
        Sql::new("UPDATE attachments SET post_id = NULL, state = 'gone', epoch = epoch + 1, changed_at = ")
            .time(now)
            .raw(" WHERE post_id IN ")
            .ids(&ids)
            .run(conn)?;
        gone = found
            .iter()
            .map(|row| (PostId(row.0), AccountId(row.1)))
            .collect();
        gone.extend(boosts_of(conn, &ids)?);
        let all: Vec<i64> = gone.iter().map(|(post, _)| post.get()).collect();
        for some in all.chunks(256) {
            posts::bury(conn, some, now)?;
        }
        for (_, author) in gone.iter().skip(found.len()) {
            crate::accounts::unposted(conn, *author)?;
        }
        let of = |column: fn(&PostRow) -> Option<i64>| {
            let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
            for target in found.iter().filter_map(column) {
                *sums.entry(target).or_default() += 1;
            }
            sums
        };
        let sums = [
            (posts::Count::Boosts, of(|row| row.2)),
            (posts::Count::Replies, of(|row| row.3)),
            (posts::Count::Quotes, of(|row| row.4)),
        ];
        for (count, sums) in sums {
            for (target, sum) in sums {
                posts::bump(conn, PostId(target), count, -sum)?;
                counted.insert(PostId(target));
            }
        }
    } else {
        Sql::new("DELETE FROM feed WHERE post_id IN ")
            .ids(&ids)
            .run(conn)?;
        Sql::new("UPDATE attachments SET epoch = epoch + 1 WHERE post_id IN ")
            .ids(&ids)
            .run(conn)?;
    }
    let posts = i64::try_from(found.len()).unwrap_or(0);
    diesel::update(purges::table.find(open.peer_id))
        .set((
            purges::post_after.eq(last),
            purges::posts.eq(purges::posts + posts),
            purges::files.eq(purges::files + files),
            purges::notifications.eq(purges::notifications + told),
        ))
        .execute(conn)?;
    Ok(Some(Step::Posts {
        gone,
        counted: counted.into_iter().collect(),
    }))
}

/// Boosts of these posts by people of other nodes and of this one.
fn boosts_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(PostId, AccountId)>, StoreError> {
    let rows = Sql::new("SELECT id, account_id FROM posts WHERE deleted_at IS NULL AND boost_of IN ")
        .ids(ids)
        .raw(" AND id NOT IN ")
        .ids(ids)
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, author)| (PostId(post), AccountId(author)))
        .collect())
}

/// Takes notifications away; how many.
fn notifications(conn: &mut Conn, column: &'static str, ids: &[i64]) -> Result<i64, StoreError> {
    let rows = Sql::new("DELETE FROM notifications WHERE ")
        .raw(column)
        .raw(" IN ")
        .ids(ids)
        .run(conn)?;
    Ok(i64::try_from(rows).unwrap_or(0))
}

/// What they did to posts that are not theirs; of theirs it went with them.
fn some_marks(conn: &mut Conn, open: &Open) -> Result<Option<Step>, StoreError> {
    let favourites = Sql::new(
        "SELECT f.id, f.post_id FROM favourites f JOIN accounts a ON a.id = f.account_id WHERE a.peer_id = ",
    )
    .int(open.peer_id)
    .raw(" AND f.id < ")
    .int(open.before_id)
    .raw(" ORDER BY f.id LIMIT ")
    .int(MARKS)
    .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    let votes = Sql::new(
        "SELECT v.post_id, v.account_id, v.position FROM poll_votes v JOIN accounts a ON a.id = v.account_id \
         WHERE a.peer_id = ",
    )
    .int(open.peer_id)
    .raw(" AND v.created_at <= ")
    .time(from_db(open.started_at))
    .raw(" ORDER BY v.post_id, v.account_id, v.position LIMIT ")
    .int(MARKS)
    .load::<(BigInt, BigInt, BigInt), (i64, i64, i64)>(conn)?;
    let reactions = Sql::new(
        "SELECT r.id, r.post_id FROM reactions r JOIN accounts a ON a.id = r.account_id WHERE a.peer_id = ",
    )
    .int(open.peer_id)
    .raw(" AND r.id < ")
    .int(open.before_id)
    .raw(" ORDER BY r.id LIMIT ")
    .int(MARKS)
    .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    if favourites.is_empty() && votes.is_empty() && reactions.is_empty() {
        return Ok(None);
    }
    let ids: Vec<i64> = reactions.iter().map(|row| row.0).collect();
    if !ids.is_empty() {
        Sql::new("DELETE FROM reactions WHERE id IN ")
            .ids(&ids)
            .run(conn)?;
    }
    let ids: Vec<i64> = favourites.iter().map(|row| row.0).collect();
    if !ids.is_empty() {
        Sql::new("DELETE FROM favourites WHERE id IN ")
            .ids(&ids)
            .run(conn)?;
    }
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for (_, post) in &favourites {
        *sums.entry(*post).or_default() += 1;
    }
    for (post, sum) in &sums {
        posts::bump(conn, PostId(*post), posts::Count::Favourites, -sum)?;
    }
    let mut polls = BTreeSet::new();
    for (post, account, position) in &votes {
        polls::unvote(conn, PostId(*post), AccountId(*account), *position)?;
        polls.insert(PostId(*post));
    }
    let count = |rows: usize| i64::try_from(rows).unwrap_or(0);
    diesel::update(purges::table.find(open.peer_id))
        .set((
            purges::favourites.eq(purges::favourites + count(favourites.len())),
            purges::votes.eq(purges::votes + count(votes.len())),
        ))
        .execute(conn)?;
    Ok(Some(Step::Marks {
        counted: sums
            .into_keys()
            .chain(reactions.iter().map(|(_, post)| *post))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(PostId)
            .collect(),
        polls: polls.into_iter().collect(),
    }))
}

fn some_people(conn: &mut Conn, open: &Open, now: Time) -> Result<Option<Step>, StoreError> {
    let ids = Sql::new("SELECT id FROM accounts WHERE peer_id = ")
        .int(open.peer_id)
        .raw(" AND id > ")
        .int(open.person_after)
        .raw(" AND id < ")
        .int(open.before_id)
        .raw(" ORDER BY id LIMIT ")
        .int(PEOPLE)
        .list(conn)?;
    let Some(last) = ids.last().copied() else {
        return Ok(None);
    };
    let mut count = |sql: &'static str| -> Result<i64, StoreError> {
        Ok(Sql::new(sql).ids(&ids).one(conn)?.unwrap_or(0))
    };
    let people = count("SELECT COUNT(*) FROM accounts WHERE disabled_at IS NULL AND id IN ")?;
    let pictures = count("SELECT COUNT(*) FROM media WHERE account_id IN ")?;
    let purge = how(&open.how) == AtEnd::Purge;
    // Removed ones were counted when they were.
    let (favourites, votes) = if purge {
        (0, 0)
    } else {
        (count(MARKED)?, count(VOTED)?)
    };
    let (loose, told) = if purge {
        // What is in no post any more, such as the files of an earlier version.
        let loose = count(
            "SELECT COUNT(*) FROM attachments WHERE hash IS NOT NULL AND state <> 'gone' AND account_id IN ",
        )?;
        (loose, notifications(conn, "from_id", &ids)?)
    } else {
        (0, count("SELECT COUNT(*) FROM notifications WHERE from_id IN ")?)
    };
    if purge {
        crate::reports::forget_people(conn, &ids)?;
        empty_profiles(conn, &ids, now)?;
    }
    diesel::update(purges::table.find(open.peer_id))
        .set((
            purges::person_after.eq(last),
            purges::people.eq(purges::people + people),
            purges::files.eq(purges::files + pictures + loose),
            purges::notifications.eq(purges::notifications + told),
            purges::favourites.eq(purges::favourites + favourites),
            purges::votes.eq(purges::votes + votes),
        ))
        .execute(conn)?;
    let emptied = if purge {
        ids.into_iter().map(AccountId).collect()
    } else {
        Vec::new()
    };
    Ok(Some(Step::People(emptied)))
}

/// Favourites and votes of people in what is not of their own node.
const MARKED: &str = "SELECT COUNT(*) FROM favourites f JOIN accounts a ON a.id = f.account_id JOIN posts p ON p.id = f.post_id \
     WHERE (p.peer_id IS NULL OR p.peer_id <> a.peer_id) AND a.id IN ";
const VOTED: &str = "SELECT COUNT(*) FROM poll_votes v JOIN accounts a ON a.id = v.account_id JOIN posts p ON p.id = v.post_id \
     WHERE (p.peer_id IS NULL OR p.peer_id <> a.peer_id) AND a.id IN ";

/// Leaves of people only what they are known by: name, addresses, keys. Without an inbox they are fetched anew when the
/// nodes connect again.
fn empty_profiles(conn: &mut Conn, ids: &[i64], now: Time) -> Result<(), StoreError> {
    // Bytes are removed where those of posts' files are: a row for each waits there.
    Sql::new(
        "INSERT INTO attachments (id, account_id, place, kind, state, content_type, hash, size, focus_x, focus_y, \
         description, epoch, created_at, changed_at) SELECT id, account_id, 0, 'image', 'gone', content_type, hash, size, \
         0, 0, '', 0, created_at, ",
    )
    .time(now)
    .raw(" FROM media WHERE account_id IN ")
    .ids(ids)
    .run(conn)?;
    Sql::new("DELETE FROM media WHERE account_id IN ")
        .ids(ids)
        .run(conn)?;
    Sql::new("UPDATE attachments SET post_id = NULL, state = 'gone', epoch = epoch + 1, changed_at = ")
        .time(now)
        .raw(" WHERE state <> 'gone' AND account_id IN ")
        .ids(ids)
        .run(conn)?;
    for statement in [
        "DELETE FROM account_words WHERE account_id IN ",
        "DELETE FROM feed WHERE author_id IN ",
    ] {
        Sql::new(statement).ids(ids).run(conn)?;
    }
    Sql::new(
        "UPDATE accounts SET display_name = '', note = '', note_source = '', fields = '[]', avatar_id = NULL, \
         header_id = NULL, inbox_uri = '', shared_inbox_uri = NULL, fetched_at = NULL, last_posted_at = NULL, \
         statuses_count = 0, updated_at = ",
    )
    .time(now)
    .raw(" WHERE id IN ")
    .ids(ids)
    .run(conn)?;
    Ok(())
}
