//! What a person is told about, and read markers.

use crate::{Ctx, DomainError, Result, filters};
use entrenous_model::{AccountId, FilterContext, Notification, NotificationId, NotificationKind, Page, Time};
use entrenous_store::{StoreError, notifications as rows};
use std::collections::HashSet;

/// Unread notifications are counted to here.
const COUNTED: i64 = 100;
/// The timelines that have read markers.
const TIMELINES: [&str; 2] = ["home", "notifications"];

/// Which notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these kinds; empty for those that every client knows.
    pub types: Vec<NotificationKind>,
    /// Not these kinds.
    pub exclude_types: Vec<NotificationKind>,
    /// Only from this account.
    pub from: Option<AccountId>,
}

impl Filter {
    fn kinds(&self) -> Vec<NotificationKind> {
        // What only some clients know is told to those who ask for it.
        let asked: &[NotificationKind] = if self.types.is_empty() {
            &NotificationKind::USUAL
        } else {
            &NotificationKind::ALL
        };
        asked
            .iter()
            .copied()
            .filter(|kind| self.types.is_empty() || self.types.contains(kind))
            .filter(|kind| !self.exclude_types.contains(kind))
            .collect()
    }
}

/// Notifications of a person, newest first; not from blocked or muted people, nor about posts that are gone.
///
/// # Errors
/// Only the store's.
pub async fn list(ctx: &Ctx, owner: AccountId, filter: Filter, page: Page) -> Result<Vec<Notification>> {
    let (page, now) = (page.at_most(80), ctx.now());
    let kinds = filter.kinds();
    Ok(ctx
        .store()
        .read(move |conn| rows::list(conn, owner, &kinds, filter.from, &page, now))
        .await?)
}

/// One notification.
///
/// # Errors
/// `NotFound` if it is not theirs.
pub async fn get(ctx: &Ctx, owner: AccountId, id: NotificationId) -> Result<Notification> {
    let now = ctx.now();
    ctx.store()
        .read(move |conn| rows::get(conn, owner, id, now))
        .await?
        .ok_or(DomainError::NotFound)
}

/// Removes one.
///
/// # Errors
/// `NotFound` if it is not theirs.
pub async fn dismiss(ctx: &Ctx, owner: AccountId, id: NotificationId) -> Result<()> {
    let removed = ctx
        .store()
        .write(move |tx| rows::remove(tx, owner, Some(id)))
        .await?;
    if removed == 0 {
        Err(DomainError::NotFound)
    } else {
        Ok(())
    }
}

/// Removes these in one transaction. What is gone already, or somebody else's, is no error, and stays as it is.
///
/// # Errors
/// Only the store's.
pub async fn dismiss_these(ctx: &Ctx, owner: AccountId, ids: Vec<NotificationId>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    ctx.store()
        .write(move |tx| rows::remove_these(tx, owner, &ids))
        .await?;
    Ok(())
}

/// Removes all.
///
/// # Errors
/// Only the store's.
pub async fn clear(ctx: &Ctx, owner: AccountId) -> Result<()> {
    ctx.store().write(move |tx| rows::remove(tx, owner, None)).await?;
    Ok(())
}

/// A page of notifications without those that their owner's filters hide.
pub struct NotificationPage {
    /// What is shown, newest first.
    pub shown: Vec<Notification>,
    /// The newest row that was looked at.
    pub newest: Option<NotificationId>,
    /// The oldest row that was looked at.
    pub oldest: Option<NotificationId>,
    /// How many rows the last look found: fewer than asked for means that there are no more.
    pub rows: usize,
}

/// As [`list`], without what the owner's filters hide. If they hide a whole page, the next is read, up to five.
///
/// # Errors
/// Only the store's.
pub async fn page(ctx: &Ctx, owner: AccountId, filter: &Filter, page: Page) -> Result<NotificationPage> {
    let mut asked = page.at_most(80);
    let mut answer = NotificationPage {
        shown: Vec::new(),
        newest: None,
        oldest: None,
        rows: 0,
    };
    for _ in 0..filters::LOOKS {
        let found = list(ctx, owner, filter.clone(), asked).await?;
        answer.rows = found.len();
        let (newest, oldest) = (found.first().map(|one| one.id), found.last().map(|one| one.id));
        answer.newest = answer.newest.max(newest);
        answer.oldest = match (answer.oldest, oldest) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let hidden = filters::hidden_notifications(ctx, owner, &found).await?;
        answer
            .shown
            .extend(found.into_iter().filter(|one| !hidden.contains(&one.id)));
        let full = i64::try_from(answer.rows).is_ok_and(|rows| rows >= asked.limit);
        if !answer.shown.is_empty() || !full {
            break;
        }
        asked = asked.further(newest.map(NotificationId::get), oldest.map(NotificationId::get));
    }
    Ok(answer)
}

/// Which of these, of one person, their filters hide.
///
/// # Errors
/// Only the store's.
pub async fn hidden(
    ctx: &Ctx,
    owner: AccountId,
    notifications: &[Notification],
) -> Result<HashSet<NotificationId>> {
    filters::hidden_notifications(ctx, owner, notifications).await
}

/// How many are newer than the `notifications` marker, counted to 100 at most; without those that filters hide.
///
/// # Errors
/// Only the store's.
pub async fn unread_count(ctx: &Ctx, owner: AccountId) -> Result<i64> {
    let now = ctx.now();
    let hiding = filters::hiding(ctx, owner, FilterContext::Notifications)
        .await?
        .is_some();
    let count = ctx.store().read(move |conn| {
        let markers = rows::markers(conn, owner)?;
        let read = markers
            .iter()
            .find(|row| row.timeline == "notifications")
            .map_or(0, |row| row.last_read_id);
        if hiding {
            return Ok((read, 0));
        }
        Ok((read, rows::count_after(conn, owner, read, COUNTED, now)?))
    });
    let (read, count) = count.await?;
    if hiding {
        return count_shown(ctx, owner, read).await;
    }
    Ok(count)
}

/// As [`unread_count`], one by one, since what a filter hides is not told by the rows.
async fn count_shown(ctx: &Ctx, owner: AccountId, read: i64) -> Result<i64> {
    let mut page = Page {
        since_id: Some(read),
        ..Page::first(80)
    };
    let mut count = 0;
    for _ in 0..filters::LOOKS {
        let found = list(ctx, owner, Filter::default(), page).await?;
        let hidden = filters::hidden_notifications(ctx, owner, &found).await?;
        count += i64::try_from(found.len().saturating_sub(hidden.len())).unwrap_or(COUNTED);
        if count >= COUNTED || i64::try_from(found.len()).is_ok_and(|rows| rows < page.limit) {
            break;
        }
        page.max_id = found.last().map(|one| one.id.get());
    }
    Ok(count.min(COUNTED))
}

/// How far a person has read a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// `home` or `notifications`.
    pub timeline: String,
    /// Last id read.
    pub last_read_id: i64,
    /// Raised by each change.
    pub version: i32,
    /// When.
    pub updated_at: Time,
}

impl From<rows::MarkerRow> for Marker {
    fn from(row: rows::MarkerRow) -> Self {
        Self {
            timeline: row.timeline,
            last_read_id: row.last_read_id,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// The markers of a person for the given timelines.
///
/// # Errors
/// Only the store's.
pub async fn markers(ctx: &Ctx, owner: AccountId, timelines: Vec<String>) -> Result<Vec<Marker>> {
    let rows = ctx.store().read(move |conn| rows::markers(conn, owner)).await?;
    Ok(rows
        .into_iter()
        .filter(|row| timelines.contains(&row.timeline))
        .map(Marker::from)
        .collect())
}

/// Sets a marker.
///
/// # Errors
/// `Invalid` for another timeline than `home` and `notifications`.
pub async fn set_marker(ctx: &Ctx, owner: AccountId, timeline: &str, last_read_id: i64) -> Result<Marker> {
    if !TIMELINES.contains(&timeline) {
        return Err(DomainError::invalid(
            "a marker is for one of: home, notifications",
        ));
    }
    let timeline = timeline.to_owned();
    let row = ctx
        .store()
        .write(move |tx| -> std::result::Result<_, StoreError> {
            let now = tx.now();
            rows::set_marker(tx, owner, &timeline, last_read_id, now)?;
            Ok(rows::markers(tx, owner)?
                .into_iter()
                .find(|row| row.timeline == timeline))
        });
    row.await?
        .map(Marker::from)
        .ok_or_else(|| DomainError::internal("a marker that was set is not there"))
}
