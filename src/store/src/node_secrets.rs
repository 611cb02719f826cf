//! Secrets of the node itself, sealed by the domain's vault before they come here.

use crate::schema::node_secrets;
use crate::{Conn, StoreError, Tx, from_db, to_db};
use diesel::prelude::*;
use entrenous_model::Time;

/// One sealed secret.
///
/// # Errors
/// Only the database's.
pub fn get(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = node_secrets::table
        .filter(node_secrets::name.eq(name))
        .select(node_secrets::sealed)
        .first(conn)
        .optional()?;
    Ok(sealed)
}

/// Two sealed secrets.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Two sealed secrets that are kept and removed together. In one statement: on PostgreSQL another transaction may end between
/// two.
///
/// # Errors
/// The database's; `Corrupt` if one of them is missing.
pub fn pair(conn: &mut Conn, one: &str, other: &str) -> Result<Option<Pair>, StoreError> {
    let found = node_secrets::table
        .filter(node_secrets::name.eq(one).or(node_secrets::name.eq(other)))
        .select((node_secrets::name, node_secrets::sealed))
        .load::<(String, Vec<u8>)>(conn)?;
    let (mut first, mut second) = (None, None);
    for (name, sealed) in found {
        if name == one {
            first = Some(sealed);
        } else {
            second = Some(sealed);
        }
    }
    match (first, second) {
        (Some(first), Some(second)) => Ok(Some((first, second))),
        (None, None) => Ok(None),
        _ => Err(StoreError::Corrupt(format!(
            "one of {one} and {other} is missing"
        ))),
    }
}

/// Since when a secret is kept.
///
/// # Errors
/// Only the database's.
pub fn since(conn: &mut Conn, name: &str) -> Result<Option<Time>, StoreError> {
    let at = node_secrets::table
        .filter(node_secrets::name.eq(name))
        .select(node_secrets::created_at)
        .first(conn)
        .optional()?;
    Ok(at.map(from_db))
}

/// Removes a secret.
///
/// # Errors
/// Only the database's.
pub fn remove(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    diesel::delete(node_secrets::table.filter(node_secrets::name.eq(name))).execute(conn)?;
    Ok(())
}

/// Keeps sealed secrets, all or none: if one of the names is there already, nothing is written and nothing is
/// overwritten. Tells whether they were written.
///
/// # Errors
/// Only the database's.
pub fn insert_new(tx: &mut Tx, secrets: &[(&str, Vec<u8>)]) -> Result<bool, StoreError> {
    for (name, _) in secrets {
        if get(tx, name)?.is_some() {
            return Ok(false);
        }
    }
    let now = to_db(tx.now());
    for (name, sealed) in secrets {
        diesel::insert_into(node_secrets::table)
            .values((
                node_secrets::name.eq(*name),
                node_secrets::sealed.eq(sealed),
                node_secrets::created_at.eq(now),
            ))
            .execute(&mut **tx)?;
    }
    Ok(true)
}
