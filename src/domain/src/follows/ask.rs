//! Following, or asking to.

use super::{FollowOptions, answer::begin};
use crate::{
    Ctx, DomainError, Result, Via, groups,
    outbox::{self, Audience},
    peers,
    work::{self, Work},
};
use entrenous_model::{
    AccountId, Event, Follow, FollowId, Matter, NotificationKind, Origin, OutboundActivity, PeerId,
    Receiving, Sending,
};
use entrenous_store::{
    blocks, domain_blocks, feed, follows as rows,
    person::{self, Person},
};

/// `follower` follows `followee`, or changes how. Locked local people get a request; remote people are asked
/// (`Follow` is delivered; accepted when their node says so). Via a peer: `uri` is the id of the `Follow`, and an
/// unlocked local person accepts at once. Recent posts enter the follower's home timeline when it is accepted.
/// Our own `Follow`s have `{origin}/people/{name}/follows/{id}`. Who wants to follow a group joins it, as [`groups::join`].
///
/// # Errors
/// `NotFound`, `Forbidden` if one blocks the other, `Invalid` for oneself, `Refused` when the contract gives no posts.
pub async fn follow(
    ctx: &Ctx,
    via: Via,
    follower: AccountId,
    followee: AccountId,
    options: FollowOptions,
    uri: Option<String>,
) -> Result<()> {
    if follower == followee {
        return Err(DomainError::invalid("You cannot follow yourself"));
    }
    if via == Via::Local && groups::is_group(ctx, followee).await? {
        return groups::follow(ctx, follower, followee.into()).await;
    }
    let origin = ctx.origin().clone();
    let giving = Giving::of(ctx, follower, followee).await?;
    work::write(ctx, move |tx| {
        if let Via::Peer(receipt) = &via {
            peers::claim(tx, receipt)?;
        }
        let (asks, asked) = pair(tx, &via, follower, followee)?;
        giving.check(&asks, &asked)?;
        if blocks::between(tx, follower, followee)? || hidden(tx, &asks, &asked)? {
            return blocked(tx, &via, &asks, &asked, uri.as_deref());
        }
        match rows::between(tx, follower, followee)? {
            Some(known) => again(tx, &via, known, options, uri.as_deref()),
            None => first(tx, &origin, &asks, &asked, options, uri.as_deref()),
        }
    })
    .await
}

/// What the contracts with both people's peers allow.
struct Giving {
    /// The follower's peer, if its people may follow ours.
    to: Option<PeerId>,
    /// The followee's peer, if ours may follow its people.
    from: Option<PeerId>,
}

impl Giving {
    async fn of(ctx: &Ctx, follower: AccountId, followee: AccountId) -> Result<Self> {
        let mut giving = Self { to: None, from: None };
        if let Some(account) = crate::accounts::get(ctx, follower).await?
            && let Some(id) = account.peer
        {
            giving.to = peers::get(ctx, id)
                .await?
                .filter(|peer| peer.clear::<Receiving>(Matter::Follow).is_ok())
                .map(|peer| peer.id);
        }
        if let Some(account) = crate::accounts::get(ctx, followee).await?
            && let Some(id) = account.peer
        {
            giving.from = peers::get(ctx, id)
                .await?
                .filter(|peer| peer.clear::<Sending>(Matter::Follow).is_ok())
                .map(|peer| peer.id);
        }
        Ok(giving)
    }

    fn check(&self, asks: &Person, asked: &Person) -> Result<()> {
        if asks.peer.is_some() && asks.peer != self.to {
            return Err(DomainError::Refused("contract"));
        }
        if asked.peer.is_some() && asked.peer != self.from {
            return Err(DomainError::invalid(
                "The contract with that person's node does not give posts",
            ));
        }
        Ok(())
    }
}

/// Whether one of them hides the node of the other.
fn hidden(tx: &mut Work<'_>, asks: &Person, asked: &Person) -> Result<bool> {
    for (one, other) in [(asks, asked), (asked, asks)] {
        if let Some(peer) = other.peer
            && one.is_local()
            && domain_blocks::hides(tx, one.id, peer)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Both people, if they are there and one of them is ours.
fn pair(tx: &mut Work<'_>, via: &Via, follower: AccountId, followee: AccountId) -> Result<(Person, Person)> {
    let mut find = |id| -> Result<Person> {
        person::get(tx, id)?
            .filter(|person| person.active)
            .ok_or(DomainError::NotFound)
    };
    let (asks, asked) = (find(follower)?, find(followee)?);
    match via {
        Via::Local if !asks.is_local() => Err(DomainError::NotFound),
        Via::Peer(receipt) if asks.peer != Some(receipt.peer) || !asked.is_local() => {
            Err(DomainError::Refused("actor"))
        }
        _ => Ok((asks, asked)),
    }
}

/// A local person is told; a peer's person gets a `Reject`.
fn blocked(tx: &mut Work<'_>, via: &Via, asks: &Person, asked: &Person, uri: Option<&str>) -> Result<()> {
    let (Via::Peer(_), Some(uri)) = (via, uri) else {
        return Err(DomainError::Forbidden("This action is not allowed".to_owned()));
    };
    let activity = OutboundActivity::RejectFollow {
        uri: uri.to_owned(),
        follower: asks.id,
    };
    outbox::queue(tx, asked.id, None, &activity, &Audience::People(vec![asks.id]))
}

/// A follow that is known: the options change, or the peer asks once more.
fn again(
    tx: &mut Work<'_>,
    via: &Via,
    mut known: Follow,
    options: FollowOptions,
    uri: Option<&str>,
) -> Result<()> {
    match (via, uri) {
        (Via::Peer(_), Some(uri)) => {
            if known.uri != uri {
                if rows::by_uri(tx, uri)?.is_some() {
                    return Err(DomainError::Refused("uri_taken"));
                }
                uri.clone_into(&mut known.uri);
                rows::update(tx, &known)?;
            }
            if known.accepted {
                // Our answer was lost, or they have forgotten.
                let activity = OutboundActivity::AcceptFollow {
                    uri: known.uri,
                    follower: known.follower,
                };
                outbox::queue(
                    tx,
                    known.followee,
                    None,
                    &activity,
                    &Audience::People(vec![known.follower]),
                )?;
            }
            Ok(())
        }
        (Via::Peer(_), None) => Err(DomainError::Refused("no_id")),
        (Via::Local, _) => {
            if known.show_boosts && !options.show_boosts {
                feed::drain_boosts_by(tx, known.follower, known.followee)?;
            }
            known.show_boosts = options.show_boosts;
            known.notify = options.notify;
            rows::update(tx, &known)?;
            tx.tell(Event::RelationshipChanged {
                account: known.follower,
                target: known.followee,
            })
        }
    }
}

fn first(
    tx: &mut Work<'_>,
    origin: &Origin,
    asks: &Person,
    asked: &Person,
    options: FollowOptions,
    uri: Option<&str>,
) -> Result<()> {
    let id = FollowId(tx.next_id());
    let uri = match (uri, asks.is_local()) {
        (_, true) => origin.join(&format!("/people/{}/follows/{id}", asks.username)),
        (Some(uri), false) if uri.len() <= 2_000 => uri.to_owned(),
        (_, false) => return Err(DomainError::Refused("no_id")),
    };
    if rows::by_uri(tx, &uri)?.is_some() {
        return Err(DomainError::Refused("uri_taken"));
    }
    let follow = Follow {
        id,
        follower: asks.id,
        followee: asked.id,
        uri,
        accepted: asked.is_local() && !asked.locked,
        show_boosts: options.show_boosts,
        notify: options.notify,
        created_at: tx.now(),
    };
    rows::insert(tx, &follow)?;
    tx.tell(Event::RelationshipChanged {
        account: asks.id,
        target: asked.id,
    })?;
    if !asked.is_local() {
        let activity = OutboundActivity::Follow {
            uri: follow.uri,
            target: asked.id,
        };
        return outbox::queue(tx, asks.id, None, &activity, &Audience::People(vec![asked.id]));
    }
    if follow.accepted {
        tx.notify(&[asked.id.get()], NotificationKind::Follow, asks.id, None, None)?;
        begin(tx, &follow, asks.is_local())
    } else {
        tx.notify(
            &[asked.id.get()],
            NotificationKind::FollowRequest,
            asks.id,
            None,
            None,
        )
    }
}
