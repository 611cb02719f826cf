//! Read markers and preferences.

use crate::entities::{Marker, Preferences};
use crate::params::{Params, Query};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{notifications, people};
use entrenous_door::{Access, Doc, Routes};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Timelines that have a marker.
const TIMELINES: [&str; 2] = ["home", "notifications"];

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/v1/markers",
            Access::Person("read:statuses"),
            Doc::new("markers", "How far I have read")
                .query::<Asked>()
                .returns::<BTreeMap<String, Marker>>(),
            markers,
        )
        .post(
            "/api/v1/markers",
            Access::Person("write:statuses"),
            Doc::new("markers", "Set how far I have read")
                .body::<Change>()
                .returns::<BTreeMap<String, Marker>>(),
            set_markers,
        )
        .get(
            "/api/v1/preferences",
            Access::Person("read:accounts"),
            Doc::new("accounts", "My preferences").returns::<Preferences>(),
            preferences,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// `home`, `notifications`.
    #[serde(deserialize_with = "lenient::list")]
    timeline: Vec<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Change {
    /// The home timeline.
    home: Option<Read>,
    /// The notifications.
    notifications: Option<Read>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Read {
    /// Last id read.
    #[serde(deserialize_with = "lenient::number")]
    #[schemars(with = "Option<String>")]
    last_read_id: Option<i64>,
}

async fn markers(
    State(state): State<ApiState>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<BTreeMap<String, Marker>>> {
    let asked: Vec<_> = TIMELINES
        .into_iter()
        .filter(|name| asked.timeline.iter().any(|asked| asked == name))
        .map(str::to_owned)
        .collect();
    let found = notifications::markers(state.ctx(), caller.id(), asked).await?;
    Ok(Json(
        found
            .iter()
            .map(|marker| (marker.timeline.clone(), Marker::of(marker)))
            .collect(),
    ))
}

async fn set_markers(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<Change>,
) -> ApiResult<Json<BTreeMap<String, Marker>>> {
    let mut answer = BTreeMap::new();
    for (timeline, read) in TIMELINES.into_iter().zip([asked.home, asked.notifications]) {
        let Some(read) = read else { continue };
        let last = read
            .last_read_id
            .ok_or_else(|| ApiError::invalid("last_read_id is needed"))?;
        let marker = notifications::set_marker(state.ctx(), caller.id(), timeline, last).await?;
        answer.insert(marker.timeline.clone(), Marker::of(&marker));
    }
    Ok(Json(answer))
}

async fn preferences(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Preferences>> {
    let member = people::member(state.ctx(), caller.id())
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(Preferences::of(&member)))
}
