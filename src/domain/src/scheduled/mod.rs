//! Posts that are published at a time that their authors have chosen.
//!
//! Nobody but its author learns of a scheduled post before its time: it has no place among posts until it is published,
//! by the verb that publishes every post. What is due stands in the rows of `scheduled_posts`, so that a node that
//! starts again goes on where it was.

mod change;
mod due;
mod make;

pub use change::{remove, update};
pub use due::{next_at, settle};
pub use make::schedule;

use crate::work::Work;
use crate::{Ctx, DomainError, Result};
use chrono::{NaiveTime, SubsecRound as _, TimeDelta};
use entrenous_model::{AccountId, Page, Scheduled, ScheduledId, Time};
use entrenous_store::scheduled as rows;

/// Longest page.
const MOST: i64 = 80;
/// Scheduled posts of one person, as in the Mastodon API.
pub const IN_ALL: i64 = 300;
/// Scheduled posts of one person that are due on one day (UTC), as in the Mastodon API.
pub const A_DAY: i64 = 25;
/// The nearest time that can be chosen, as in the Mastodon API.
pub const NEAREST: TimeDelta = TimeDelta::minutes(5);
/// The farthest.
const FARTHEST: TimeDelta = TimeDelta::days(3_653);

/// A person's scheduled posts, newest first.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, owner: AccountId, page: Page) -> Result<Vec<Scheduled>> {
    let page = page.at_most(MOST);
    Ok(ctx.store().read(move |conn| rows::of(conn, owner, &page)).await?)
}

/// One scheduled post of a person.
///
/// # Errors
/// `NotFound`, the same for none and for someone else's.
pub async fn get(ctx: &Ctx, owner: AccountId, id: ScheduledId) -> Result<Scheduled> {
    ctx.store()
        .read(move |conn| rows::get(conn, owner, id))
        .await?
        .ok_or(DomainError::NotFound)
}

/// The time as it is kept (in milliseconds, as clients read it).
///
/// # Errors
/// `Invalid` if it is nearer than five minutes from `now`, or farther than ten years.
fn chosen(at: Time, now: Time) -> Result<Time> {
    if at < now + NEAREST {
        return Err(DomainError::invalid(
            "Scheduled at must be at least 5 minutes from now",
        ));
    }
    if at > now + FARTHEST {
        return Err(DomainError::invalid(
            "Scheduled at must be at most 10 years from now",
        ));
    }
    Ok(at.trunc_subsecs(3))
}

/// Whether one more may be due on that day, besides `except`.
///
/// # Errors
/// `Invalid` if not.
fn room_on_day(tx: &mut Work<'_>, owner: AccountId, at: Time, except: Option<ScheduledId>) -> Result<()> {
    let from = at.date_naive().and_time(NaiveTime::MIN).and_utc();
    if rows::count_between(tx, owner, from, from + TimeDelta::days(1), except)? >= A_DAY {
        return Err(DomainError::Invalid(format!(
            "You have exceeded the limit of {A_DAY} scheduled posts for that day"
        )));
    }
    Ok(())
}
