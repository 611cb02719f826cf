//! The newest posts that fulfil a condition, without going through all that do.
//!
//! SQLite's index keeps the posts of a token in the order of their ids and is walked from the newest one, as far as needed.
//! PostgreSQL's knows no order: it tells all posts at once. So the newest posts themselves are looked at first, where what
//! is said often is found soon; what is not is then asked of the index, for slices of time, each asked for by a token that
//! tells it. A slice that holds many is walked like the newest posts.

use super::{
    document::token::{slice, slice_of},
    expression::Expression,
};
use crate::{Conn, StoreError, sql::Sql};

/// On PostgreSQL: posts looked at first, for each that is wanted. What is not found so is in fewer than one of so many.
const LOOKED_AT: usize = 150;
/// Their number, at least and at most.
const WINDOW: (usize, usize) = (3_000, 20_000);
/// Posts that the index may tell for a slice before it is walked instead.
const MOST: usize = 2_000;
/// Slices asked for together, at most; then all that are left at once.
const WIDEST: i64 = 32;
/// Posts of a stretch on SQLite, beyond which each post is asked for by itself.
const STRETCH: usize = 4_096;

/// Ids from `from` on and below `below`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: i64,
    pub(super) below: i64,
}

/// Finds what fulfils a condition. On PostgreSQL the condition is a `SELECT` of its own everywhere: else it would be parsed for
/// each row again.
pub(super) struct Newest<'a> {
    condition: &'a Expression,
    text: String,
    /// The newest posts had not enough: there is no use in looking at the next ones.
    rare: bool,
}

impl<'a> Newest<'a> {
    pub(super) fn new(conn: &Conn, condition: &'a Expression) -> Self {
        Self {
            condition,
            text: condition.text(conn),
            rare: false,
        }
    }

    /// The newest so many, newest first: fewer only if there are no more.
    pub(super) fn find(
        &mut self,
        conn: &mut Conn,
        range: Range,
        most: usize,
    ) -> Result<Vec<i64>, StoreError> {
        match conn {
            Conn::Sqlite(_) => walked_sqlite(&self.text, range, most).list(conn),
            Conn::Pg(_) => self.find_postgres(conn, range, most),
        }
    }

    /// Which of these posts, in descending order, fulfil it; in the same order. And whether more could be asked about at once.
    pub(super) fn among(&self, conn: &mut Conn, ids: &[i64]) -> Result<(Vec<i64>, bool), StoreError> {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
            return Ok((Vec::new(), true));
        };
        let mut few = true;
        let mut found = match conn {
            Conn::Sqlite(_) => {
                let range = Range {
                    from: *last,
                    below: first.saturating_add(1),
                };
                let all = walked_sqlite(&self.text, range, STRETCH).list(conn)?;
                if all.len() < STRETCH {
                    all
                } else {
                    few = false;
                    Sql::new("SELECT rowid FROM post_search WHERE post_search MATCH ")
                        .text(self.text.as_str())
                        .raw(" AND rowid IN ")
                        .ids(ids)
                        .list(conn)?
                }
            }
            Conn::Pg(_) => Sql::new("SELECT post_id FROM post_search WHERE post_id IN ")
                .ids(ids)
                .raw(" AND CASE WHEN words @@ (SELECT ")
                .text(self.text.as_str())
                .raw("::tsquery) THEN TRUE ELSE FALSE END")
                .list(conn)?,
        };
        found.retain(|id| ids.contains(id));
        found.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
        found.dedup();
        Ok((found, few))
    }

    fn find_postgres(&mut self, conn: &mut Conn, range: Range, most: usize) -> Result<Vec<i64>, StoreError> {
        if self.rare {
            return self.older(conn, range, most);
        }
        let window = (most * LOOKED_AT).clamp(WINDOW.0, WINDOW.1);
        let mut found = looked_at_postgres(&self.text, range, window, most).list(conn)?;
        if found.len() >= most {
            return Ok(found);
        }
        let Some(end) = end_of_window(range, window).one(conn)? else {
            return Ok(found);
        };
        self.rare = true;
        let range = Range { below: end, ..range };
        found.extend(self.older(conn, range, most - found.len())?);
        Ok(found)
    }

    /// Slice by slice, twice as many at once each time.
    fn older(&self, conn: &mut Conn, range: Range, most: usize) -> Result<Vec<i64>, StoreError> {
        let Some(oldest) = oldest(range).one(conn)? else {
            return Ok(Vec::new());
        };
        let last = slice_of(oldest);
        let mut at = slice_of(range.below - 1);
        if let Some(newest) = newest(range).one(conn)? {
            at = at.min(slice_of(newest));
        }
        let (mut found, mut group) = (Vec::new(), 1);
        while at >= last && found.len() < most {
            let first = (at - group + 1).max(last);
            let all = group > WIDEST;
            let text = if all {
                self.text.clone()
            } else {
                self.of_slices(conn, first, at)
            };
            let range = Range {
                from: range.from,
                below: range.below.min((at + 1) << super::document::SLICE),
            };
            let mut some = told_postgres(&text, range).list(conn)?;
            if some.len() < MOST {
                some.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
                found.extend(some);
                if all {
                    break;
                }
                at = first - 1;
                group *= 2;
            } else if group > 1 {
                group = 1;
            } else {
                let slice = Range {
                    from: range.from.max(at << super::document::SLICE),
                    ..range
                };
                found.extend(walked_postgres(&self.text, slice, most).list(conn)?);
                at -= 1;
            }
        }
        found.truncate(most);
        Ok(found)
    }

    fn of_slices(&self, conn: &Conn, first: i64, last: i64) -> String {
        let slices = (first..=last).map(|number| Expression::Token(slice(number)));
        let slices = Expression::Any(slices.collect());
        self.condition.clone().and(slices).text(conn)
    }
}

fn walked_sqlite(condition: &str, range: Range, most: usize) -> Sql {
    Sql::new("SELECT rowid FROM post_search WHERE post_search MATCH ")
        .text(condition)
        .raw(" AND rowid >= ")
        .int(range.from)
        .raw(" AND rowid < ")
        .int(range.below)
        .raw(format!(" ORDER BY rowid DESC LIMIT {most}"))
}

fn within(sql: Sql, range: Range) -> Sql {
    sql.raw(" WHERE post_id >= ")
        .int(range.from)
        .raw(" AND post_id < ")
        .int(range.below)
}

/// The newest of a window that fulfil the condition. The limit inside keeps the planner from choosing another way.
fn looked_at_postgres(condition: &str, range: Range, window: usize, most: usize) -> Sql {
    within(
        Sql::new("SELECT s.post_id FROM (SELECT post_id, words FROM post_search"),
        range,
    )
    .raw(format!(
        " ORDER BY post_id DESC LIMIT {window}) s WHERE s.words @@ (SELECT "
    ))
    .text(condition)
    .raw(format!("::tsquery) ORDER BY s.post_id DESC LIMIT {most}"))
}

/// The last post of a window that is full.
fn end_of_window(range: Range, window: usize) -> Sql {
    within(Sql::new("SELECT post_id FROM post_search"), range).raw(format!(
        " ORDER BY post_id DESC LIMIT 1 OFFSET {}",
        window.max(1) - 1
    ))
}

fn oldest(range: Range) -> Sql {
    within(Sql::new("SELECT post_id FROM post_search"), range).raw(" ORDER BY post_id LIMIT 1")
}

fn newest(range: Range) -> Sql {
    within(Sql::new("SELECT post_id FROM post_search"), range).raw(" ORDER BY post_id DESC LIMIT 1")
}

/// What the index tells, in no order. The ids are hidden from the planner, which knows nothing of how many posts fulfil
/// the condition and might rather go through the range.
fn told_postgres(condition: &str, range: Range) -> Sql {
    Sql::new("SELECT post_id FROM post_search WHERE words @@ (SELECT ")
        .text(condition)
        .raw("::tsquery) AND (post_id + 0) >= ")
        .int(range.from)
        .raw(" AND (post_id + 0) < ")
        .int(range.below)
        .raw(format!(" LIMIT {MOST}"))
}

/// Along the ids, and not by the index of words, from which the `CASE` hides the condition.
fn walked_postgres(condition: &str, range: Range, most: usize) -> Sql {
    within(Sql::new("SELECT post_id FROM post_search"), range)
        .raw(" AND CASE WHEN words @@ (SELECT ")
        .text(condition)
        .raw("::tsquery) THEN TRUE ELSE FALSE END ORDER BY post_id DESC")
        .raw(format!(" LIMIT {most}"))
}

/// The queries of this connection's database, by their names.
#[cfg(test)]
pub(super) fn queries(conn: &Conn, condition: &str, range: Range) -> Vec<(&'static str, Sql)> {
    match conn {
        Conn::Sqlite(_) => vec![("walked", walked_sqlite(condition, range, 32))],
        Conn::Pg(_) => vec![
            ("looked at", looked_at_postgres(condition, range, WINDOW.0, 32)),
            ("end", end_of_window(range, WINDOW.0)),
            ("told", told_postgres(condition, range)),
            ("dense", walked_postgres(condition, range, 32)),
        ],
    }
}
