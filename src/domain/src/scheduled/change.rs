//! Another time for a scheduled post, or none.

use super::{chosen, room_on_day};
use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{AccountId, Event, Scheduled, ScheduledId, Time};
use entrenous_store::scheduled as rows;

/// Publishes a scheduled post at another time. One that could not be published at its time is tried again then.
///
/// # Errors
/// `NotFound` as [`super::get`]; `Invalid` for a time that [`super::schedule`] would not take.
pub async fn update(ctx: &Ctx, owner: AccountId, id: ScheduledId, at: Time) -> Result<Scheduled> {
    super::get(ctx, owner, id).await?;
    let due_at = chosen(at, ctx.now())?;
    work::write(ctx, move |tx| {
        entrenous_store::members::lock(tx, owner)?;
        rows::get(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        room_on_day(tx, owner, due_at, Some(id))?;
        // It may be published at this very moment.
        if !rows::postpone(tx, id, due_at)? {
            return Err(DomainError::NotFound);
        }
        tx.announce(Event::PostScheduled { scheduled: id });
        rows::get(tx, owner, id)?.ok_or(DomainError::NotFound)
    })
    .await
}

/// Removes a scheduled post. Its files wait a day to be posted otherwise.
///
/// # Errors
/// `NotFound` as [`super::get`].
pub async fn remove(ctx: &Ctx, owner: AccountId, id: ScheduledId) -> Result<()> {
    work::write(ctx, move |tx| {
        rows::get(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        let now = tx.now();
        Ok(rows::remove(tx, id, now)?)
    })
    .await
}
