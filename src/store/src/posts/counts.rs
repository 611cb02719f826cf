//! Counters of posts. They never go below zero, whatever order things arrive in.

use crate::{Conn, StoreError, sql::Sql};
use entrenous_model::PostId;

/// A counter of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Direct replies.
    Replies,
    /// Boosts.
    Boosts,
    /// Favourites.
    Favourites,
    /// Quotes that may be shown.
    Quotes,
}

/// Adds `by`, which may be negative.
///
/// # Errors
/// Those of the query.
pub fn bump(conn: &mut Conn, post: PostId, count: Count, by: i64) -> Result<(), StoreError> {
    let column = match count {
        Count::Replies => "replies_count",
        Count::Boosts => "boosts_count",
        Count::Favourites => "favourites_count",
        Count::Quotes => "quotes_count",
    };
    Sql::default()
        .raw(format!("UPDATE posts SET {column} = CASE WHEN {column} + "))
        .int(by)
        .raw(format!(" < 0 THEN 0 ELSE {column} + "))
        .int(by)
        .raw(" END WHERE id = ")
        .int(post.get())
        .run(conn)?;
    Ok(())
}
