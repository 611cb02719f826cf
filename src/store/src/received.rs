//! Activities received, so that each has one effect.

use crate::schema::received;
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::{Cleared, Receiving, Time};

/// Remembers an activity of the peer that the clearance is for; false if it was there already.
///
/// # Errors
/// The database's.
pub fn claim(
    conn: &mut Conn,
    activity: &str,
    cleared: Cleared<Receiving>,
    now: Time,
) -> Result<bool, StoreError> {
    let row = (
        received::activity_uri.eq(activity),
        received::peer_id.eq(cleared.peer().get()),
        received::received_at.eq(to_db(now)),
    );
    let inserted = both!(conn, c => {
        diesel::insert_into(received::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(inserted == 1)
}

/// True if the activity was claimed before.
///
/// # Errors
/// The database's.
pub fn known(conn: &mut Conn, activity: &str) -> Result<bool, StoreError> {
    let found = received::table
        .find(activity)
        .select(received::peer_id)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Forgets what was received before `before`. Answers how many rows went.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    Ok(diesel::delete(received::table.filter(received::received_at.lt(to_db(before)))).execute(conn)?)
}
