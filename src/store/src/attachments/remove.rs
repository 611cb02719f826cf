//! Removing files of posts. A row goes after its bytes, so that a crash between the two leaves nothing behind.

use super::row::Row;
use crate::among::among;
use crate::schema::attachments::dsl;
use crate::schema::{media, scheduled_files};
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::{AccountId, Attachment, AttachmentState, MediaId, Time};

/// Takes files away from whoever had them; what is left is to remove their bytes.
///
/// # Errors
/// The database's.
pub fn discard(conn: &mut Conn, ids: &[MediaId], now: Time) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.iter().copied().map(MediaId::get).collect();
    diesel::update(dsl::attachments)
        .filter(among(dsl::id, ids))
        .set((
            dsl::post_id.eq(None::<i64>),
            dsl::state.eq(AttachmentState::Gone.as_str()),
            dsl::epoch.eq(dsl::epoch + 1),
            dsl::changed_at.eq(to_db(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes away all files of an account.
///
/// # Errors
/// The database's.
pub fn discard_of(conn: &mut Conn, account: AccountId, now: Time) -> Result<(), StoreError> {
    diesel::update(dsl::attachments)
        .filter(dsl::account_id.eq(account.get()))
        .set((
            dsl::post_id.eq(None::<i64>),
            dsl::state.eq(AttachmentState::Gone.as_str()),
            dsl::epoch.eq(dsl::epoch + 1),
            dsl::changed_at.eq(to_db(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes away what has waited for a post since before `before`, unless one is scheduled with it; how many.
///
/// # Errors
/// The database's.
pub fn expire(conn: &mut Conn, before: Time, now: Time) -> Result<usize, StoreError> {
    let stale = dsl::attachments
        .filter(dsl::post_id.is_null())
        .filter(dsl::state.ne(AttachmentState::Gone.as_str()))
        .filter(dsl::changed_at.lt(to_db(before)))
        .filter(dsl::id.ne_all(scheduled_files::table.select(scheduled_files::attachment_id)));
    Ok(diesel::update(stale)
        .set((
            dsl::state.eq(AttachmentState::Gone.as_str()),
            dsl::epoch.eq(dsl::epoch + 1),
            dsl::changed_at.eq(to_db(now)),
        ))
        .execute(conn)?)
}

/// Files that nobody has any more, at most `most`.
///
/// # Errors
/// The database's.
pub fn removable(conn: &mut Conn, most: i64) -> Result<Vec<Attachment>, StoreError> {
    dsl::attachments
        .filter(dsl::post_id.is_null())
        .filter(dsl::state.eq(AttachmentState::Gone.as_str()))
        .order(dsl::changed_at)
        .limit(most)
        .load::<Row>(conn)?
        .into_iter()
        .map(Row::into_attachment)
        .collect()
}

/// Whether bytes are those of anything but this file.
///
/// # Errors
/// The database's.
pub fn hash_is_used(conn: &mut Conn, hash: &str, except: MediaId) -> Result<bool, StoreError> {
    let by_picture = media::table.filter(media::hash.eq(hash)).count();
    if by_picture.get_result::<i64>(conn)? > 0 {
        return Ok(true);
    }
    if crate::emojis::hash_is_used(conn, hash)? {
        return Ok(true);
    }
    let by_file = dsl::attachments
        .filter(dsl::id.ne(except.get()))
        .filter(dsl::hash.eq(hash).or(dsl::preview_hash.eq(hash)))
        .count();
    Ok(by_file.get_result::<i64>(conn)? > 0)
}

/// Removes a file that no post has.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: MediaId) -> Result<usize, StoreError> {
    let loose = dsl::attachments
        .find(id.get())
        .filter(dsl::state.eq(AttachmentState::Gone.as_str()));
    Ok(diesel::delete(loose).execute(conn)?)
}
