//! All that is sealed with the vault's key, wherever it is kept: for changing that key.

use crate::schema::{
    account_keys, ledger_heads, ledger_keys, node_secrets, peer_invites, peers, push_subscriptions,
};
use crate::{Backend, Conn, StoreError};
use diesel::prelude::*;
use entrenous_model::{LedgerHead, Origin, PeerId};

/// What is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The node's own private keys.
    Node,
    /// Private keys of people.
    Person,
    /// Keys derived from the tokens of invitations.
    Invitation,
    /// What the hashes of people in the ledger are made with.
    Ledger,
    /// Where clients are told by Web Push, and the keys for it.
    Push,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Node,
        Self::Person,
        Self::Invitation,
        Self::Ledger,
        Self::Push,
    ];
}

/// One sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its row, for [`put`].
    pub row: Row,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// A row by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// By a text.
    Named(String),
    /// By a number.
    Numbered(i64),
}

/// All values of one kind.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn, kind: Kind) -> Result<Vec<Sealed>, StoreError> {
    let named = |(name, bytes)| Sealed {
        row: Row::Named(name),
        bytes,
    };
    let numbered = |(id, bytes)| Sealed {
        row: Row::Numbered(id),
        bytes,
    };
    Ok(match kind {
        Kind::Node => node_secrets::table
            .select((node_secrets::name, node_secrets::sealed))
            .order(node_secrets::name)
            .load::<(String, Vec<u8>)>(conn)?
            .into_iter()
            .map(named)
            .collect(),
        Kind::Person => account_keys::table
            .filter(account_keys::sealed_private.is_not_null())
            .select((
                account_keys::key_id,
                account_keys::sealed_private.assume_not_null(),
            ))
            .order(account_keys::key_id)
            .load::<(String, Vec<u8>)>(conn)?
            .into_iter()
            .map(named)
            .collect(),
        Kind::Invitation => peer_invites::table
            .select((peer_invites::id, peer_invites::sealed_key))
            .order(peer_invites::id)
            .load::<(i64, Vec<u8>)>(conn)?
            .into_iter()
            .map(numbered)
            .collect(),
        Kind::Ledger => ledger_keys::table
            .select((ledger_keys::account_id, ledger_keys::sealed))
            .order(ledger_keys::account_id)
            .load::<(i64, Vec<u8>)>(conn)?
            .into_iter()
            .map(numbered)
            .collect(),
        Kind::Push => push_subscriptions::table
            .select((push_subscriptions::id, push_subscriptions::sealed))
            .order(push_subscriptions::id)
            .load::<(i64, Vec<u8>)>(conn)?
            .into_iter()
            .map(numbered)
            .collect(),
    })
}

/// Whether SQLite writes zeros over what is replaced on this connection. On PostgreSQL nothing: the former row stays until
/// `VACUUM`.
///
/// # Errors
/// The database's.
pub fn overwrite(conn: &mut Conn, zeros: bool) -> Result<(), StoreError> {
    match conn.backend() {
        Backend::Sqlite if zeros => conn.batch("PRAGMA secure_delete = ON"),
        Backend::Sqlite => conn.batch("PRAGMA secure_delete = OFF"),
        Backend::Postgres => Ok(()),
    }
}

/// Writes a value in its place.
///
/// # Errors
/// The database's.
pub fn put(conn: &mut Conn, kind: Kind, sealed: Sealed) -> Result<(), StoreError> {
    let Sealed { row, bytes } = sealed;
    match (kind, row) {
        (Kind::Node, Row::Named(name)) => diesel::update(node_secrets::table.find(name))
            .set(node_secrets::sealed.eq(bytes))
            .execute(conn)?,
        (Kind::Person, Row::Named(id)) => diesel::update(account_keys::table.find(id))
            .set(account_keys::sealed_private.eq(Some(bytes)))
            .execute(conn)?,
        (Kind::Invitation, Row::Numbered(id)) => diesel::update(peer_invites::table.find(id))
            .set(peer_invites::sealed_key.eq(bytes))
            .execute(conn)?,
        (Kind::Ledger, Row::Numbered(id)) => diesel::update(ledger_keys::table.find(id))
            .set(ledger_keys::sealed.eq(bytes))
            .execute(conn)?,
        (Kind::Push, Row::Numbered(id)) => diesel::update(push_subscriptions::table.find(id))
            .set(push_subscriptions::sealed.eq(bytes))
            .execute(conn)?,
        (_, row) => return Err(StoreError::Corrupt(format!("no row of this kind: {row:?}"))),
    };
    Ok(())
}

/// The ends of all ledgers, with the origin of the peer that each is about.
///
/// # Errors
/// The database's; `Corrupt` for an origin that cannot be read.
pub fn ledger_ends(conn: &mut Conn) -> Result<Vec<(Origin, LedgerHead)>, StoreError> {
    let rows = ledger_heads::table
        .inner_join(peers::table.on(peers::id.eq(ledger_heads::peer_id)))
        .order(ledger_heads::peer_id)
        .select((
            peers::origin,
            ledger_heads::peer_id,
            ledger_heads::seq,
            ledger_heads::hash,
            ledger_heads::mac,
        ))
        .load::<(String, i64, i64, Vec<u8>, Vec<u8>)>(conn)?;
    rows.into_iter()
        .map(|(origin, peer, seq, hash, mac)| {
            let origin = Origin::parse(&origin)
                .map_err(|_| StoreError::Corrupt(format!("peer {peer} has no origin")))?;
            let head = LedgerHead {
                peer: PeerId(peer),
                seq,
                hash,
                mac,
            };
            Ok((origin, head))
        })
        .collect()
}

/// Ties the end of a ledger to another key.
///
/// # Errors
/// The database's.
pub fn bind_ledger(conn: &mut Conn, peer: PeerId, mac: Vec<u8>) -> Result<(), StoreError> {
    diesel::update(ledger_heads::table.find(peer.get()))
        .set(ledger_heads::mac.eq(mac))
        .execute(conn)?;
    Ok(())
}
