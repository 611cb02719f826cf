//! What administrators changed of the node's look.

use crate::schema::look;
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::Time;

/// One part that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Part {
    /// Which: `name`, `accent`, `logo`…
    pub name: String,
    /// A text, or the type of the picture.
    pub value: String,
    /// The file of a picture.
    pub picture: Option<Vec<u8>>,
}

/// Every part that was changed, in no particular order.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<Part>, StoreError> {
    Ok(look::table
        .select((look::part, look::value, look::picture))
        .load(conn)?)
}

/// Sets a part.
///
/// # Errors
/// The database's.
pub fn put(conn: &mut Conn, part: &Part, now: Time) -> Result<(), StoreError> {
    let at = to_db(now);
    let picture = part.picture.as_deref();
    both!(conn, c => {
        diesel::insert_into(look::table)
            .values((
                look::part.eq(&part.name),
                look::value.eq(&part.value),
                look::picture.eq(picture),
                look::updated_at.eq(at),
            ))
            .on_conflict(look::part)
            .do_update()
            .set((look::value.eq(&part.value), look::picture.eq(picture), look::updated_at.eq(at)))
            .execute(c)
    })?;
    Ok(())
}

/// Takes a part back: it is again as the configuration says.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, part: &str) -> Result<(), StoreError> {
    diesel::delete(look::table.find(part)).execute(conn)?;
    Ok(())
}
