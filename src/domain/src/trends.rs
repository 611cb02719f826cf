//! What colleagues talk about these days: hashtags that several people use, and public posts that many react to.
//!
//! The same for everyone on the node, found anew every few minutes at most; who may see a post is asked for each reader, as
//! everywhere.

use crate::{Ctx, Result};
use chrono::{Days, TimeDelta};
use entrenous_model::{AccountId, PostId, Time};
use entrenous_store::trends as rows;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How far back is looked.
const DAYS: u64 = 7;
/// How long what was found is kept.
const KEPT: TimeDelta = TimeDelta::minutes(5);
/// One person alone makes no trend.
const PEOPLE: i64 = 2;
/// Points that a post needs; see [`rows::posts`].
const SCORE: i64 = 2;
/// Most that are kept of each.
const MOST: i64 = 100;

/// What was found, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Hashtags, lower-case, those of most people first.
    pub tags: Vec<String>,
    /// Posts, those with most reactions first.
    pub posts: Vec<PostId>,
}

/// What was found last.
#[derive(Default)]
pub(crate) struct Trends(Mutex<Option<(Time, Arc<Found>)>>);

/// The posts of [`now`] that the viewer may see, without those of people whom they block or mute.
///
/// # Errors
/// Only the store's.
pub async fn posts(ctx: &Ctx, viewer: AccountId) -> Result<Vec<PostId>> {
    let found = now(ctx).await?;
    let (all, at) = (found.posts.clone(), ctx.now());
    let seen = ctx
        .store()
        .read(move |conn| rows::for_viewer(conn, viewer, &all, at))
        .await?;
    Ok(found
        .posts
        .iter()
        .copied()
        .filter(|id| seen.contains(id))
        .collect())
}

/// What trends now, for nobody in particular; at most five minutes old.
///
/// # Errors
/// Only the store's.
pub async fn now(ctx: &Ctx) -> Result<Arc<Found>> {
    // Held while it is looked for: many who ask at once look once.
    let mut last = ctx.caches().trends().0.lock().await;
    let now = ctx.now();
    if let Some((at, found)) = last.as_ref()
        && *at <= now
        && now - *at < KEPT
    {
        return Ok(Arc::clone(found));
    }
    let since = now.checked_sub_days(Days::new(DAYS)).unwrap_or(now);
    let found = ctx.store().read(move |conn| {
        let tags = rows::tags(conn, since, PEOPLE, MOST)?;
        Ok(Found {
            tags: tags.into_iter().map(|(tag, _)| tag).collect(),
            posts: rows::posts(conn, since, SCORE, MOST)?,
        })
    });
    let found = Arc::new(found.await?);
    *last = Some((now, Arc::clone(&found)));
    Ok(found)
}
