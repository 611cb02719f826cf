//! What the URLs of pictures are made of.

use crate::among::among;
use crate::schema::media;
use crate::{Conn, StoreError};
use diesel::prelude::*;
use entrenous_model::MediaId;

/// The epochs of files; those that are gone are left out.
///
/// # Errors
/// The database's.
pub fn epochs(conn: &mut Conn, ids: &[MediaId]) -> Result<Vec<(MediaId, i64)>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    Ok(media::table
        .filter(among(media::id, ids))
        .select((media::id, media::epoch))
        .load::<(i64, i64)>(conn)?
        .into_iter()
        .map(|(id, epoch)| (MediaId(id), epoch))
        .collect())
}
