//! What a person is told about, and read markers.

use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, Notification, NotificationId, NotificationKind, Page, Time};
use entrenous_store::{StoreError, notifications as rows};

/// Unread notifications are counted to here.
const COUNTED: i64 = 100;
/// The timelines that have read markers.
const TIMELINES: [&str; 2] = ["home", "notifications"];

/// Which notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these kinds; empty for all.
    pub types: Vec<NotificationKind>,
    /// Not these kinds.
    pub exclude_types: Vec<NotificationKind>,
    /// Only from this account.
    pub from: Option<AccountId>,
}

impl Filter {
    fn kinds(&self) -> Vec<NotificationKind> {
        NotificationKind::ALL
            .into_iter()
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

/// Removes all.
///
/// # Errors
/// Only the store's.
pub async fn clear(ctx: &Ctx, owner: AccountId) -> Result<()> {
    ctx.store().write(move |tx| rows::remove(tx, owner, None)).await?;
    Ok(())
}

/// How many are newer than the `notifications` marker, counted to 100 at most.
///
/// # Errors
/// Only the store's.
pub async fn unread_count(ctx: &Ctx, owner: AccountId) -> Result<i64> {
    let now = ctx.now();
    let count = ctx.store().read(move |conn| {
        let markers = rows::markers(conn, owner)?;
        let read = markers
            .iter()
            .find(|row| row.timeline == "notifications")
            .map_or(0, |row| row.last_read_id);
        rows::count_after(conn, owner, read, COUNTED, now)
    });
    Ok(count.await?)
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
