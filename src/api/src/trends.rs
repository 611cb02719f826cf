//! What trends: hashtags and posts of the last days.

use crate::entities::{self, Status, Tag};
use crate::params::Query;
use crate::{ApiResult, ApiState, Caller, lenient, tags};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{posts, trends};
use entrenous_door::{Access, Doc, Routes};
use schemars::JsonSchema;
use serde::Deserialize;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("trends", summary).query::<Page>();
    let tags = "Hashtags that at least two people used in the last seven days, those of most people first";
    Routes::new()
        .get(
            "/api/v1/trends/tags",
            Access::Person(""),
            doc(tags).returns::<Vec<Tag>>(),
            tags_now,
        )
        .get(
            "/api/v1/trends",
            Access::Person(""),
            doc(tags).deprecated().returns::<Vec<Tag>>(),
            tags_now,
        )
        .get(
            "/api/v1/trends/statuses",
            Access::Person(""),
            doc("Public posts of the last seven days that people react to most").returns::<Vec<Status>>(),
            posts_now,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Page {
    /// How many: hashtags 10 if not said, at most 20; posts 20, at most 40.
    #[serde(deserialize_with = "lenient::number")]
    limit: Option<i64>,
    /// Skips that many.
    #[serde(deserialize_with = "lenient::number")]
    offset: Option<i64>,
}

impl Page {
    /// That part of a list.
    fn of<'a, T>(&self, all: &'a [T], usual: usize, most: usize) -> &'a [T] {
        let size =
            |asked: Option<i64>, usual| asked.map_or(usual, |n| usize::try_from(n).unwrap_or_default());
        let from = size(self.offset, 0).min(all.len());
        let to = from
            .saturating_add(size(self.limit, usual).clamp(1, most))
            .min(all.len());
        all.get(from..to).unwrap_or_default()
    }
}

async fn tags_now(
    State(state): State<ApiState>,
    caller: Caller,
    Query(page): Query<Page>,
) -> ApiResult<Json<Vec<Tag>>> {
    let found = trends::now(state.ctx()).await?;
    let mut shown = Vec::new();
    for name in page.of(&found.tags, 10, 20) {
        shown.push(tags::described(&state, caller.id(), name).await?);
    }
    Ok(Json(shown))
}

async fn posts_now(
    State(state): State<ApiState>,
    caller: Caller,
    Query(page): Query<Page>,
) -> ApiResult<Json<Vec<Status>>> {
    let ctx = state.ctx();
    let found = trends::posts(ctx, caller.id()).await?;
    let views = posts::views(ctx, caller.viewer(), page.of(&found, 20, 40).to_vec()).await?;
    Ok(Json(
        entities::render_statuses(&state, caller.id(), &views).await?,
    ))
}
