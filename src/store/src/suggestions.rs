//! People whom someone could follow.

use crate::visible::{Who, node_wanted};
use crate::{Conn, StoreError, sql::Sql};
use entrenous_model::{AccountId, Time};

/// The condition "`a` is there, wants to be found, and `me` neither follows, blocks nor mutes them, nor hides their node, has
/// not said that they are not to be suggested, and is not blocked by them".
fn open_to(sql: Sql, me: AccountId, now: Time) -> Sql {
    let me = me.get();
    let sql = sql
        .raw("a.discoverable AND a.disabled_at IS NULL AND a.id <> ")
        .int(me)
        .raw(" AND NOT EXISTS (SELECT 1 FROM follows w WHERE w.followee_id = a.id AND w.follower_id = ")
        .int(me)
        .raw(") AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.target_id = a.id AND b.account_id = ")
        .int(me)
        .raw(") AND NOT EXISTS (SELECT 1 FROM blocks d WHERE d.account_id = a.id AND d.target_id = ")
        .int(me)
        .raw(") AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.target_id = a.id AND u.account_id = ")
        .int(me)
        .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
        .time(now)
        .raw(")) AND NOT EXISTS (SELECT 1 FROM dismissed_suggestions s WHERE s.target_id = a.id AND s.account_id = ")
        .int(me)
        .raw(") AND ");
    node_wanted(sql, Who::Id(me), "a.peer_id")
}

/// Colleagues of this node whom a person could follow: who wrote or came last, first.
///
/// # Errors
/// Those of the query.
pub fn colleagues(
    conn: &mut Conn,
    me: AccountId,
    most: i64,
    now: Time,
) -> Result<Vec<AccountId>, StoreError> {
    let sql = open_to(
        Sql::new("SELECT a.id FROM accounts a WHERE a.peer_id IS NULL AND "),
        me,
        now,
    );
    let ids = sql
        .raw(format!(
            " ORDER BY COALESCE(a.last_posted_at, a.created_at) DESC, a.id DESC LIMIT {most}"
        ))
        .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// People, of this node and of active peers, whom those follow whom a person follows: whom most of them do, first.
///
/// # Errors
/// Those of the query.
pub fn friends_of_friends(
    conn: &mut Conn,
    me: AccountId,
    most: i64,
    now: Time,
) -> Result<Vec<AccountId>, StoreError> {
    let sql = Sql::new(
        "SELECT a.id FROM follows mine JOIN follows theirs ON theirs.follower_id = mine.followee_id AND theirs.accepted \
         JOIN accounts a ON a.id = theirs.followee_id LEFT JOIN peers r ON r.id = a.peer_id \
         WHERE mine.accepted AND (a.peer_id IS NULL OR r.state = 'active') AND mine.follower_id = ",
    )
    .int(me.get())
    .raw(" AND ");
    let ids = open_to(sql, me, now)
        .raw(format!(
            " GROUP BY a.id ORDER BY COUNT(*) DESC, a.id DESC LIMIT {most}"
        ))
        .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Somebody is not to be suggested to a person any more. Twice is once.
///
/// # Errors
/// Those of the query.
pub fn dismiss(conn: &mut Conn, me: AccountId, target: AccountId, now: Time) -> Result<(), StoreError> {
    Sql::new("INSERT INTO dismissed_suggestions (account_id, target_id, created_at) VALUES (")
        .int(me.get())
        .raw(",")
        .int(target.get())
        .raw(",")
        .time(now)
        .raw(") ON CONFLICT (account_id, target_id) DO NOTHING")
        .run(conn)?;
    Ok(())
}

/// Removes what a person has dismissed.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, me: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM dismissed_suggestions WHERE account_id = ")
        .int(me.get())
        .run(conn)?;
    Ok(())
}
