//! How many people and posts there are, for the page about the node.

use crate::sql::Sql;
use crate::{Conn, StoreError};
use diesel::sql_types::BigInt;
use entrenous_model::{AccountId, PeerId};

/// The node's own people with a login, and their posts and boosts.
///
/// # Errors
/// The database's.
pub fn own(conn: &mut Conn) -> Result<(i64, i64), StoreError> {
    let people = Sql::new("SELECT count(*) FROM members WHERE disabled_at IS NULL").one(conn)?;
    // A sum of the counters: counting posts would read them all.
    let posts = Sql::new(
        "SELECT CAST(COALESCE(SUM(statuses_count), 0) AS BIGINT) FROM accounts \
         WHERE peer_id IS NULL AND disabled_at IS NULL",
    )
    .one(conn)?;
    Ok((people.unwrap_or(0), posts.unwrap_or(0)))
}

/// How many people of each peer are known here; peers without any are left out.
///
/// # Errors
/// The database's.
pub fn of_peers(conn: &mut Conn) -> Result<Vec<(PeerId, i64)>, StoreError> {
    let rows: Vec<(i64, i64)> = Sql::new(
        "SELECT peer_id, count(*) FROM accounts \
         WHERE peer_id IS NOT NULL AND disabled_at IS NULL AND kind <> 'application' GROUP BY peer_id",
    )
    .load::<(BigInt, BigInt), _>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(peer, count)| (PeerId(peer), count))
        .collect())
}

/// Administrators and owners who have a login, by name, at most `limit`.
///
/// # Errors
/// The database's.
pub fn administrators(conn: &mut Conn, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    let ids = Sql::new(
        "SELECT m.account_id FROM members m JOIN accounts a ON a.id = m.account_id \
         WHERE m.role IN ('administrator', 'owner') AND m.disabled_at IS NULL ORDER BY a.username_key LIMIT ",
    )
    .int(limit)
    .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}
