//! Removing rows that have served their purpose.

use crate::schema::{activities, deliveries, events, idempotency_keys, oauth_codes, sessions};
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::Time;

/// Removes events from before `before`; the last one stays, since new ids begin above it.
///
/// # Errors
/// The database's.
pub fn forget_events(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    let last = events::table
        .select(diesel::dsl::max(events::id))
        .first::<Option<i64>>(conn)?
        .unwrap_or(0);
    let old = events::table
        .filter(events::created_at.lt(to_db(before)))
        .filter(events::id.lt(last));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Removes idempotency keys from before `before`.
///
/// # Errors
/// The database's.
pub fn forget_idempotency_keys(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(to_db(before)));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Removes authorisation codes that expired before `before`.
///
/// # Errors
/// The database's.
pub fn forget_codes(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    Ok(diesel::delete(oauth_codes::table.filter(oauth_codes::expires_at.lt(to_db(before)))).execute(conn)?)
}

/// Removes sessions that expired, or were ended, before `before`.
///
/// # Errors
/// The database's.
pub fn forget_sessions(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    let before = to_db(before);
    let over = sessions::expires_at
        .lt(before)
        .or(sessions::revoked_at.lt(before));
    Ok(diesel::delete(sessions::table.filter(over)).execute(conn)?)
}

/// Removes finished deliveries from before `before` that belong to no post, and activities nothing refers to any more.
/// Those of posts stay: they say who must hear of edits and deletions.
///
/// # Errors
/// The database's.
pub fn forget_deliveries(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    let without_post = activities::table
        .filter(activities::post_id.is_null())
        .select(activities::id);
    let finished = deliveries::table
        .filter(deliveries::finished_at.lt(to_db(before)))
        .filter(deliveries::activity_id.eq_any(without_post));
    let removed = diesel::delete(finished).execute(conn)?;
    let used = deliveries::table.filter(deliveries::activity_id.eq(activities::id));
    let unused = activities::table
        .filter(activities::post_id.is_null())
        .filter(activities::created_at.lt(to_db(before)))
        .filter(diesel::dsl::not(diesel::dsl::exists(used)));
    Ok(removed + diesel::delete(unused).execute(conn)?)
}
