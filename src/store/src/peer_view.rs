//! What one peer may be shown of people and activities of this node: questions of the federation's GET routes.

use crate::schema::{accounts, activities, deliveries, follows, post_mentions, posts};
use crate::{Conn, StoreError};
use diesel::dsl::exists;
use diesel::prelude::*;
use entrenous_model::{AccountId, ActivityId, OutboundActivity, PeerId, PostId};

/// ActivityPub ids of the people of `peer` whom `account` follows, at most `limit`.
///
/// # Errors
/// The database's.
pub fn followed_on(
    conn: &mut Conn,
    account: AccountId,
    peer: PeerId,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    Ok(follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(account.get()))
        .filter(follows::accepted.eq(true))
        .filter(accounts::peer_id.eq(peer.get()))
        .filter(accounts::disabled_at.is_null())
        .order(follows::id.desc())
        .limit(limit)
        .select(accounts::uri)
        .load(conn)?)
}

/// Whether `account` and anyone of `peer` have to do with each other: a follow or request in either direction, a mention
/// in either direction, or something of the account's that was delivered there.
///
/// # Errors
/// The database's.
pub fn related(conn: &mut Conn, account: AccountId, peer: PeerId) -> Result<bool, StoreError> {
    let follower = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::follower_id)))
        .filter(follows::followee_id.eq(account.get()))
        .filter(accounts::peer_id.eq(peer.get()));
    if diesel::select(exists(follower)).get_result::<bool>(conn)? {
        return Ok(true);
    }
    let followed = follows::table
        .inner_join(accounts::table.on(accounts::id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(account.get()))
        .filter(accounts::peer_id.eq(peer.get()));
    if diesel::select(exists(followed)).get_result::<bool>(conn)? {
        return Ok(true);
    }
    let mentioned = post_mentions::table
        .inner_join(posts::table.on(posts::id.eq(post_mentions::post_id)))
        .filter(post_mentions::account_id.eq(account.get()))
        .filter(posts::peer_id.eq(peer.get()));
    if diesel::select(exists(mentioned)).get_result::<bool>(conn)? {
        return Ok(true);
    }
    let delivered = deliveries::table
        .inner_join(activities::table)
        .filter(deliveries::peer_id.eq(peer.get()))
        .filter(activities::account_id.eq(account.get()));
    Ok(diesel::select(exists(delivered)).get_result(conn)?)
}

/// Whether anything about `post` was ever delivered to `peer`, or waits to be.
///
/// # Errors
/// The database's.
pub fn reached(conn: &mut Conn, post: PostId, peer: PeerId) -> Result<bool, StoreError> {
    let delivered = deliveries::table
        .inner_join(activities::table)
        .filter(deliveries::peer_id.eq(peer.get()))
        .filter(deliveries::state.ne("dropped"))
        .filter(activities::post_id.eq(post.get()));
    Ok(diesel::select(exists(delivered)).get_result(conn)?)
}

/// An activity of this node that is or was on its way to `peer`: whose it is (`None`: the node's), and what.
///
/// # Errors
/// The database's; `Corrupt` for data that cannot be read.
pub fn activity_for(
    conn: &mut Conn,
    activity: ActivityId,
    peer: PeerId,
) -> Result<Option<(Option<AccountId>, OutboundActivity)>, StoreError> {
    let addressed = deliveries::table
        .filter(deliveries::activity_id.eq(activity.get()))
        .filter(deliveries::peer_id.eq(peer.get()));
    if !diesel::select(exists(addressed)).get_result::<bool>(conn)? {
        return Ok(None);
    }
    let row: Option<(Option<i64>, String)> = activities::table
        .find(activity.get())
        .select((activities::account_id, activities::data))
        .first(conn)
        .optional()?;
    row.map(|(account, data)| {
        let data = serde_json::from_str(&data)
            .map_err(|error| StoreError::Corrupt(format!("activity {}: {error}", activity.get())))?;
        Ok((account.map(AccountId), data))
    })
    .transpose()
}

/// Posts of this node's people that answer `post`, oldest first, after `after`, at most `limit`.
///
/// # Errors
/// The database's.
pub fn local_replies(
    conn: &mut Conn,
    post: PostId,
    after: Option<PostId>,
    limit: i64,
) -> Result<Vec<PostId>, StoreError> {
    let ids: Vec<i64> = posts::table
        .filter(posts::in_reply_to.eq(post.get()))
        .filter(posts::peer_id.is_null())
        .filter(posts::deleted_at.is_null())
        .filter(posts::id.gt(after.map_or(0, PostId::get)))
        .order(posts::id.asc())
        .limit(limit)
        .select(posts::id)
        .load(conn)?;
    Ok(ids.into_iter().map(PostId).collect())
}

/// A tombstone of this node: the ActivityPub id and when it was deleted.
///
/// # Errors
/// The database's.
pub fn tombstone(
    conn: &mut Conn,
    post: PostId,
) -> Result<Option<(String, chrono::NaiveDateTime)>, StoreError> {
    let row: Option<(String, Option<chrono::NaiveDateTime>)> = posts::table
        .find(post.get())
        .filter(posts::peer_id.is_null())
        .select((posts::uri, posts::deleted_at))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(uri, at)| at.map(|at| (uri, at))))
}
