//! Finding posts: the index says which ones could be meant, then it is asked who may see them, until a page is full.

use super::{
    ask::{Ask, Term},
    document::{self, Known, token},
    expression::Expression,
    newest::{Newest, Range},
};
use crate::{
    Conn, StoreError,
    sql::Sql,
    visible::{POSTS, Who, visible_to, wanted},
};
use entrenous_model::{AccountId, PostId, Time};
use std::cmp::Reverse;
use std::collections::HashSet;

/// Posts of the index that are looked at for one answer.
const LOOKED_AT: usize = 4_096;
/// The same if their texts must be read.
const READ: usize = 512;
/// Turns, each of which looks at four times as many as the one before.
const TURNS: usize = 8;
/// Posts of a turn.
const TURN: (usize, usize) = (32, 1_024);
/// A person's marks that are gone through in a turn, and how many of them at once.
const MARKS: usize = 2_048;
const SOME_MARKS: (usize, usize) = (64, 512);

/// What is asked of [`posts`].
#[derive(Debug)]
pub struct PostQuery<'a> {
    /// What a post must fulfil.
    pub must: &'a [Term],
    /// What it must not.
    pub not: &'a [Term],
    /// Only what the viewer wrote, favourited, bookmarked, boosted or voted in, or is addressed in.
    pub library: bool,
    /// Only ids below this.
    pub below: Option<PostId>,
    /// Only ids from this on.
    pub from: Option<PostId>,
    /// Results to leave out.
    pub offset: i64,
    /// How many, 80 at most.
    pub limit: i64,
}

/// Posts that the viewer may see and wants, newest first. Boosts are not searched.
///
/// Each answer looks at a bounded number of posts: at 4,096 that fulfil the question, or 512 if a sequence of words is
/// asked for, and at 2,048 of the viewer's marks at a time. Where the viewer may see hardly one of those, though the index
/// says they might (the author blocks them, say), older ones are not found.
///
/// # Errors
/// Those of the queries.
pub fn posts(
    conn: &mut Conn,
    viewer: AccountId,
    query: &PostQuery<'_>,
    now: Time,
) -> Result<Vec<PostId>, StoreError> {
    let Some(ask) = Ask::new(conn, viewer, query.must, query.not)? else {
        return Ok(Vec::new());
    };
    let size = |number: i64, most: i64| usize::try_from(number.clamp(0, most)).unwrap_or(0);
    let (offset, limit) = (size(query.offset, 10_000), size(query.limit.max(1), 80));
    let of_viewer = Expression::Any(vec![
        Expression::Token(token::author(viewer.get())),
        Expression::Token(token::addressed(viewer.get())),
    ]);
    let condition = match (query.library, &ask.marked) {
        (false, _) => ask.posts.clone(),
        (true, Some(marked)) => marked.clone().and(of_viewer),
        (true, None) => of_viewer,
    };
    let mut source = Source {
        newest: Newest::new(conn, &condition),
        library: query.library,
        marked: ask.marked.as_ref().map(|marked| Newest::new(conn, marked)),
        viewer,
    };
    let mut range = Range {
        from: query.from.map_or(0, PostId::get),
        below: query.below.map_or(i64::MAX, PostId::get),
    };
    let most = if ask.reads() { READ } else { LOOKED_AT };
    let enough = offset + limit;
    let (mut found, mut known) = (Vec::new(), Known::default());
    let (mut looked_at, mut turn) = (0, enough.next_power_of_two().clamp(TURN.0, TURN.1));
    for _ in 0..TURNS {
        let (ids, floor) = source.turn(conn, range, turn.min(most))?;
        looked_at += ids.len();
        let mut seen = seen(conn, viewer, &ids, now)?;
        if ask.reads() {
            seen = read(conn, &ask, &seen, &mut known)?;
        }
        found.extend(ids.into_iter().filter(|id| seen.contains(id)));
        match floor {
            Some(floor) if found.len() < enough && looked_at < most => range.below = floor,
            _ => break,
        }
        turn = (turn * 4).min(TURN.1);
    }
    Ok(found.into_iter().skip(offset).take(limit).map(PostId).collect())
}

/// Where posts come from.
struct Source<'a> {
    newest: Newest<'a>,
    /// Those that the viewer marked come as well, if they fulfil this.
    library: bool,
    marked: Option<Newest<'a>>,
    viewer: AccountId,
}

impl Source<'_> {
    /// Some of the newest, in order, and the id below which it goes on, if it does.
    fn turn(
        &mut self,
        conn: &mut Conn,
        range: Range,
        most: usize,
    ) -> Result<(Vec<i64>, Option<i64>), StoreError> {
        let mut ids = self.newest.find(conn, range, most)?;
        let mut floor = ids.last().copied().filter(|_| ids.len() >= most);
        if self.library {
            let (more, ended) = marks(conn, self.marked.as_ref(), self.viewer, range, most)?;
            ids.extend(more);
            ids.sort_unstable_by_key(|id| Reverse(*id));
            ids.dedup();
            // What is below the higher of both ends is not all known yet.
            floor = floor.max(ended);
            if let Some(floor) = floor {
                ids.retain(|id| *id >= floor);
            }
        }
        Ok((ids, floor))
    }
}

/// Posts that a person marked and that fulfil the condition, and the id below which marks were not looked at.
fn marks(
    conn: &mut Conn,
    condition: Option<&Newest<'_>>,
    viewer: AccountId,
    mut range: Range,
    most: usize,
) -> Result<(Vec<i64>, Option<i64>), StoreError> {
    let (mut found, mut looked_at, mut size) = (Vec::new(), 0, SOME_MARKS.0);
    while looked_at < MARKS && found.len() < most {
        let ids = marks_sql(viewer, range, size).list(conn)?;
        looked_at += ids.len();
        let last = ids.last().copied().filter(|_| ids.len() >= size);
        let few = match condition {
            Some(condition) => {
                let (some, few) = condition.among(conn, &ids)?;
                found.extend(some);
                few
            }
            None => {
                found.extend(ids);
                true
            }
        };
        let Some(last) = last else {
            return Ok((found, None));
        };
        range.below = last;
        if few {
            size = (size * 2).min(SOME_MARKS.1);
        }
    }
    Ok((found, Some(range.below)))
}

/// The newest posts that a person favourited, bookmarked, boosted or voted in.
pub(super) fn marks_sql(viewer: AccountId, range: Range, most: usize) -> Sql {
    let mut sql = Sql::new("SELECT DISTINCT k.id FROM (");
    let tables = [
        ("favourites", "post_id", ""),
        ("bookmarks", "post_id", ""),
        ("poll_votes", "post_id", ""),
        (
            "posts",
            "boost_of",
            " AND t.boost_of IS NOT NULL AND t.deleted_at IS NULL",
        ),
    ];
    for (place, (table, column, only)) in tables.into_iter().enumerate() {
        if place > 0 {
            sql = sql.raw(" UNION ALL ");
        }
        sql = sql
            .raw(format!(
                "SELECT * FROM (SELECT t.{column} AS id FROM {table} t WHERE t.account_id = "
            ))
            .int(viewer.get())
            .raw(only)
            .raw(format!(" AND t.{column} >= "))
            .int(range.from)
            .raw(format!(" AND t.{column} < "))
            .int(range.below)
            .raw(format!(" ORDER BY t.{column} DESC LIMIT {most}) m{place}"));
    }
    sql.raw(format!(") k ORDER BY k.id DESC LIMIT {most}"))
}

/// Which of the posts the viewer may see and wants.
fn seen(conn: &mut Conn, viewer: AccountId, ids: &[i64], now: Time) -> Result<HashSet<i64>, StoreError> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(seen_sql(viewer, ids, now).list(conn)?.into_iter().collect())
}

pub(super) fn seen_sql(viewer: AccountId, ids: &[i64], now: Time) -> Sql {
    let who = Who::Id(viewer.get());
    let sql = Sql::new("SELECT p.id FROM ")
        .raw(POSTS)
        .raw(" WHERE p.id IN ")
        .ids(ids)
        .raw(" AND p.boost_of IS NULL AND ");
    let sql = visible_to(sql, who).raw(" AND ");
    wanted(sql, who, now)
}

/// Which of the posts say what is asked for.
fn read(
    conn: &mut Conn,
    ask: &Ask,
    ids: &HashSet<i64>,
    known: &mut Known,
) -> Result<HashSet<i64>, StoreError> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    let mut said = HashSet::new();
    for some in ids.chunks(256) {
        let posts = document::load(conn, some, false)?;
        let posts = posts.into_iter().filter(|post| ask.is_answered_by(post, known));
        said.extend(posts.map(|post| post.id.get()));
    }
    Ok(said)
}
