//! Keys of people: public ones of everyone, private ones of local people (sealed).

use crate::schema::{account_keys, accounts, peers};
use crate::{Conn, StoreError, accounts::SHOWN, to_db};
use diesel::prelude::*;
use entrenous_model::{AccountId, Time};

/// A public key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Key {
    /// Id on the wire.
    pub key_id: String,
    /// `rsa` or `ed25519`.
    pub kind: String,
    /// SPKI PEM, or multibase.
    pub public_key: String,
}

/// The public keys of an account, by id.
///
/// # Errors
/// The database's.
pub fn of_account(conn: &mut Conn, id: AccountId) -> Result<Vec<Key>, StoreError> {
    Ok(account_keys::table
        .filter(account_keys::account_id.eq(id.get()))
        .order(account_keys::key_id.asc())
        .select((account_keys::key_id, account_keys::kind, account_keys::public_key))
        .load(conn)?)
}

/// Whose key that is, with the key; only of enabled accounts whose peer is active or suspended.
///
/// # Errors
/// The database's.
pub fn owner(conn: &mut Conn, key_id: &str) -> Result<Option<(AccountId, Key)>, StoreError> {
    let found = account_keys::table
        .inner_join(accounts::table.on(accounts::id.eq(account_keys::account_id)))
        .left_join(peers::table.on(peers::id.nullable().eq(accounts::peer_id)))
        .filter(account_keys::key_id.eq(key_id))
        .filter(accounts::disabled_at.is_null())
        .filter(peers::state.nullable().is_null().or(peers::state.eq_any(SHOWN)))
        .select((
            account_keys::account_id,
            (account_keys::key_id, account_keys::kind, account_keys::public_key),
        ))
        .first::<(i64, Key)>(conn)
        .optional()?;
    Ok(found.map(|(id, key)| (AccountId(id), key)))
}

/// The sealed private key of one kind, with its id.
///
/// # Errors
/// The database's.
pub fn sealed(conn: &mut Conn, id: AccountId, kind: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let found = account_keys::table
        .filter(account_keys::account_id.eq(id.get()))
        .filter(account_keys::kind.eq(kind))
        .filter(account_keys::sealed_private.is_not_null())
        .order(account_keys::pinned_at.desc())
        .select((account_keys::key_id, account_keys::sealed_private))
        .first::<(String, Option<Vec<u8>>)>(conn)
        .optional()?;
    Ok(found.and_then(|(key_id, sealed)| sealed.map(|sealed| (key_id, sealed))))
}

/// Inserts a key; `sealed` is the private half of a local person's.
///
/// # Errors
/// [`StoreError::Conflict`] if the id is taken.
pub fn insert(
    conn: &mut Conn,
    account: AccountId,
    key: &Key,
    sealed: Option<&[u8]>,
    now: Time,
) -> Result<(), StoreError> {
    diesel::insert_into(account_keys::table)
        .values((
            account_keys::key_id.eq(&key.key_id),
            account_keys::account_id.eq(account.get()),
            account_keys::kind.eq(&key.kind),
            account_keys::public_key.eq(&key.public_key),
            account_keys::sealed_private.eq(sealed),
            account_keys::pinned_at.eq(to_db(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes one key of an account.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, account: AccountId, key_id: &str) -> Result<(), StoreError> {
    diesel::delete(account_keys::table)
        .filter(account_keys::account_id.eq(account.get()))
        .filter(account_keys::key_id.eq(key_id))
        .execute(conn)?;
    Ok(())
}

/// Removes all keys of an account.
///
/// # Errors
/// The database's.
pub fn remove_all(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    diesel::delete(account_keys::table)
        .filter(account_keys::account_id.eq(account.get()))
        .execute(conn)?;
    Ok(())
}

/// Whose key that is, disabled or not.
///
/// # Errors
/// The database's.
pub fn holder(conn: &mut Conn, key_id: &str) -> Result<Option<AccountId>, StoreError> {
    let id = account_keys::table
        .find(key_id)
        .select(account_keys::account_id)
        .first::<i64>(conn)
        .optional()?;
    Ok(id.map(AccountId))
}
