//! Accepting and rejecting followers.

use super::end::end;
use crate::{
    Ctx, DomainError, Result, Via,
    outbox::{self, Audience},
    peers,
    work::{self, Work},
};
use entrenous_model::{AccountId, Event, Follow, NotificationKind, OutboundActivity};
use entrenous_store::{
    accounts, feed, follows as rows, notifications,
    person::{self, Person},
};

/// Posts that enter the home timeline when a follow begins.
const RECENT: i64 = 40;

/// `followee` accepts the request of `follower` (local: delivers `Accept`; via peer: our follow is now accepted).
///
/// # Errors
/// `NotFound` if there is no request.
pub async fn accept(ctx: &Ctx, via: Via, followee: AccountId, follower: AccountId) -> Result<()> {
    work::write(ctx, move |tx| {
        let (mut follow, asks) = request(tx, &via, followee, follower)?;
        if follow.accepted {
            return Ok(());
        }
        follow.accepted = true;
        rows::update(tx, &follow)?;
        notifications::withdraw(tx, followee, follower, NotificationKind::FollowRequest, None)?;
        tx.tell(Event::RelationshipChanged {
            account: follower,
            target: followee,
        })?;
        begin(tx, &follow, asks.is_local())
    })
    .await
}

/// `followee` rejects a request, or removes a follower (delivers `Reject`).
///
/// # Errors
/// `NotFound` if there is none.
pub async fn reject(ctx: &Ctx, via: Via, followee: AccountId, follower: AccountId) -> Result<()> {
    work::write(ctx, move |tx| {
        let (follow, asks) = request(tx, &via, followee, follower)?;
        end(tx, &follow)?;
        if asks.is_local() {
            return Ok(());
        }
        let activity = OutboundActivity::RejectFollow {
            uri: follow.uri,
            follower,
        };
        outbox::queue(tx, followee, None, &activity, &Audience::People(vec![follower]))
    })
    .await
}

/// The follow between both, if the door is the followee's.
fn request(
    tx: &mut Work<'_>,
    via: &Via,
    followee: AccountId,
    follower: AccountId,
) -> Result<(Follow, Person)> {
    if let Via::Peer(receipt) = via {
        peers::claim(tx, receipt)?;
    }
    let answers = person::get(tx, followee)?.ok_or(DomainError::NotFound)?;
    let asks = person::get(tx, follower)?.ok_or(DomainError::NotFound)?;
    let own_door = match via {
        Via::Local => answers.is_local(),
        Via::Peer(receipt) => answers.peer == Some(receipt.peer) && asks.is_local(),
    };
    if !own_door {
        return Err(DomainError::NotFound);
    }
    let follow = rows::between(tx, follower, followee)?.ok_or(DomainError::NotFound)?;
    Ok((follow, asks))
}

/// What begins with an accepted follow: counts, recent posts, and word to the follower's node.
pub(super) fn begin(tx: &mut Work<'_>, follow: &Follow, follower_is_local: bool) -> Result<()> {
    accounts::count_follow(tx, follow.follower, follow.followee, 1)?;
    if follower_is_local {
        let now = tx.now();
        feed::fill(
            tx,
            follow.follower,
            follow.followee,
            follow.show_boosts,
            now,
            RECENT,
        )?;
        return Ok(());
    }
    let activity = OutboundActivity::AcceptFollow {
        uri: follow.uri.clone(),
        follower: follow.follower,
    };
    outbox::queue(
        tx,
        follow.followee,
        None,
        &activity,
        &Audience::People(vec![follow.follower]),
    )
}
