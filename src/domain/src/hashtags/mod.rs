//! How much a hashtag is used, who follows it, and who features it.

mod feature;
mod follow;

pub use feature::{FEATURED, feature, featured, to_feature, unfeature, unfeature_name};
pub use follow::{follow, followed, followed_among, unfollow};

use crate::{Ctx, Result};
use chrono::{Days, TimeDelta};
use std::collections::HashSet;

/// Days that are told.
const DAYS: usize = 7;

/// Public posts with a hashtag (any case) and their authors on each of the last seven UTC days, today first.
///
/// # Errors
/// Only the store's.
pub async fn use_per_day(ctx: &Ctx, tag: &str) -> Result<Vec<(i64, i64)>> {
    let tag = tag.to_lowercase();
    let now = ctx.now();
    let today = now.date_naive();
    let since = now.checked_sub_days(Days::new(DAYS as u64)).unwrap_or(now);
    let uses = ctx
        .store()
        .read(move |conn| entrenous_store::tag_use::since(conn, &tag, since))
        .await?;
    let mut days = vec![(0, HashSet::new()); DAYS];
    for (at, author) in uses {
        let back = today
            .signed_duration_since(at.date_naive())
            .max(TimeDelta::zero());
        let day = usize::try_from(back.num_days())
            .ok()
            .and_then(|back| days.get_mut(back));
        if let Some((posts, people)) = day {
            *posts += 1;
            people.insert(author);
        }
    }
    Ok(days
        .into_iter()
        .map(|(posts, people)| (posts, i64::try_from(people.len()).unwrap_or(i64::MAX)))
        .collect())
}
