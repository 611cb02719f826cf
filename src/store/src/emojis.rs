//! Custom emoji, of this node and of peers.

use crate::schema::emojis;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;
use entrenous_model::{Emoji, EmojiId, EmojiPicture, PeerId};

#[derive(Queryable)]
struct Row {
    id: i64,
    peer_id: Option<i64>,
    shortcode: String,
    uri: Option<String>,
    category: String,
    visible_in_picker: bool,
    disabled: bool,
    hash: String,
    content_type: String,
    size: i64,
    still_hash: Option<String>,
    still_size: i64,
    remote_url: Option<String>,
    remote_updated_at: Option<NaiveDateTime>,
    epoch: i64,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<Row> for Emoji {
    fn from(row: Row) -> Self {
        Self {
            id: EmojiId(row.id),
            peer: row.peer_id.map(PeerId),
            shortcode: row.shortcode,
            uri: row.uri,
            category: row.category,
            visible_in_picker: row.visible_in_picker,
            disabled: row.disabled,
            picture: EmojiPicture {
                hash: row.hash,
                content_type: row.content_type,
                size: row.size,
                still: row.still_hash.map(|hash| (hash, row.still_size)),
            },
            remote_url: row.remote_url,
            remote_updated_at: row.remote_updated_at.map(from_db),
            epoch: row.epoch,
            created_at: from_db(row.created_at),
            updated_at: from_db(row.updated_at),
        }
    }
}

/// All of them, ours and those of peers, in no order.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<Emoji>, StoreError> {
    let rows = emojis::table.load::<Row>(conn)?;
    Ok(rows.into_iter().map(Emoji::from).collect())
}

/// This node's own, by category and shortcode.
///
/// # Errors
/// The database's.
pub fn own(conn: &mut Conn) -> Result<Vec<Emoji>, StoreError> {
    let rows = emojis::table
        .filter(emojis::peer_id.is_null())
        .load::<Row>(conn)?;
    let mut own: Vec<Emoji> = rows.into_iter().map(Emoji::from).collect();
    // Not by the database: PostgreSQL would sort as its language does, SQLite by bytes.
    own.sort_by(|a, b| (&a.category, &a.shortcode).cmp(&(&b.category, &b.shortcode)));
    Ok(own)
}

/// One by id.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: EmojiId) -> Result<Option<Emoji>, StoreError> {
    let row = emojis::table.find(id.get()).first::<Row>(conn).optional()?;
    Ok(row.map(Emoji::from))
}

/// One by its shortcode, of this node or of a peer.
///
/// # Errors
/// The database's.
pub fn by_shortcode(
    conn: &mut Conn,
    peer: Option<PeerId>,
    shortcode: &str,
) -> Result<Option<Emoji>, StoreError> {
    let named = emojis::table.filter(emojis::shortcode.eq(shortcode));
    let row = match peer {
        Some(peer) => named
            .filter(emojis::peer_id.eq(peer.get()))
            .first::<Row>(conn)
            .optional()?,
        None => named
            .filter(emojis::peer_id.is_null())
            .first::<Row>(conn)
            .optional()?,
    };
    Ok(row.map(Emoji::from))
}

/// How many there are of this node, or of a peer.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, peer: Option<PeerId>) -> Result<i64, StoreError> {
    Ok(match peer {
        Some(peer) => emojis::table
            .filter(emojis::peer_id.eq(peer.get()))
            .select(count_star())
            .first(conn)?,
        None => emojis::table
            .filter(emojis::peer_id.is_null())
            .select(count_star())
            .first(conn)?,
    })
}

/// Inserts one.
///
/// # Errors
/// [`StoreError::Conflict`] if the shortcode is taken; the database's.
pub fn insert(conn: &mut Conn, one: &Emoji) -> Result<(), StoreError> {
    let still = one.picture.still.as_ref();
    diesel::insert_into(emojis::table)
        .values((
            emojis::id.eq(one.id.get()),
            emojis::peer_id.eq(one.peer.map(PeerId::get)),
            emojis::shortcode.eq(&one.shortcode),
            emojis::uri.eq(one.uri.as_deref()),
            emojis::category.eq(&one.category),
            emojis::visible_in_picker.eq(one.visible_in_picker),
            emojis::disabled.eq(one.disabled),
            emojis::hash.eq(&one.picture.hash),
            emojis::content_type.eq(&one.picture.content_type),
            emojis::size.eq(one.picture.size),
            emojis::still_hash.eq(still.map(|(hash, _)| hash.as_str())),
            emojis::still_size.eq(still.map_or(0, |(_, size)| *size)),
            emojis::remote_url.eq(one.remote_url.as_deref()),
            emojis::remote_updated_at.eq(one.remote_updated_at.map(to_db)),
            emojis::epoch.eq(one.epoch),
            emojis::created_at.eq(to_db(one.created_at)),
            emojis::updated_at.eq(to_db(one.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes what may change of one.
///
/// # Errors
/// The database's.
pub fn update(conn: &mut Conn, one: &Emoji) -> Result<(), StoreError> {
    let still = one.picture.still.as_ref();
    diesel::update(emojis::table.find(one.id.get()))
        .set((
            emojis::uri.eq(one.uri.as_deref()),
            emojis::category.eq(&one.category),
            emojis::visible_in_picker.eq(one.visible_in_picker),
            emojis::disabled.eq(one.disabled),
            emojis::hash.eq(&one.picture.hash),
            emojis::content_type.eq(&one.picture.content_type),
            emojis::size.eq(one.picture.size),
            emojis::still_hash.eq(still.map(|(hash, _)| hash.as_str())),
            emojis::still_size.eq(still.map_or(0, |(_, size)| *size)),
            emojis::remote_url.eq(one.remote_url.as_deref()),
            emojis::remote_updated_at.eq(one.remote_updated_at.map(to_db)),
            emojis::epoch.eq(one.epoch),
            emojis::updated_at.eq(to_db(one.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes one; its bytes are the caller's to remove.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: EmojiId) -> Result<(), StoreError> {
    diesel::delete(emojis::table.find(id.get())).execute(conn)?;
    Ok(())
}

/// Removes those of a peer; the hashes of their bytes, which are the caller's to remove.
///
/// # Errors
/// The database's.
pub fn remove_of(conn: &mut Conn, peer: PeerId) -> Result<Vec<String>, StoreError> {
    let of_peer = emojis::table.filter(emojis::peer_id.eq(peer.get()));
    let hashes = of_peer
        .select((emojis::hash, emojis::still_hash))
        .load::<(String, Option<String>)>(conn)?;
    diesel::delete(of_peer).execute(conn)?;
    Ok(hashes
        .into_iter()
        .flat_map(|(hash, still)| std::iter::once(hash).chain(still))
        .collect())
}

/// Makes every URL of an emoji so far a 404: another node was given some of them.
///
/// # Errors
/// The database's.
pub(crate) fn raise_epochs(conn: &mut Conn) -> Result<(), StoreError> {
    diesel::update(emojis::table)
        .set(emojis::epoch.eq(emojis::epoch + 1))
        .execute(conn)?;
    Ok(())
}

/// Whether bytes are those of an emoji.
///
/// # Errors
/// The database's.
pub(crate) fn hash_is_used(conn: &mut Conn, hash: &str) -> Result<bool, StoreError> {
    let found = emojis::table
        .filter(emojis::hash.eq(hash).or(emojis::still_hash.eq(hash)))
        .select(count_star())
        .first::<i64>(conn)?;
    Ok(found > 0)
}
