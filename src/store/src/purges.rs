//! Peers whose content is being removed or hidden, and the orders to them to do the same with ours.

use crate::peers::sever;
use crate::schema::{peers, purge_orders, purges};
use crate::sql::Sql;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AtEnd, Consequences, PeerId, PeerState, Purge, PurgeOrder, Tally, Time};

mod pieces;

pub use pieces::{Piece, Step, next_piece};

/// The words for what is done at the end.
const HIDE: &str = "hide";
const PURGE: &str = "purge";

const fn word(how: AtEnd) -> &'static str {
    match how {
        AtEnd::Hide => HIDE,
        AtEnd::Purge => PURGE,
    }
}

/// Anything unknown hides: nothing is removed by mistake.
fn how(word: &str) -> AtEnd {
    if word == PURGE { AtEnd::Purge } else { AtEnd::Hide }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = purges)]
struct Row {
    how: String,
    nonce: Option<String>,
    posts: i64,
    files: i64,
    people: i64,
    follows: i64,
    notifications: i64,
    favourites: i64,
    votes: i64,
    started_at: NaiveDateTime,
    finished_at: Option<NaiveDateTime>,
}

impl From<Row> for Purge {
    fn from(row: Row) -> Self {
        Self {
            how: how(&row.how),
            nonce: row.nonce,
            tally: Tally {
                posts: count(row.posts),
                files: count(row.files),
                people: count(row.people),
                follows: count(row.follows),
                notifications: count(row.notifications),
                favourites: count(row.favourites),
                votes: count(row.votes),
            },
            started_at: from_db(row.started_at),
            finished_at: row.finished_at.map(from_db),
        }
    }
}

/// Ends everything between this node's people and a peer's, and notes that what is known of it before `before_id` is to be
/// removed or hidden.
///
/// # Errors
/// The database's.
pub fn begin(
    conn: &mut Conn,
    peer: PeerId,
    at_end: AtEnd,
    before_id: i64,
    now: Time,
) -> Result<(), StoreError> {
    // The row first, as those who do the pieces do: two orders would lock each other out.
    diesel::delete(purges::table.find(peer.get())).execute(conn)?;
    let follows = sever(conn, peer)?;
    let row = (
        purges::how.eq(word(at_end)),
        purges::nonce.eq(None::<String>),
        purges::before_id.eq(before_id),
        purges::post_after.eq(0_i64),
        purges::person_after.eq(0_i64),
        purges::posts.eq(0_i64),
        purges::files.eq(0_i64),
        purges::people.eq(0_i64),
        purges::follows.eq(i64::try_from(follows).unwrap_or(i64::MAX)),
        purges::notifications.eq(0_i64),
        purges::favourites.eq(0_i64),
        purges::votes.eq(0_i64),
        purges::started_at.eq(to_db(now)),
        purges::finished_at.eq(None::<NaiveDateTime>),
    );
    diesel::insert_into(purges::table)
        .values((purges::peer_id.eq(peer.get()), row))
        .execute(conn)?;
    Ok(())
}

/// What is being removed or hidden of a peer's, or was since it was revoked last.
///
/// # Errors
/// The database's.
pub fn of_peer(conn: &mut Conn, peer: PeerId) -> Result<Option<Purge>, StoreError> {
    let row = purges::table
        .find(peer.get())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Purge::from))
}

/// The peer's own order has come: when all is done, it is answered with a receipt.
///
/// # Errors
/// The database's.
pub fn ordered_by_peer(conn: &mut Conn, peer: PeerId, nonce: &str) -> Result<(), StoreError> {
    diesel::update(purges::table.find(peer.get()))
        .set(purges::nonce.eq(Some(nonce)))
        .execute(conn)?;
    Ok(())
}

/// All is done, the bytes of files too. Answers whether it was not before.
///
/// # Errors
/// The database's.
pub fn finish(conn: &mut Conn, peer: PeerId, now: Time) -> Result<bool, StoreError> {
    let open = purges::table
        .filter(purges::peer_id.eq(peer.get()))
        .filter(purges::finished_at.is_null());
    let changed = diesel::update(open)
        .set(purges::finished_at.eq(Some(to_db(now))))
        .execute(conn)?;
    Ok(changed > 0)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = purge_orders)]
struct OrderRow {
    nonce: String,
    ordered_at: NaiveDateTime,
    next_try: Option<NaiveDateTime>,
    tries: i32,
    receipt: Option<String>,
    received_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
}

impl From<OrderRow> for PurgeOrder {
    fn from(row: OrderRow) -> Self {
        Self {
            nonce: row.nonce,
            ordered_at: from_db(row.ordered_at),
            next_try: row.next_try.map(from_db),
            tries: row.tries,
            receipt: row.receipt,
            received_at: row.received_at.map(from_db),
            expires_at: from_db(row.expires_at),
        }
    }
}

/// Orders to a peer are sent no more: they are of an earlier connection.
///
/// # Errors
/// The database's.
pub fn end_orders(conn: &mut Conn, peer: PeerId) -> Result<(), StoreError> {
    diesel::update(purge_orders::table.filter(purge_orders::peer_id.eq(peer.get())))
        .set(purge_orders::next_try.eq(None::<NaiveDateTime>))
        .execute(conn)?;
    Ok(())
}

/// Writes an order, to be sent at once; earlier ones to the same peer are sent no more.
///
/// # Errors
/// The database's.
pub fn order(conn: &mut Conn, peer: PeerId, nonce: &str, now: Time, expires: Time) -> Result<(), StoreError> {
    end_orders(conn, peer)?;
    diesel::insert_into(purge_orders::table)
        .values((
            purge_orders::nonce.eq(nonce),
            purge_orders::peer_id.eq(peer.get()),
            purge_orders::ordered_at.eq(to_db(now)),
            purge_orders::next_try.eq(Some(to_db(now))),
            purge_orders::expires_at.eq(to_db(expires)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The last order to a peer.
///
/// # Errors
/// The database's.
pub fn last_order(conn: &mut Conn, peer: PeerId) -> Result<Option<PurgeOrder>, StoreError> {
    let row = purge_orders::table
        .filter(purge_orders::peer_id.eq(peer.get()))
        .order((purge_orders::ordered_at.desc(), purge_orders::nonce))
        .select(OrderRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(PurgeOrder::from))
}

/// Orders to revoked peers that are still sent, by when.
///
/// # Errors
/// The database's.
pub fn open_orders(conn: &mut Conn) -> Result<Vec<(PeerId, PurgeOrder)>, StoreError> {
    let rows = purge_orders::table
        .inner_join(peers::table)
        .filter(purge_orders::next_try.is_not_null())
        .filter(peers::state.eq(PeerState::Revoked.as_str()))
        .order((purge_orders::next_try, purge_orders::nonce))
        .select((purge_orders::peer_id, OrderRow::as_select()))
        .load::<(i64, OrderRow)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(peer, row)| (PeerId(peer), row.into()))
        .collect())
}

/// An order was sent and not answered with a receipt: it is sent again at `next`, or with `None` never.
/// Answers whether it was open.
///
/// # Errors
/// The database's.
pub fn retry(conn: &mut Conn, nonce: &str, next: Option<Time>) -> Result<bool, StoreError> {
    let open = purge_orders::table
        .filter(purge_orders::nonce.eq(nonce))
        .filter(purge_orders::next_try.is_not_null());
    let changed = diesel::update(open)
        .set((
            purge_orders::next_try.eq(next.map(to_db)),
            purge_orders::tries.eq(purge_orders::tries + 1),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Keeps the receipt of an order to this very peer. Answers whether there was none before.
///
/// # Errors
/// The database's.
pub fn confirm(
    conn: &mut Conn,
    peer: PeerId,
    nonce: &str,
    receipt: &str,
    now: Time,
) -> Result<bool, StoreError> {
    let open = purge_orders::table
        .filter(purge_orders::nonce.eq(nonce))
        .filter(purge_orders::peer_id.eq(peer.get()))
        .filter(purge_orders::receipt.is_null());
    let changed = diesel::update(open)
        .set((
            purge_orders::receipt.eq(Some(receipt)),
            purge_orders::received_at.eq(Some(to_db(now))),
            purge_orders::next_try.eq(None::<NaiveDateTime>),
            purge_orders::tries.eq(purge_orders::tries + 1),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Favourites by a peer's people of what others wrote, and their votes in polls of others.
const FAVOURITES: &str = "SELECT COUNT(*) FROM favourites f JOIN accounts a ON a.id = f.account_id JOIN posts p ON p.id = f.post_id \
     WHERE (p.peer_id IS NULL OR p.peer_id <> a.peer_id) AND a.peer_id = ";
const VOTES: &str = "SELECT COUNT(*) FROM poll_votes v JOIN accounts a ON a.id = v.account_id JOIN posts p ON p.id = v.post_id \
     WHERE (p.peer_id IS NULL OR p.peer_id <> a.peer_id) AND a.peer_id = ";

/// What would end if the peer were revoked now.
///
/// # Errors
/// The database's.
pub fn consequences(conn: &mut Conn, peer: PeerId) -> Result<Consequences, StoreError> {
    let mut ask = |sql: &'static str| -> Result<u64, StoreError> {
        Ok(count(Sql::new(sql).int(peer.get()).one(conn)?.unwrap_or(0)))
    };
    let pictures =
        ask("SELECT COUNT(*) FROM media m JOIN accounts a ON a.id = m.account_id WHERE a.peer_id = ")?;
    let files = ask(
        "SELECT COUNT(*) FROM attachments f JOIN accounts a ON a.id = f.account_id \
         WHERE f.hash IS NOT NULL AND f.state <> 'gone' AND a.peer_id = ",
    )?;
    Ok(Consequences {
        follows_by_us: ask(
            "SELECT COUNT(*) FROM follows w JOIN accounts a ON a.id = w.followee_id WHERE a.peer_id = ",
        )?,
        follows_by_them: ask(
            "SELECT COUNT(*) FROM follows w JOIN accounts a ON a.id = w.follower_id WHERE a.peer_id = ",
        )?,
        people: ask("SELECT COUNT(*) FROM accounts WHERE disabled_at IS NULL AND peer_id = ")?,
        posts: ask("SELECT COUNT(*) FROM posts WHERE deleted_at IS NULL AND peer_id = ")?,
        files: files + pictures,
        notifications: ask(
            "SELECT COUNT(*) FROM notifications n JOIN accounts a ON a.id = n.from_id WHERE a.peer_id = ",
        )?,
        favourites: ask(FAVOURITES)?,
        votes: ask(VOTES)?,
        queued: ask("SELECT COUNT(*) FROM deliveries WHERE state = 'queued' AND peer_id = ")?,
    })
}
