//! The little that verbs between people need to know of a person inside a transaction.

use crate::{Conn, StoreError, sql::Sql};
use diesel::{
    Queryable,
    sql_types::{BigInt, Bool, Nullable, Text},
};
use entrenous_model::{AccountId, PeerId};

/// A person, as far as a verb needs.
#[derive(Debug, Clone)]
pub struct Person {
    /// Local id.
    pub id: AccountId,
    /// Name before the `@`.
    pub username: String,
    /// The peer they belong to.
    pub peer: Option<PeerId>,
    /// Follow requests wait for approval.
    pub locked: bool,
    /// ActivityPub id.
    pub uri: String,
    /// Enabled, and of this node or of an active peer.
    pub active: bool,
    /// Accepted followers known here.
    pub followers: i64,
}

impl Person {
    /// True for a person of this node.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.peer.is_none()
    }
}

#[derive(Queryable)]
struct Row {
    id: i64,
    username: String,
    peer: Option<i64>,
    locked: bool,
    uri: String,
    disabled: bool,
    state: Option<String>,
    followers: i64,
}

/// Somebody, disabled people and people of ended peers included. A group of this node is nobody: what people do to each other
/// is not done to it.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, id: AccountId) -> Result<Option<Person>, StoreError> {
    let row = Sql::new(
        "SELECT a.id, a.username, a.peer_id, a.locked, a.uri, a.disabled_at IS NOT NULL, r.state, a.followers_count \
         FROM accounts a LEFT JOIN peers r ON r.id = a.peer_id WHERE (a.kind <> 'group' OR a.peer_id IS NOT NULL) \
         AND a.id = ",
    )
    .int(id.get())
    .first::<(
        BigInt,
        Text,
        Nullable<BigInt>,
        Bool,
        Text,
        Bool,
        Nullable<Text>,
        BigInt,
    ), Row>(conn)?;
    Ok(row.map(|row| Person {
        id: AccountId(row.id),
        username: row.username,
        active: !row.disabled && (row.peer.is_none() || row.state.as_deref() == Some("active")),
        peer: row.peer.map(PeerId),
        locked: row.locked,
        uri: row.uri,
        followers: row.followers,
    }))
}
