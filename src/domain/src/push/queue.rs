//! What waits to be sent, and whether it still may be.

use super::{PATIENCE, Secret};
use crate::{Ctx, DomainError, Result, filters, notifications, work};
use entrenous_model::{
    AccountId, Notification, NotificationId, PushKeys, PushPolicy, PushSubscriptionId, Time,
};
use entrenous_store::{push as rows, relationships};

/// One message to one browser.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// What it tells of.
    pub notification: NotificationId,
    /// Where it goes.
    pub subscription: PushSubscriptionId,
    /// To whom.
    pub account: AccountId,
    /// The language of their interface.
    pub locale: String,
    /// The address at the push service: a secret.
    pub endpoint: String,
    /// What it is encrypted with.
    pub keys: PushKeys,
    /// Attempts that failed.
    pub tries: i32,
    /// Until when it is worth sending.
    pub until: Time,
    policy: PushPolicy,
}

/// What came of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The service has it, or it is not to be sent any more.
    Done,
    /// The service does not know the subscription (any more).
    Gone,
    /// Nothing is to be sent to this subscription before that moment.
    Later(Time),
}

/// Parcels that are due at a push service, at most `most`, in their order.
///
/// # Errors
/// Only the store's.
pub async fn due(ctx: &Ctx, service: &str, most: u32) -> Result<Vec<Parcel>> {
    let (now, service) = (ctx.now(), service.to_owned());
    let waiting = ctx
        .store()
        .read(move |conn| rows::due(conn, &service, now, most))
        .await?;
    let mut parcels = Vec::with_capacity(waiting.len());
    for row in waiting {
        let until = row.created_at + PATIENCE;
        let (subscription, notification) = (row.subscription, row.notification);
        let opened = Secret::open(ctx, &row.sealed);
        let fit = match opened {
            Ok(opened) if now < until => Some(opened),
            Ok(_) => None,
            Err(error) => {
                tracing::error!(%subscription, cause = ?error, "a push subscription cannot be opened");
                None
            }
        };
        let Some((endpoint, keys)) = fit else {
            finish(ctx, subscription, notification, Outcome::Done).await?;
            continue;
        };
        parcels.push(Parcel {
            notification,
            subscription,
            account: row.account,
            locale: row.locale,
            endpoint,
            keys,
            tries: row.tries,
            until,
            policy: row.policy,
        });
    }
    Ok(parcels)
}

/// When something is due at a push service.
///
/// # Errors
/// Only the store's.
pub async fn next_at(ctx: &Ctx, service: &str) -> Result<Option<Time>> {
    let service = service.to_owned();
    Ok(ctx
        .store()
        .read(move |conn| rows::next_at(conn, &service))
        .await?)
}

/// The notification of a parcel, if its owner is still to be told of it: they see it in their list, none of their filters
/// hides it, and it is from someone whom the subscription's policy admits.
///
/// # Errors
/// Only the store's.
pub async fn told(ctx: &Ctx, parcel: &Parcel) -> Result<Option<Notification>> {
    let owner = parcel.account;
    let notification = match notifications::get(ctx, owner, parcel.notification).await {
        Ok(notification) => notification,
        Err(DomainError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let one = std::slice::from_ref(&notification);
    if filters::hidden_notifications(ctx, owner, one)
        .await?
        .contains(&notification.id)
    {
        return Ok(None);
    }
    let (from, policy, now) = (notification.from, parcel.policy, ctx.now());
    let admitted = match policy {
        PushPolicy::All => true,
        PushPolicy::None => false,
        // What became of something of one's own comes from nobody else.
        PushPolicy::Followed | PushPolicy::Follower if from == owner => true,
        PushPolicy::Followed | PushPolicy::Follower => {
            let between = ctx
                .store()
                .read(move |conn| relationships::of(conn, owner, &[from], now))
                .await?;
            between.get(&from).is_some_and(|between| match policy {
                PushPolicy::Followed => between.following,
                _ => between.followed_by,
            })
        }
    };
    Ok(admitted.then_some(notification))
}

/// Writes down what came of a parcel.
///
/// # Errors
/// Only the store's: then it will be sent once more, under the same topic.
pub async fn settle(ctx: &Ctx, parcel: &Parcel, outcome: Outcome) -> Result<()> {
    finish(ctx, parcel.subscription, parcel.notification, outcome).await
}

async fn finish(
    ctx: &Ctx,
    subscription: PushSubscriptionId,
    notification: NotificationId,
    outcome: Outcome,
) -> Result<()> {
    work::write(ctx, move |tx| {
        match outcome {
            Outcome::Done => rows::taken(tx, subscription, notification)?,
            Outcome::Gone => rows::remove_gone(tx, subscription)?,
            Outcome::Later(at) => rows::postpone(tx, subscription, notification, at)?,
        }
        Ok(())
    })
    .await
}

/// Forgets what has waited for too long, wherever it was to go; how many.
///
/// # Errors
/// Only the store's.
pub async fn forget_old(ctx: &Ctx) -> Result<usize> {
    let before = ctx.now() - PATIENCE;
    Ok(ctx.store().write(move |tx| rows::expire(tx, before)).await?)
}
