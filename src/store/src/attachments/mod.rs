//! Files of posts.

mod remove;
mod row;
mod write;

use crate::schema::attachments::{self, dsl};
use crate::schema::scheduled_files;
use crate::sql::Sql;
use crate::{Conn, StoreError};
use diesel::prelude::*;
use entrenous_model::{AccountId, Attachment, AttachmentState, MediaId, PostId};
use row::Row;

pub use remove::{discard, discard_of, expire, hash_is_used, removable, remove};
pub use write::{
    Filled, attach, describe, detach, fill, insert, place, poster_came, poster_failed, raise_epochs,
    raise_epochs_here, set_poster_url, set_preview, set_state,
};

/// A file by id.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: MediaId) -> Result<Option<Attachment>, StoreError> {
    dsl::attachments
        .find(id.get())
        .first::<Row>(conn)
        .optional()?
        .map(Row::into_attachment)
        .transpose()
}

/// The files of posts, in the order in which each post shows them.
///
/// # Errors
/// The database's.
pub fn of_posts(conn: &mut Conn, posts: &[i64]) -> Result<Vec<Attachment>, StoreError> {
    if posts.is_empty() {
        return Ok(Vec::new());
    }
    Sql::new("SELECT ")
        .raw(row::COLUMNS)
        .raw(" FROM attachments f WHERE f.post_id IN ")
        .ids(posts)
        .raw(" ORDER BY f.post_id, f.place, f.id")
        .load::<attachments::SqlType, Row>(conn)?
        .into_iter()
        .map(Row::into_attachment)
        .collect()
}

/// The files of one post.
///
/// # Errors
/// The database's.
pub fn of_post(conn: &mut Conn, post: PostId) -> Result<Vec<Attachment>, StoreError> {
    of_posts(conn, &[post.get()])
}

/// How many files of an account wait to be posted; those of scheduled posts do not wait.
///
/// # Errors
/// The database's.
pub fn loose_of(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    Ok(dsl::attachments
        .filter(dsl::account_id.eq(account.get()))
        .filter(dsl::post_id.is_null())
        .filter(dsl::state.ne(AttachmentState::Gone.as_str()))
        .filter(dsl::id.ne_all(scheduled_files::table.select(scheduled_files::attachment_id)))
        .count()
        .get_result(conn)?)
}
