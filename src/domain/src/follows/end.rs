//! Ending a follow.

use crate::{
    Ctx, DomainError, Result, Via, groups,
    outbox::{self, Audience},
    peers,
    work::{self, Work},
};
use entrenous_model::{AccountId, Event, Follow, NotificationKind, OutboundActivity};
use entrenous_store::{
    accounts, endorsements, feed, follows as rows, lists, notifications,
    person::{self, Person},
};

/// Ends a follow or a request, from the follower's side. None is no error. Who follows a group no longer leaves it, as
/// [`groups::leave`].
///
/// # Errors
/// Only the store's, and `AlreadyReceived`.
pub async fn unfollow(ctx: &Ctx, via: Via, follower: AccountId, followee: AccountId) -> Result<()> {
    if via == Via::Local && groups::is_group(ctx, followee).await? {
        return groups::leave(ctx, follower, followee.into()).await;
    }
    work::write(ctx, move |tx| {
        if let Via::Peer(receipt) = &via {
            peers::claim(tx, receipt)?;
            if person::get(tx, follower)?.is_none_or(|person| person.peer != Some(receipt.peer)) {
                return Err(DomainError::Refused("actor"));
            }
        }
        match rows::between(tx, follower, followee)? {
            Some(follow) => {
                end(tx, &follow)?;
                tell_followee(tx, follow)
            }
            None => Ok(()),
        }
    })
    .await
}

/// Ends follows between two people in both directions, telling the nodes of those who are elsewhere.
pub(crate) fn end_between(tx: &mut Work<'_>, one: &Person, other: &Person) -> Result<()> {
    if let Some(follow) = rows::between(tx, one.id, other.id)? {
        end(tx, &follow)?;
        if one.is_local() {
            tell_followee(tx, follow)?;
        }
    }
    if let Some(follow) = rows::between(tx, other.id, one.id)? {
        end(tx, &follow)?;
        if one.is_local() && !other.is_local() {
            let activity = OutboundActivity::RejectFollow {
                uri: follow.uri,
                follower: other.id,
            };
            outbox::queue(tx, one.id, None, &activity, &Audience::People(vec![other.id]))?;
        }
    }
    Ok(())
}

/// Delivers `Undo` if a local person followed someone elsewhere (the outbox ignores local people).
fn tell_followee(tx: &mut Work<'_>, follow: Follow) -> Result<()> {
    if person::get(tx, follow.follower)?.is_some_and(|person| person.is_local()) {
        let activity = OutboundActivity::UndoFollow {
            uri: follow.uri,
            target: follow.followee,
        };
        outbox::queue(
            tx,
            follow.follower,
            None,
            &activity,
            &Audience::People(vec![follow.followee]),
        )?;
    }
    Ok(())
}

/// Removes a follow and what it brought.
pub(super) fn end(tx: &mut Work<'_>, follow: &Follow) -> Result<()> {
    if !rows::remove(tx, follow.id)? {
        return Ok(());
    }
    if follow.accepted {
        accounts::count_follow(tx, follow.follower, follow.followee, -1)?;
    }
    lists::forget_member(tx, follow.follower, follow.followee)?;
    endorsements::remove(tx, follow.follower, follow.followee)?;
    feed::drain(tx, follow.follower, follow.followee)?;
    for kind in [NotificationKind::FollowRequest, NotificationKind::Follow] {
        notifications::withdraw(tx, follow.followee, follow.follower, kind, None)?;
    }
    tx.tell(Event::RelationshipChanged {
        account: follow.follower,
        target: follow.followee,
    })
}
