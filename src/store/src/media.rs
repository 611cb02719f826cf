//! Files that are known here.

use crate::among::among;
use crate::schema::media;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, Media, MediaId};

#[derive(Queryable)]
struct Row {
    id: i64,
    account_id: i64,
    hash: String,
    content_type: String,
    size: i64,
    remote_url: Option<String>,
    description: String,
    epoch: i64,
    created_at: NaiveDateTime,
}

impl From<Row> for Media {
    fn from(row: Row) -> Self {
        Self {
            id: MediaId(row.id),
            account: AccountId(row.account_id),
            hash: row.hash,
            content_type: row.content_type,
            size: row.size,
            remote_url: row.remote_url,
            description: row.description,
            epoch: row.epoch,
            created_at: from_db(row.created_at),
        }
    }
}

/// Inserts a file.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, file: &Media) -> Result<(), StoreError> {
    diesel::insert_into(media::table)
        .values((
            media::id.eq(file.id.get()),
            media::account_id.eq(file.account.get()),
            media::hash.eq(&file.hash),
            media::content_type.eq(&file.content_type),
            media::size.eq(file.size),
            media::remote_url.eq(file.remote_url.as_deref()),
            media::description.eq(&file.description),
            media::epoch.eq(file.epoch),
            media::created_at.eq(to_db(file.created_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A file by id.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: MediaId) -> Result<Option<Media>, StoreError> {
    Ok(media::table
        .find(id.get())
        .first::<Row>(conn)
        .optional()?
        .map(Media::from))
}

/// Many files, in no particular order.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[MediaId]) -> Result<Vec<Media>, StoreError> {
    let ids: Vec<i64> = ids.iter().copied().map(MediaId::get).collect();
    let rows = media::table.filter(among(media::id, ids)).load::<Row>(conn)?;
    Ok(rows.into_iter().map(Media::from).collect())
}

/// Makes every URL of the files of an account so far a 404.
///
/// # Errors
/// The database's.
pub fn raise_epochs(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    diesel::update(media::table)
        .filter(media::account_id.eq(account.get()))
        .set(media::epoch.eq(media::epoch + 1))
        .execute(conn)?;
    Ok(())
}
