//! What the ActivityPub id of a reaction or block stands for: an `Undo` may name it by that alone.

use crate::schema::{blocks, favourites};
use crate::{Conn, StoreError};
use diesel::prelude::*;
use entrenous_model::{AccountId, PostId};

/// The favourite with that id: who, and of what.
///
/// # Errors
/// The database's.
pub fn favourite(conn: &mut Conn, uri: &str) -> Result<Option<(AccountId, PostId)>, StoreError> {
    let found = favourites::table
        .filter(favourites::uri.eq(uri))
        .select((favourites::account_id, favourites::post_id))
        .first::<(i64, i64)>(conn)
        .optional()?;
    Ok(found.map(|(account, post)| (AccountId(account), PostId(post))))
}

/// The block with that id: who, and whom.
///
/// # Errors
/// The database's.
pub fn block(conn: &mut Conn, uri: &str) -> Result<Option<(AccountId, AccountId)>, StoreError> {
    let found = blocks::table
        .filter(blocks::uri.eq(uri))
        .select((blocks::account_id, blocks::target_id))
        .first::<(i64, i64)>(conn)
        .optional()?;
    Ok(found.map(|(account, target)| (AccountId(account), AccountId(target))))
}
