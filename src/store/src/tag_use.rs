//! How much a hashtag is used.

use crate::schema::{post_tags, posts};
use crate::{Conn, StoreError, from_db, to_db};
use diesel::prelude::*;
use entrenous_model::{AccountId, Time, Visibility};

/// Public posts with a hashtag (lower-case) since a moment: (when, who), newest first, at most 10,000.
///
/// # Errors
/// The database's.
pub fn since(conn: &mut Conn, tag: &str, since: Time) -> Result<Vec<(Time, AccountId)>, StoreError> {
    Ok(post_tags::table
        .inner_join(posts::table.on(posts::id.eq(post_tags::post_id)))
        .filter(post_tags::tag.eq(tag))
        .filter(posts::visibility.eq(Visibility::Public.as_str()))
        .filter(posts::deleted_at.is_null())
        .filter(posts::created_at.ge(to_db(since)))
        .order(posts::id.desc())
        .limit(10_000)
        .select((posts::created_at, posts::account_id))
        .load::<(chrono::NaiveDateTime, i64)>(conn)?
        .into_iter()
        .map(|(at, account)| (from_db(at), AccountId(account)))
        .collect())
}
