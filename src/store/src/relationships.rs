//! What one person is to others: follows, blocks, mutes, nodes that they hide, and whom they feature, at once.

use crate::among::among;
use crate::schema::{blocks, endorsements, follows, mutes};
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::{AccountId, MemberState, Relationship, Time};
use std::collections::HashMap;

/// What `viewer` is to each of `targets` at `now`; who is nothing to them has an empty relationship.
///
/// # Errors
/// The database's.
pub fn of(
    conn: &mut Conn,
    viewer: AccountId,
    targets: &[AccountId],
    now: Time,
) -> Result<HashMap<AccountId, Relationship>, StoreError> {
    let me = viewer.get();
    let ids: Vec<i64> = targets.iter().copied().map(AccountId::get).collect();
    let mut map: HashMap<AccountId, Relationship> =
        targets.iter().map(|id| (*id, Relationship::default())).collect();

    let following = follows::table
        .filter(follows::follower_id.eq(me))
        .filter(among(follows::followee_id, ids.clone()))
        .select((
            follows::followee_id,
            follows::accepted,
            follows::show_boosts,
            follows::notify,
        ))
        .load::<(i64, bool, bool, bool)>(conn)?;
    for (id, accepted, boosts, notify) in following {
        let relationship = map.entry(AccountId(id)).or_default();
        relationship.following = accepted;
        relationship.requested = !accepted;
        relationship.showing_boosts = boosts;
        relationship.notifying = notify;
    }
    let followers = follows::table
        .filter(follows::followee_id.eq(me))
        .filter(among(follows::follower_id, ids.clone()))
        .select((follows::follower_id, follows::accepted))
        .load::<(i64, bool)>(conn)?;
    for (id, accepted) in followers {
        let relationship = map.entry(AccountId(id)).or_default();
        relationship.followed_by = accepted;
        relationship.requested_by = !accepted;
    }
    let blocking = blocks::table
        .filter(blocks::account_id.eq(me))
        .filter(among(blocks::target_id, ids.clone()))
        .select(blocks::target_id)
        .load::<i64>(conn)?;
    for id in blocking {
        map.entry(AccountId(id)).or_default().blocking = true;
    }
    let blocked_by = blocks::table
        .filter(blocks::target_id.eq(me))
        .filter(among(blocks::account_id, ids.clone()))
        .select(blocks::account_id)
        .load::<i64>(conn)?;
    for id in blocked_by {
        map.entry(AccountId(id)).or_default().blocked_by = true;
    }
    let endorsed = endorsements::table
        .filter(endorsements::account_id.eq(me))
        .filter(among(endorsements::target_id, ids.clone()))
        .select(endorsements::target_id)
        .load::<i64>(conn)?;
    for id in endorsed {
        map.entry(AccountId(id)).or_default().endorsed = true;
    }
    // Whoever wants to follow a group is to join it.
    for (group, state) in crate::groups::states_of(conn, viewer, &ids)? {
        let relationship = map.entry(group.account()).or_default();
        relationship.following = state == MemberState::Member;
        relationship.requested = state == MemberState::Requested;
    }
    for id in crate::domain_blocks::hidden_of(conn, viewer, &ids)? {
        map.entry(id).or_default().domain_blocking = true;
    }
    let muting = mutes::table
        .filter(mutes::account_id.eq(me))
        .filter(among(mutes::target_id, ids))
        .filter(mutes::expires_at.is_null().or(mutes::expires_at.gt(to_db(now))))
        .select((mutes::target_id, mutes::notifications))
        .load::<(i64, bool)>(conn)?;
    for (id, notifications) in muting {
        let relationship = map.entry(AccountId(id)).or_default();
        relationship.muting = true;
        relationship.muting_notifications = notifications;
    }
    Ok(map)
}
