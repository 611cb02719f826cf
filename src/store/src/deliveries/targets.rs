//! Where activities go: the inboxes of people, of followers, and of those who were told before.

use crate::among::among;
use crate::schema::{accounts, activities, deliveries, follows, peers};
use crate::{Conn, StoreError};
use diesel::prelude::*;
use entrenous_model::{AccountId, PeerId, PostId};
use std::collections::BTreeSet;

/// A place where an activity can be delivered.
pub type Target = (PeerId, String);

/// Where someone of a peer gets activities: the pinned inbox of the node, the shared one that they name, or their own.
const INBOX: (
    peers::id,
    peers::shared_inbox,
    accounts::shared_inbox_uri,
    accounts::inbox_uri,
) = (
    peers::id,
    peers::shared_inbox,
    accounts::shared_inbox_uri,
    accounts::inbox_uri,
);
type InboxRow = (i64, Option<String>, Option<String>, String);

/// Inboxes of these people, those of peers only. Entrenous nodes get it through the shared inbox that was pinned.
///
/// # Errors
/// The database's.
pub fn inboxes_of(conn: &mut Conn, people: &[AccountId]) -> Result<BTreeSet<Target>, StoreError> {
    let ids: Vec<i64> = people.iter().map(|id| id.get()).collect();
    let rows = accounts::table
        .inner_join(peers::table)
        .filter(among(accounts::id, ids))
        .select(INBOX)
        .load::<InboxRow>(conn)?;
    Ok(targets(rows))
}

/// Inboxes of the accepted followers of `author` that belong to peers.
///
/// # Errors
/// The database's.
pub fn inboxes_of_followers(conn: &mut Conn, author: AccountId) -> Result<BTreeSet<Target>, StoreError> {
    let rows = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .inner_join(peers::table.on(accounts::peer_id.eq(peers::id.nullable())))
        .filter(follows::followee_id.eq(author.get()))
        .filter(follows::follower_peer.is_not_null())
        .filter(follows::accepted.eq(true))
        .select(INBOX)
        .distinct()
        .load::<InboxRow>(conn)?;
    Ok(targets(rows))
}

/// Inboxes of the people of peers whom `author` follows or asked to.
///
/// # Errors
/// The database's.
pub fn inboxes_followed(conn: &mut Conn, author: AccountId) -> Result<BTreeSet<Target>, StoreError> {
    let rows = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .inner_join(peers::table.on(accounts::peer_id.eq(peers::id.nullable())))
        .filter(follows::follower_id.eq(author.get()))
        .select(INBOX)
        .distinct()
        .load::<InboxRow>(conn)?;
    Ok(targets(rows))
}

/// Where anything of `author` has gone or is going, as far as it is still known.
///
/// # Errors
/// The database's.
pub fn inboxes_told(conn: &mut Conn, author: AccountId) -> Result<BTreeSet<Target>, StoreError> {
    let rows = deliveries::table
        .inner_join(activities::table)
        .filter(activities::account_id.eq(author.get()))
        .filter(deliveries::state.ne("dropped"))
        .select((deliveries::peer_id, deliveries::inbox))
        .distinct()
        .load::<(i64, String)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(peer, inbox)| (PeerId(peer), inbox))
        .collect())
}

/// Where anything about a post has gone or is going.
///
/// # Errors
/// The database's.
pub fn inboxes_reached(conn: &mut Conn, post: PostId) -> Result<BTreeSet<Target>, StoreError> {
    let rows = deliveries::table
        .inner_join(activities::table)
        .filter(activities::post_id.eq(post.get()))
        .filter(deliveries::state.ne("dropped"))
        .select((deliveries::peer_id, deliveries::inbox))
        .distinct()
        .load::<(i64, String)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(peer, inbox)| (PeerId(peer), inbox))
        .collect())
}

fn targets(rows: Vec<InboxRow>) -> BTreeSet<Target> {
    rows.into_iter()
        .map(|(peer, pinned, shared, inbox)| (PeerId(peer), pinned.or(shared).unwrap_or(inbox)))
        .collect()
}
