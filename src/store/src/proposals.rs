//! Changes of contracts: those that wait for an answer, and those that were agreed to.

use crate::schema::{agreements, proposals};
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{Agreed, Contract, PeerId, Proposal};

fn read(contract: &str, peer: i64) -> Result<Contract, StoreError> {
    serde_json::from_str(contract).map_err(|_| StoreError::Corrupt(format!("a contract with peer {peer}")))
}

fn written(contract: &Contract) -> Result<String, StoreError> {
    serde_json::to_string(contract).map_err(|error| StoreError::Corrupt(error.to_string()))
}

type Row = (i64, bool, String, String, String, NaiveDateTime, String);

fn proposal((peer, by_us, uri, contract, note, made_at, document): Row) -> Result<Proposal, StoreError> {
    Ok(Proposal {
        peer: PeerId(peer),
        uri,
        by_us,
        contract: read(&contract, peer)?,
        note,
        made_at: from_db(made_at),
        document,
    })
}

/// The proposals that stand between this node and a peer, ours last; at most one of each side.
///
/// # Errors
/// The database's; `Corrupt` for a contract that cannot be read.
pub fn of_peer(conn: &mut Conn, peer: PeerId) -> Result<Vec<Proposal>, StoreError> {
    proposals::table
        .filter(proposals::peer_id.eq(peer.get()))
        .order(proposals::by_us)
        .load::<Row>(conn)?
        .into_iter()
        .map(proposal)
        .collect()
}

/// Puts a proposal in the place of an earlier one of the same side.
///
/// # Errors
/// The database's.
pub fn put(conn: &mut Conn, new: &Proposal) -> Result<(), StoreError> {
    remove(conn, new.peer, new.by_us)?;
    diesel::insert_into(proposals::table)
        .values((
            proposals::peer_id.eq(new.peer.get()),
            proposals::by_us.eq(new.by_us),
            proposals::uri.eq(&new.uri),
            proposals::contract.eq(written(&new.contract)?),
            proposals::note.eq(&new.note),
            proposals::made_at.eq(to_db(new.made_at)),
            proposals::document.eq(&new.document),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes the proposal of one side.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, peer: PeerId, by_us: bool) -> Result<(), StoreError> {
    diesel::delete(proposals::table.find((peer.get(), by_us))).execute(conn)?;
    Ok(())
}

/// Writes down what was agreed, in the place of what this node had taken for that version.
///
/// # Errors
/// The database's.
pub fn agree(conn: &mut Conn, peer: PeerId, agreed: &Agreed) -> Result<(), StoreError> {
    let version = i64::from(agreed.contract.version);
    diesel::delete(agreements::table.find((peer.get(), version))).execute(conn)?;
    diesel::insert_into(agreements::table)
        .values((
            agreements::peer_id.eq(peer.get()),
            agreements::version.eq(version),
            agreements::by_us.eq(agreed.by_us),
            agreements::contract.eq(written(&agreed.contract)?),
            agreements::document.eq(&agreed.document),
            agreements::agreed_at.eq(to_db(agreed.agreed_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// What was agreed with a peer, newest first, at most `limit`.
///
/// # Errors
/// As [`of_peer`].
pub fn agreed(conn: &mut Conn, peer: PeerId, limit: i64) -> Result<Vec<Agreed>, StoreError> {
    let rows: Vec<(bool, String, String, NaiveDateTime)> = agreements::table
        .filter(agreements::peer_id.eq(peer.get()))
        .order(agreements::version.desc())
        .limit(limit)
        .select((
            agreements::by_us,
            agreements::contract,
            agreements::document,
            agreements::agreed_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(by_us, contract, document, agreed_at)| {
            Ok(Agreed {
                contract: read(&contract, peer.get())?,
                by_us,
                document,
                agreed_at: from_db(agreed_at),
            })
        })
        .collect()
}

/// Forgets proposals and agreements with a peer: a new connection begins at version 1.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    diesel::delete(proposals::table.filter(proposals::peer_id.eq(peer.get()))).execute(conn)?;
    diesel::delete(agreements::table.filter(agreements::peer_id.eq(peer.get()))).execute(conn)?;
    Ok(())
}
