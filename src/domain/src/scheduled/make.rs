//! Scheduling a post.

use super::{IN_ALL, chosen, room_on_day};
use crate::posts::{Ahead, Draft, KEY_HOURS, reserve};
use crate::{Ctx, DomainError, Result, work};
use chrono::TimeDelta;
use entrenous_model::{AccountId, AppId, Event, Scheduled, ScheduledId, Time};
use entrenous_store::scheduled as rows;

/// Keeps a post of a person of this node until `at`. It is checked as if it were published now: whoever learns at its
/// time that it cannot be published may not be there to change it. Its files stay for it. The same idempotency key
/// within 24 hours answers the same scheduled post, whatever its time.
///
/// # Errors
/// `Invalid` for a time nearer than five minutes or farther than ten years, for more than 300 scheduled posts, or 25
/// that are due on one day (UTC); else as [`crate::posts::publish`].
pub async fn schedule(
    ctx: &Ctx,
    author: AccountId,
    draft: Draft,
    at: Time,
    app: Option<AppId>,
) -> Result<Scheduled> {
    let key = draft.idempotency_key.clone();
    let known = match key.clone() {
        Some(key) => {
            let since = ctx.now() - TimeDelta::hours(KEY_HOURS);
            let found = ctx
                .store()
                .read(move |conn| rows::by_key(conn, author, &key, since));
            found.await?
        }
        None => None,
    };
    // Asked before the time: what a client sends again after a minute may be too near by then.
    if let Some(known) = known {
        return Ok(known);
    }
    let due_at = chosen(at, ctx.now())?;
    let ahead = Ahead::of(ctx, author, draft).await?;
    work::write(ctx, move |tx| {
        // Two at once would both find room.
        entrenous_store::members::lock(tx, author)?;
        let now = tx.now();
        if let Some(key) = &key {
            let since = now - TimeDelta::hours(KEY_HOURS);
            if let Some(known) = rows::by_key(tx, author, key, since)? {
                return Ok(known);
            }
            rows::forget_key(tx, author, key, since)?;
        }
        if rows::count(tx, author)? >= IN_ALL {
            return Err(DomainError::Invalid(format!(
                "You have exceeded the limit of {IN_ALL} scheduled posts"
            )));
        }
        room_on_day(tx, author, due_at, None)?;
        let group = ahead.check(tx, author)?;
        let mut scheduled = Scheduled {
            id: ScheduledId(tx.next_id()),
            account: author,
            due_at,
            params: ahead.params(app, group),
            files: Vec::new(),
            idempotency_key: key.clone(),
            created_at: now,
            failure: None,
        };
        rows::insert(tx, &scheduled)?;
        scheduled.files = reserve(tx, author, scheduled.id, ahead.files())?;
        tx.announce(Event::PostScheduled {
            scheduled: scheduled.id,
        });
        Ok(scheduled)
    })
    .await
}
