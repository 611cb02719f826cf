//! The followers that one person has in one place: the sets that two nodes compare (FEP-8fcf).

use crate::schema::{accounts, follows};
use crate::{Conn, StoreError, among::among, sql::Sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use entrenous_model::{AccountId, FollowId, PeerId};
use std::collections::HashMap;

/// Whose people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// This node's.
    Own,
    /// A peer's.
    Peer(PeerId),
}

/// A person who follows someone, by our books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// The follow.
    pub follow: FollowId,
    /// Who.
    pub follower: AccountId,
    /// Their ActivityPub id.
    pub uri: String,
}

/// A person of this node, named by their ActivityPub id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Who.
    pub id: AccountId,
    /// Name before the `@`.
    pub username: String,
    /// Their ActivityPub id.
    pub uri: String,
    /// They have left.
    pub left: bool,
}

/// A number that moves with every change of the accepted followers of `followee` in that place.
///
/// # Errors
/// The database's.
pub fn version(conn: &mut Conn, followee: AccountId, place: Place) -> Result<i64, StoreError> {
    let place = match place {
        Place::Own => 0,
        Place::Peer(peer) => peer.get(),
    };
    let version = Sql::new("SELECT version FROM follower_versions WHERE followee_id = ")
        .int(followee.get())
        .raw(" AND peer_id = ")
        .int(place)
        .one(conn)?;
    Ok(version.unwrap_or(0))
}

/// ActivityPub ids of the accepted followers of `followee` in that place, of at most `limit` of them, newest first.
///
/// # Errors
/// The database's.
pub fn uris(
    conn: &mut Conn,
    followee: AccountId,
    place: Place,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let rows = of(conn, followee, place, limit)?;
    Ok(rows.into_iter().map(|one| one.uri).collect())
}

/// Our own people who follow `followee`, accepted, at most `limit`.
///
/// # Errors
/// The database's.
pub fn own(conn: &mut Conn, followee: AccountId, limit: i64) -> Result<Vec<Follower>, StoreError> {
    of(conn, followee, Place::Own, limit)
}

/// In two steps: joined, SQLite may look at every account for each follower while its statistics are of a time when there
/// were few.
fn of(conn: &mut Conn, followee: AccountId, place: Place, limit: i64) -> Result<Vec<Follower>, StoreError> {
    let sql =
        Sql::new("SELECT id, follower_id FROM follows WHERE accepted AND followee_id = ").int(followee.get());
    let sql = match place {
        Place::Own => sql.raw(" AND follower_peer IS NULL"),
        Place::Peer(peer) => sql.raw(" AND follower_peer = ").int(peer.get()),
    };
    let rows = sql
        .raw(" ORDER BY id DESC LIMIT ")
        .int(limit)
        .load::<(BigInt, BigInt), (i64, i64)>(conn)?;
    let mut uris = HashMap::with_capacity(rows.len());
    for piece in rows.chunks(PIECE) {
        let ids = piece.iter().map(|(_, follower)| *follower);
        let found = accounts::table
            .filter(among(accounts::id, ids))
            .filter(accounts::disabled_at.is_null())
            .select((accounts::id, accounts::uri))
            .load::<(i64, String)>(conn)?;
        uris.extend(found);
    }
    Ok(rows
        .into_iter()
        .filter_map(|(follow, follower)| {
            Some(Follower {
                follow: FollowId(follow),
                follower: AccountId(follower),
                uri: uris.remove(&follower)?,
            })
        })
        .collect())
}

/// Ids that are asked for in one statement.
const PIECE: usize = 500;

/// Those people of this node, leavers too, whom the ids name and who do not follow `followee`, accepted.
///
/// # Errors
/// The database's.
pub fn strangers_among(
    conn: &mut Conn,
    followee: AccountId,
    ids: &[String],
) -> Result<Vec<Named>, StoreError> {
    let mut all = Vec::new();
    for piece in ids.chunks(PIECE) {
        let follows_them = follows::table
            .filter(follows::follower_id.eq(accounts::id))
            .filter(follows::followee_id.eq(followee.get()))
            .filter(follows::accepted.eq(true));
        let rows = accounts::table
            .filter(accounts::uri.eq_any(piece.to_vec()))
            .filter(accounts::peer_id.is_null())
            .filter(diesel::dsl::not(diesel::dsl::exists(follows_them)))
            .order(accounts::id)
            .select((
                accounts::id,
                accounts::username,
                accounts::uri,
                accounts::disabled_at.is_not_null(),
            ))
            .load::<(i64, String, String, bool)>(conn)?;
        all.extend(rows.into_iter().map(|(id, username, uri, left)| Named {
            id: AccountId(id),
            username,
            uri,
            left,
        }));
    }
    Ok(all)
}

/// Who has a `Follow` or its `Undo` on the way to `peer`. `None` if more than `limit` deliveries wait for it: then it is not
/// known.
///
/// # Errors
/// The database's.
pub fn under_way(conn: &mut Conn, peer: PeerId, limit: i64) -> Result<Option<Vec<AccountId>>, StoreError> {
    let rows = Sql::new(
        "SELECT CASE WHEN c.kind IN ('Follow', 'Undo Follow', 'Delete Person') THEN COALESCE(c.account_id, 0) ELSE 0 END \
         FROM deliveries d JOIN activities c ON c.id = d.activity_id WHERE d.state = 'queued' AND d.peer_id = ",
    )
    .int(peer.get())
    .raw(" LIMIT ")
    .int(limit.saturating_add(1))
    .list(conn)?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit {
        return Ok(None);
    }
    Ok(Some(
        rows.into_iter().filter(|id| *id != 0).map(AccountId).collect(),
    ))
}
