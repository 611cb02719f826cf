//! The generations of this node's own keys; the private halves are in [`crate::node_secrets`].

use crate::schema::{node_keys, peers};
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::dsl::{max, min};
use diesel::prelude::*;
use entrenous_model::{KeyGeneration, OwnKeys, PeerState, Time};

#[derive(Queryable, Insertable)]
#[diesel(table_name = node_keys)]
struct Row {
    generation: i32,
    ed25519: String,
    rsa_pem: String,
    fingerprint: String,
    made_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
}

impl From<Row> for OwnKeys {
    fn from(row: Row) -> Self {
        Self {
            generation: KeyGeneration::of(row.generation),
            ed25519: row.ed25519,
            rsa_pem: row.rsa_pem,
            fingerprint: row.fingerprint,
            made_at: from_db(row.made_at),
            ended_at: row.ended_at.map(from_db),
        }
    }
}

/// All generations, the first one first.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<OwnKeys>, StoreError> {
    let rows = node_keys::table.order(node_keys::generation).load::<Row>(conn)?;
    Ok(rows.into_iter().map(OwnKeys::from).collect())
}

/// The newest generation; `None` before the first is kept.
///
/// # Errors
/// The database's.
pub fn current(conn: &mut Conn) -> Result<Option<KeyGeneration>, StoreError> {
    let newest = node_keys::table
        .select(max(node_keys::generation))
        .first::<Option<i32>>(conn)?;
    Ok(newest.map(KeyGeneration::of))
}

/// The newest generation, which stays the newest until the transaction ends. Who rotates, and who adds a peer that has
/// pinned one, begin here: no peer is forgotten between the two.
///
/// # Errors
/// The database's.
pub fn lock_current(conn: &mut Conn) -> Result<Option<KeyGeneration>, StoreError> {
    let mut newest = current(conn)?;
    while let Some(generation) = newest {
        diesel::update(node_keys::table.find(generation.get()))
            .set(node_keys::fingerprint.eq(node_keys::fingerprint))
            .execute(conn)?;
        let now = current(conn)?;
        if now == newest {
            break;
        }
        newest = now;
    }
    Ok(newest)
}

/// A generation that still signs, which is not ended until the transaction is; false if it has ended.
///
/// # Errors
/// The database's.
pub fn lock(conn: &mut Conn, generation: KeyGeneration) -> Result<bool, StoreError> {
    let open = node_keys::table
        .find(generation.get())
        .filter(node_keys::ended_at.is_null());
    Ok(diesel::update(open)
        .set(node_keys::fingerprint.eq(node_keys::fingerprint))
        .execute(conn)?
        == 1)
}

/// Every generation before the newest, locked likewise: whoever adds a peer that has one of them is through, or waits.
///
/// # Errors
/// The database's.
pub fn lock_former(conn: &mut Conn, newest: KeyGeneration) -> Result<(), StoreError> {
    let former: Vec<i32> = node_keys::table
        .filter(node_keys::generation.lt(newest.get()))
        .filter(node_keys::ended_at.is_null())
        .order(node_keys::generation)
        .select(node_keys::generation)
        .load(conn)?;
    for generation in former {
        lock(conn, KeyGeneration::of(generation))?;
    }
    Ok(())
}

/// Keeps a new generation.
///
/// # Errors
/// `Conflict` if it is there.
pub fn insert(conn: &mut Conn, keys: &OwnKeys) -> Result<(), StoreError> {
    diesel::insert_into(node_keys::table)
        .values(Row {
            generation: keys.generation.get(),
            ed25519: keys.ed25519.clone(),
            rsa_pem: keys.rsa_pem.clone(),
            fingerprint: keys.fingerprint.clone(),
            made_at: to_db(keys.made_at),
            ended_at: keys.ended_at.map(to_db),
        })
        .execute(conn)?;
    Ok(())
}

/// The oldest generation that a peer has which is or may be spoken to: any that was not revoked before `revoked_since`.
///
/// # Errors
/// The database's.
pub fn oldest_needed(conn: &mut Conn, revoked_since: Time) -> Result<Option<KeyGeneration>, StoreError> {
    let oldest = peers::table
        .filter(
            peers::state
                .ne(PeerState::Revoked.as_str())
                .or(peers::updated_at.gt(to_db(revoked_since))),
        )
        .select(min(peers::our_keys))
        .first::<Option<i32>>(conn)?;
    Ok(oldest.map(KeyGeneration::of))
}

/// Ends every generation before `first`; answers those that ended now.
///
/// # Errors
/// The database's.
pub fn end_before(conn: &mut Conn, first: KeyGeneration, now: Time) -> Result<Vec<OwnKeys>, StoreError> {
    let rows = node_keys::table
        .filter(node_keys::generation.lt(first.get()))
        .filter(node_keys::ended_at.is_null())
        .order(node_keys::generation)
        .load::<Row>(conn)?;
    let mut ended = Vec::new();
    for row in rows {
        let open = node_keys::table
            .find(row.generation)
            .filter(node_keys::ended_at.is_null());
        // Another transaction may have been first.
        if diesel::update(open)
            .set(node_keys::ended_at.eq(Some(to_db(now))))
            .execute(conn)?
            == 1
        {
            ended.push(row.into());
        }
    }
    Ok(ended)
}
