//! Publishing what is due.

use crate::posts::{self, Chosen, Draft, Files, ReplyTo};
use crate::quotes::Quoting;
use crate::{Ctx, DomainError, Result, polls, work};
use entrenous_model::{QuotePolicy, Scheduled, ScheduledId, Time, Unpublished};
use entrenous_store::scheduled as rows;

/// Publishes one post that is due; `false` if none is. The row of a scheduled post goes in the transaction in which the
/// post comes, so that a node that is killed at any moment publishes it once.
///
/// What is refused at its time (what it answers was deleted, say) is not published and not lost: it waits for its
/// author, who sees why, and is not tried again before they choose another time.
///
/// # Errors
/// Only the store's: then it is tried again.
pub async fn settle(ctx: &Ctx) -> Result<bool> {
    let now = ctx.now();
    let next = ctx.store().read(move |conn| rows::next_due(conn, now)).await?;
    let Some(next) = next else { return Ok(false) };
    let (id, author, due_at) = (next.id, next.account, next.due_at);
    if let Some(failure) = next.failure {
        // Once: it is not due any more then.
        tracing::error!(scheduled = %id, account = %author, "a scheduled post cannot be read; it waits for its author");
        set_aside(ctx, id, due_at, failure).await?;
        return Ok(true);
    }
    // Nothing that it answers: then it is the group that is not there for its author.
    let begins_in_group = next.params.group.is_some() && next.params.in_reply_to.is_none();
    let published = posts::publish_claimed(ctx, author, draft(next), move |tx| {
        let now = tx.now();
        Ok(rows::claim(tx, id, now)?)
    });
    let failure = match published.await {
        Ok(Some(post)) => {
            tracing::debug!(scheduled = %id, %post, "a scheduled post is published");
            return Ok(true);
        }
        // Its author removed it, or chose another time, at this very moment.
        Ok(None) => return Ok(true),
        Err(DomainError::Store(error)) => return Err(DomainError::Store(error)),
        Err(error) => {
            tracing::warn!(
                scheduled = %id, account = %author, %error,
                "a scheduled post was not published at its time; it waits for its author"
            );
            match error {
                DomainError::NotFound if begins_in_group => Unpublished::NotValid,
                DomainError::NotFound => Unpublished::ReplyGone,
                DomainError::Invalid(_) | DomainError::Forbidden(_) => Unpublished::NotValid,
                other => {
                    tracing::error!(scheduled = %id, cause = ?other, "why a scheduled post was not published");
                    Unpublished::Failed
                }
            }
        }
    };
    set_aside(ctx, id, due_at, failure).await?;
    Ok(true)
}

/// It waits for its author, and is not tried again before they choose another time.
async fn set_aside(ctx: &Ctx, id: ScheduledId, due_at: Time, failure: Unpublished) -> Result<()> {
    work::write(ctx, move |tx| {
        rows::fail(tx, id, due_at, failure)?;
        Ok(())
    })
    .await
}

/// When the next post is due.
///
/// # Errors
/// Only the store's.
pub async fn next_at(ctx: &Ctx) -> Result<Option<Time>> {
    Ok(ctx.store().read(rows::next_at).await?)
}

/// The post that is published.
fn draft(scheduled: Scheduled) -> Draft {
    let params = scheduled.params;
    Draft {
        text: params.text,
        spoiler: params.spoiler,
        sensitive: params.sensitive,
        visibility: params.visibility,
        language: params.language,
        reply_to: params.in_reply_to.map_or(ReplyTo::None, ReplyTo::Post),
        poll: params.poll.map(|poll| polls::NewPoll {
            options: poll.options,
            multiple: poll.multiple,
            hide_totals: poll.hide_totals,
            end: polls::End::In(poll.seconds),
            told: None,
        }),
        idempotency_key: scheduled.idempotency_key,
        remote: None,
        created_at: None,
        group: params.group,
        quote: params.quoted.map(Quoting::Post),
        quote_policy: params.quote_choice.map(QuotePolicy::from),
        files: Files::These(scheduled.files.into_iter().map(Chosen::of).collect()),
    }
}
