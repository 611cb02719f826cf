//! Nodes of which people want to see nobody.

use crate::{
    Conn, StoreError,
    page::{newest_first, page},
    sql::Sql,
};
use diesel::sql_types::{BigInt, Text};
use entrenous_model::{AccountId, Page, PeerId, Time};

/// Nodes that a person hides: (row, authority), newest first.
///
/// # Errors
/// Those of the query.
pub fn of(conn: &mut Conn, account: AccountId, paging: &Page) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = Sql::new("SELECT id, domain FROM domain_blocks WHERE account_id = ").int(account.get());
    let rows = page(sql, "id", paging).load::<(BigInt, Text), (i64, String)>(conn)?;
    Ok(newest_first(rows, paging))
}

/// How many nodes a person hides.
///
/// # Errors
/// Those of the query.
pub fn count(conn: &mut Conn, account: AccountId) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM domain_blocks WHERE account_id = ")
        .int(account.get())
        .one(conn)?
        .unwrap_or(0))
}

/// Whether a person hides a node by its authority.
///
/// # Errors
/// Those of the query.
pub fn has(conn: &mut Conn, account: AccountId, domain: &str) -> Result<bool, StoreError> {
    Sql::new("SELECT id FROM domain_blocks WHERE account_id = ")
        .int(account.get())
        .raw(" AND domain = ")
        .text(domain)
        .any(conn)
}

/// Whether a person hides the node of a peer.
///
/// # Errors
/// Those of the query.
pub fn hides(conn: &mut Conn, account: AccountId, peer: PeerId) -> Result<bool, StoreError> {
    Sql::new(
        "SELECT h.id FROM domain_blocks h JOIN peers k ON k.origin IN ('https://' || h.domain, 'http://' || h.domain) \
         WHERE h.account_id = ",
    )
    .int(account.get())
    .raw(" AND k.id = ")
    .int(peer.get())
    .any(conn)
}

/// The peers whose nodes a person hides.
///
/// # Errors
/// Those of the query.
pub(crate) fn peers_of(conn: &mut Conn, account: AccountId) -> Result<Vec<i64>, StoreError> {
    Sql::new(
        "SELECT k.id FROM domain_blocks h JOIN peers k ON k.origin IN ('https://' || h.domain, 'http://' || h.domain) \
         WHERE h.account_id = ",
    )
    .int(account.get())
    .list(conn)
}

/// Which of `people` are of nodes that a person hides.
///
/// # Errors
/// Those of the query.
pub fn hidden_of(conn: &mut Conn, account: AccountId, people: &[i64]) -> Result<Vec<AccountId>, StoreError> {
    let ids = Sql::new(
        "SELECT a.id FROM domain_blocks h JOIN peers k ON k.origin IN ('https://' || h.domain, 'http://' || h.domain) \
         JOIN accounts a ON a.peer_id = k.id WHERE h.account_id = ",
    )
    .int(account.get())
    .raw(" AND a.id IN ")
    .ids(people)
    .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// A person hides a node. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn insert(
    conn: &mut Conn,
    id: i64,
    account: AccountId,
    domain: &str,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO domain_blocks (id, account_id, domain, created_at) VALUES (")
        .int(id)
        .raw(",")
        .int(account.get())
        .raw(",")
        .text(domain)
        .raw(",")
        .time(now)
        .raw(") ON CONFLICT (account_id, domain) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// A person hides a node no longer.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, account: AccountId, domain: &str) -> Result<(), StoreError> {
    Sql::new("DELETE FROM domain_blocks WHERE account_id = ")
        .int(account.get())
        .raw(" AND domain = ")
        .text(domain)
        .run(conn)?;
    Ok(())
}

/// A person hides no node any longer.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM domain_blocks WHERE account_id = ")
        .int(account.get())
        .run(conn)?;
    Ok(())
}

/// Some people of a node whom a person follows, or who follow them; at most `most`.
///
/// # Errors
/// Those of the query.
pub fn followed_there(
    conn: &mut Conn,
    account: AccountId,
    domain: &str,
    most: u32,
) -> Result<Vec<AccountId>, StoreError> {
    let (https, http) = (format!("https://{domain}"), format!("http://{domain}"));
    let ids = Sql::new(
        "SELECT a.id FROM accounts a JOIN peers k ON k.id = a.peer_id WHERE a.id IN \
         (SELECT w.followee_id FROM follows w WHERE w.follower_id = ",
    )
    .int(account.get())
    .raw(" UNION SELECT v.follower_id FROM follows v WHERE v.followee_id = ")
    .int(account.get())
    .raw(") AND k.origin IN (")
    .text(https)
    .raw(",")
    .text(http)
    .raw(format!(") ORDER BY a.id LIMIT {most}"))
    .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}
