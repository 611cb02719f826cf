//! Writing announcements.

use super::{READ, WRITE};
use crate::at::At;
use crate::entities::stamp;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::announcements::{self, Change};
use entrenous_door::{Doc, Routes};
use entrenous_model::{self as model, AnnouncementId, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/announcements",
            READ,
            doc("All announcements, newest first; ended ones too").returns::<Vec<AdminAnnouncement>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/announcements",
            WRITE,
            doc("Tell everyone on the node")
                .body::<Written>()
                .returns::<AdminAnnouncement>(),
            create,
        )
        .patch(
            "/api/entrenous/v1/admin/announcements/{id}",
            WRITE,
            doc("Change an announcement; what is absent stays")
                .body::<Written>()
                .returns::<AdminAnnouncement>(),
            update,
        )
        .delete(
            "/api/entrenous/v1/admin/announcements/{id}",
            WRITE,
            doc("Take an announcement back").returns::<Map<String, Value>>(),
            remove,
        )
}

/// An announcement, as it was written.
#[derive(Debug, Serialize, JsonSchema)]
struct AdminAnnouncement {
    /// Local id.
    id: String,
    /// As it was typed.
    text: String,
    /// When what it is about begins.
    starts_at: Option<String>,
    /// When what it is about ends, and it is shown no longer.
    ends_at: Option<String>,
    /// Of the two only the days count.
    all_day: bool,
    /// When it was told.
    published_at: String,
    /// When it was changed last.
    updated_at: String,
    /// How many people have dismissed it.
    readers_count: i64,
}

impl AdminAnnouncement {
    fn of(one: model::Announcement, readers: i64) -> Self {
        Self {
            id: one.id.to_string(),
            text: one.text,
            starts_at: one.starts_at.map(stamp),
            ends_at: one.ends_at.map(stamp),
            all_day: one.all_day,
            published_at: stamp(one.published_at),
            updated_at: stamp(one.updated_at),
            readers_count: readers,
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Written {
    /// At most 5,000 characters; a new one needs it.
    #[serde(deserialize_with = "lenient::text")]
    text: Option<String>,
    /// When what it is about begins, RFC 3339; empty for no certain moment.
    #[serde(deserialize_with = "lenient::text")]
    starts_at: Option<String>,
    /// When what it is about ends, RFC 3339, and it is shown no longer; empty for never.
    #[serde(deserialize_with = "lenient::text")]
    ends_at: Option<String>,
    /// Only the days of the two count.
    #[serde(deserialize_with = "lenient::flag")]
    all_day: Option<bool>,
}

impl Written {
    fn change(self) -> ApiResult<Change> {
        Ok(Change {
            text: self.text,
            starts_at: moment("starts_at", self.starts_at)?,
            ends_at: moment("ends_at", self.ends_at)?,
            all_day: self.all_day,
        })
    }
}

/// A moment as it was sent; an empty text takes it away.
fn moment(name: &str, text: Option<String>) -> ApiResult<Option<Option<Time>>> {
    let Some(text) = text else { return Ok(None) };
    if text.is_empty() {
        return Ok(Some(None));
    }
    let at = chrono::DateTime::parse_from_rfc3339(&text)
        .map_err(|_| ApiError::invalid(format!("{name} is a moment such as 2026-01-31T09:05:00Z")))?;
    Ok(Some(Some(at.to_utc())))
}

async fn list(State(state): State<ApiState>) -> ApiResult<Json<Vec<AdminAnnouncement>>> {
    let all = announcements::all(state.ctx()).await?;
    Ok(Json(
        all.into_iter()
            .map(|(one, readers)| AdminAnnouncement::of(one, readers))
            .collect(),
    ))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(written): Params<Written>,
) -> ApiResult<Json<AdminAnnouncement>> {
    let change = written.change()?;
    let one = announcements::create(state.ctx(), &caller.account.username, change).await?;
    Ok(Json(AdminAnnouncement::of(one, 0)))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AnnouncementId>,
    Params(written): Params<Written>,
) -> ApiResult<Json<AdminAnnouncement>> {
    let (ctx, change) = (state.ctx(), written.change()?);
    let one = announcements::update(ctx, &caller.account.username, id, change).await?;
    let all = announcements::all(ctx).await?;
    let readers = all
        .iter()
        .find(|(known, _)| known.id == id)
        .map_or(0, |(_, readers)| *readers);
    Ok(Json(AdminAnnouncement::of(one, readers)))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AnnouncementId>,
) -> ApiResult<Json<Map<String, Value>>> {
    announcements::remove(state.ctx(), &caller.account.username, id).await?;
    Ok(Json(Map::new()))
}
