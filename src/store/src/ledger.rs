//! The federation ledger: what waits to be sealed, the chains, their heads, and the keys of people's hashes.

use crate::among::among;
use crate::schema::{accounts, ledger, ledger_heads, ledger_keys, ledger_waiting, posts};
use crate::sql::Sql;
use crate::{Conn, StoreError, from_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, Crossing, Direction, LedgerHead, LedgerRow, Parcel, PeerId, Time};

/// Rows in one statement: SQLite binds 32,766 values at most.
const MOST_ROWS: usize = 128;

/// Something that waits to be sealed.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Row.
    pub id: i64,
    /// When it was.
    pub at: Time,
    /// What.
    pub crossing: Crossing,
}

/// Calls `f` for pieces of `rows`, in sizes of powers of two, so that few different statements are kept prepared.
fn in_pieces<T>(mut rows: &[T], mut f: impl FnMut(&[T]) -> Result<(), StoreError>) -> Result<(), StoreError> {
    while !rows.is_empty() {
        let size = (rows.len() + 1).next_power_of_two() / 2;
        let (some, rest) = rows.split_at(size.min(MOST_ROWS));
        f(some)?;
        rows = rest;
    }
    Ok(())
}

/// Writes down what crossed or was refused.
///
/// # Errors
/// The database's.
pub fn wait(conn: &mut Conn, all: &[Waiting]) -> Result<(), StoreError> {
    in_pieces(all, |some| {
        let mut sql = Sql::new(
            "INSERT INTO ledger_waiting (id, peer_id, at, direction, kind, activity, object, account_id, bytes, times, \
             refused) VALUES ",
        );
        for (n, Waiting { id, at, crossing }) in some.iter().enumerate() {
            let parcel = &crossing.parcel;
            sql = sql
                .raw(if n == 0 { "(" } else { ",(" })
                .int(*id)
                .raw(",")
                .int(crossing.peer.get())
                .raw(",")
                .time(*at)
                .raw(",")
                .text(crossing.direction.as_str())
                .raw(",")
                .text(parcel.kind.as_str())
                .raw(",")
                .opt_text(parcel.activity.clone())
                .raw(",")
                .opt_text(parcel.object.clone())
                .raw(",")
                .opt_int(parcel.account.map(AccountId::get))
                .raw(",")
                .int(parcel.bytes)
                .raw(",")
                .int(crossing.times)
                .raw(",")
                .opt_text(crossing.refused.clone())
                .raw(")");
        }
        sql.run(conn).map(drop)
    })
}

type WaitingRow = (
    i64,
    i64,
    NaiveDateTime,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    i64,
    i64,
    Option<String>,
);

/// What waits to be sealed, oldest first.
///
/// # Errors
/// The database's; `Corrupt` for a direction that nobody writes.
pub fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    ledger_waiting::table
        .order(ledger_waiting::id)
        .limit(limit)
        .load::<WaitingRow>(conn)?
        .into_iter()
        .map(
            |(id, peer, at, direction, kind, activity, object, account, bytes, times, refused)| {
                let direction = [
                    Direction::Sent,
                    Direction::Received,
                    Direction::Served,
                    Direction::Fetched,
                ]
                .into_iter()
                .find(|known| known.as_str() == direction)
                .ok_or_else(|| StoreError::Corrupt(format!("ledger_waiting {id}: direction")))?;
                Ok(Waiting {
                    id,
                    at: from_db(at),
                    crossing: Crossing {
                        peer: PeerId(peer),
                        direction,
                        parcel: Parcel {
                            kind,
                            activity,
                            object,
                            account: account.map(AccountId),
                            bytes,
                        },
                        times,
                        refused,
                    },
                })
            },
        )
        .collect()
}

/// Whom these ids name: of an actor itself, of a post its author.
///
/// # Errors
/// The database's.
pub fn people_of(conn: &mut Conn, uris: &[String]) -> Result<Vec<(String, AccountId)>, StoreError> {
    if uris.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = accounts::table
        .filter(accounts::uri.eq_any(uris))
        .select((accounts::uri, accounts::id))
        .load::<(String, i64)>(conn)?;
    found.extend(
        posts::table
            .filter(posts::uri.eq_any(uris))
            .select((posts::uri, posts::account_id))
            .load::<(String, i64)>(conn)?,
    );
    Ok(found
        .into_iter()
        .map(|(uri, account)| (uri, AccountId(account)))
        .collect())
}

/// Someone whose hash is to be made.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: AccountId,
    /// ActivityPub id.
    pub uri: String,
    /// Has left; gets no key.
    pub gone: bool,
    /// The key of their hashes, sealed, if they have one.
    pub key: Option<Vec<u8>>,
}

/// These people, with their keys.
///
/// # Errors
/// The database's.
pub fn people(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<Person>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = accounts::table
        .left_join(ledger_keys::table.on(ledger_keys::account_id.eq(accounts::id)))
        .filter(among(accounts::id, ids.iter().map(|id| id.get())))
        .select((
            accounts::id,
            accounts::uri,
            accounts::disabled_at.is_not_null(),
            ledger_keys::sealed.nullable(),
        ))
        .load::<(i64, String, bool, Option<Vec<u8>>)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, uri, gone, key)| Person {
            id: AccountId(id),
            uri,
            gone,
            key,
        })
        .collect())
}

/// The ends of these peers' ledgers; of those that have one.
///
/// # Errors
/// The database's.
pub fn heads(conn: &mut Conn, peers: &[PeerId]) -> Result<Vec<LedgerHead>, StoreError> {
    let rows = ledger_heads::table
        .filter(among(ledger_heads::peer_id, peers.iter().map(|id| id.get())))
        .load::<(i64, i64, Vec<u8>, Vec<u8>)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(peer, seq, hash, mac)| LedgerHead {
            peer: PeerId(peer),
            seq,
            hash,
            mac,
        })
        .collect())
}

/// Adds rows to the ledger, moves its ends there, and removes what waited.
///
/// # Errors
/// `Conflict` if a row with that number is there.
pub fn seal(
    conn: &mut Conn,
    rows: &[LedgerRow],
    heads: &[LedgerHead],
    waited: &[i64],
) -> Result<(), StoreError> {
    in_pieces(rows, |some| append(conn, some))?;
    for head in heads {
        let values = (
            ledger_heads::seq.eq(head.seq),
            ledger_heads::hash.eq(&head.hash),
            ledger_heads::mac.eq(&head.mac),
        );
        both!(conn, c => {
            diesel::insert_into(ledger_heads::table)
                .values((ledger_heads::peer_id.eq(head.peer.get()), values))
                .on_conflict(ledger_heads::peer_id)
                .do_update()
                .set(values)
                .execute(c)
        })?;
    }
    Sql::new("DELETE FROM ledger_waiting WHERE id IN ")
        .ids(waited)
        .run(conn)
        .map(drop)
}

fn append(conn: &mut Conn, rows: &[LedgerRow]) -> Result<(), StoreError> {
    let mut sql = Sql::new(
        "INSERT INTO ledger (peer_id, seq, at, direction, kind, activity, object, person, bytes, times, reason, prev, \
         hash) VALUES ",
    );
    for (n, row) in rows.iter().enumerate() {
        sql = sql
            .raw(if n == 0 { "(" } else { ",(" })
            .int(row.peer.get())
            .raw(",")
            .int(row.seq)
            .raw(",")
            .time(row.at)
            .raw(",")
            .text(row.direction.as_str())
            .raw(",")
            .text(row.kind.as_str())
            .raw(",")
            .opt_text(row.activity.clone())
            .raw(",")
            .opt_text(row.object.clone())
            .raw(",")
            .opt_text(row.person.clone())
            .raw(",")
            .int(row.bytes)
            .raw(",")
            .int(row.times)
            .raw(",")
            .opt_text(row.reason.clone())
            .raw(",")
            .bytes(row.prev.clone())
            .raw(",")
            .bytes(row.hash.clone())
            .raw(")");
    }
    sql.run(conn).map(drop)
}

/// Gives people keys, except those who have left meanwhile, or have one.
///
/// # Errors
/// The database's.
pub fn add_keys(conn: &mut Conn, keys: &[(AccountId, Vec<u8>)]) -> Result<(), StoreError> {
    for (account, sealed) in keys {
        Sql::new("INSERT INTO ledger_keys (account_id, sealed) SELECT id, ")
            .bytes(sealed.clone())
            .raw(" FROM accounts WHERE disabled_at IS NULL AND id = ")
            .int(account.get())
            .raw(" ON CONFLICT DO NOTHING")
            .run(conn)?;
    }
    Ok(())
}

/// Someone goes: their hashes can never be made again.
///
/// # Errors
/// The database's.
pub fn forget_key(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    diesel::delete(ledger_keys::table.find(account.get())).execute(conn)?;
    Ok(())
}

/// Removes the keys of all who have left. Answers how many rows went.
///
/// # Errors
/// The database's.
pub fn forget_keys_of_leavers(conn: &mut Conn) -> Result<usize, StoreError> {
    Sql::new(
        "DELETE FROM ledger_keys WHERE account_id IN (SELECT id FROM accounts WHERE disabled_at IS NOT NULL)",
    )
    .run(conn)
}

type Row = (
    i64,
    i64,
    NaiveDateTime,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    i64,
    Option<String>,
    Vec<u8>,
    Vec<u8>,
);

fn read(row: Row) -> LedgerRow {
    let (peer, seq, at, direction, kind, activity, object, person, bytes, times, reason, prev, hash) = row;
    LedgerRow {
        peer: PeerId(peer),
        seq,
        at: from_db(at),
        direction,
        kind,
        activity,
        object,
        person,
        bytes,
        times,
        reason,
        prev,
        hash,
    }
}

/// Rows of a peer's ledger in order, from after the number `after`.
///
/// # Errors
/// The database's.
pub fn after(conn: &mut Conn, peer: PeerId, after: i64, limit: i64) -> Result<Vec<LedgerRow>, StoreError> {
    let rows = ledger::table
        .filter(ledger::peer_id.eq(peer.get()))
        .filter(ledger::seq.gt(after))
        .order(ledger::seq)
        .limit(limit)
        .load::<Row>(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Rows of a peer's ledger, newest first, from before the number `before`: of what was refused, of what crossed, or all.
///
/// # Errors
/// The database's.
pub fn before(
    conn: &mut Conn,
    peer: PeerId,
    before: i64,
    refused: Option<bool>,
    limit: i64,
) -> Result<Vec<LedgerRow>, StoreError> {
    let base = ledger::table
        .filter(ledger::peer_id.eq(peer.get()))
        .filter(ledger::seq.lt(before))
        .order(ledger::seq.desc())
        .limit(limit);
    let rows = match refused {
        None => base.load::<Row>(conn)?,
        Some(true) => base.filter(ledger::reason.is_not_null()).load::<Row>(conn)?,
        Some(false) => base.filter(ledger::reason.is_null()).load::<Row>(conn)?,
    };
    Ok(rows.into_iter().map(read).collect())
}
