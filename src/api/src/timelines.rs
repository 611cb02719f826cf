//! Timelines, favourites, bookmarks.

use crate::entities::{self, Status};
use crate::paging::Paging;
use crate::params::Query;
use crate::tags::tag_name;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::posts::{self, PostView};
use entrenous_domain::timelines::{self, Timeline, TimelinePage};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::PostId;
use schemars::JsonSchema;
use serde::Deserialize;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:statuses");
    let list = |summary| Doc::new("timelines", summary).paged().returns::<Vec<Status>>();
    Routes::new()
        .get(
            "/api/v1/timelines/home",
            read,
            list("My posts, and posts and boosts of people I follow"),
            home,
        )
        .get(
            "/api/v1/timelines/public",
            read,
            list("Public posts of this node and of connected organisations").query::<PublicQuery>(),
            public,
        )
        .get(
            "/api/v1/timelines/tag/{hashtag}",
            read,
            list("Public posts with a hashtag").query::<PublicQuery>(),
            tag,
        )
        .get(
            "/api/v1/favourites",
            Access::Person("read:favourites"),
            list("My favourites"),
            favourites,
        )
        .get(
            "/api/v1/bookmarks",
            Access::Person("read:bookmarks"),
            list("My bookmarks"),
            bookmarks,
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct PublicQuery {
    /// Only of this node.
    #[serde(deserialize_with = "lenient::flag")]
    local: Option<bool>,
    /// Only of connected organisations.
    #[serde(deserialize_with = "lenient::flag")]
    remote: Option<bool>,
    /// Only with files.
    #[serde(deserialize_with = "lenient::flag")]
    only_media: Option<bool>,
    /// All of these hashtags beside the one in the path.
    #[serde(deserialize_with = "lenient::list")]
    all: Vec<String>,
    /// None of these hashtags.
    #[serde(deserialize_with = "lenient::list")]
    none: Vec<String>,
}

/// A page of posts, with its links; `ids` are the rows it was made of.
pub(crate) async fn page(
    state: &ApiState,
    caller: &Caller,
    paging: &Paging,
    ids: &[PostId],
    views: &[PostView],
) -> ApiResult<Response> {
    let (newest, oldest) = (ids.first().copied(), ids.last().copied());
    let body = entities::status_list(state, caller.id(), views).await?;
    Ok(paging.answer_json(
        state,
        body,
        newest.map(PostId::get),
        oldest.map(PostId::get),
        ids.len(),
    ))
}

/// A page of a timeline, without what the caller's filters hide there.
pub(crate) async fn shown(
    state: &ApiState,
    caller: &Caller,
    paging: &Paging,
    found: &TimelinePage,
) -> ApiResult<Response> {
    let body = entities::status_list(state, caller.id(), &found.views).await?;
    Ok(paging.answer_json(
        state,
        body,
        found.newest.map(PostId::get),
        found.oldest.map(PostId::get),
        found.rows,
    ))
}

/// A page of posts whose rows are not the posts themselves.
async fn page_of_rows(
    state: &ApiState,
    caller: &Caller,
    paging: &Paging,
    rows: Vec<(i64, PostId)>,
) -> ApiResult<Response> {
    let (newest, oldest, count) = (
        rows.first().map(|row| row.0),
        rows.last().map(|row| row.0),
        rows.len(),
    );
    let ids = rows.into_iter().map(|(_, id)| id).collect();
    let views = posts::views(state.ctx(), caller.viewer(), ids).await?;
    let body = entities::status_list(state, caller.id(), &views).await?;
    Ok(paging.answer_json(state, body, newest, oldest, count))
}

async fn home(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let asked = paging.at_most(20, 40);
    let found = timelines::read(state.ctx(), caller.id(), &Timeline::Home, asked).await?;
    shown(&state, &caller, &paging, &found).await
}

async fn public(
    State(state): State<ApiState>,
    caller: Caller,
    mut paging: Paging,
    Query(asked): Query<PublicQuery>,
) -> ApiResult<Response> {
    let page_asked = paging.at_most(20, 40);
    let timeline = Timeline::Network {
        local: asked.local.unwrap_or(false),
        remote: asked.remote.unwrap_or(false),
        media: asked.only_media.unwrap_or(false),
    };
    let found = timelines::read(state.ctx(), caller.id(), &timeline, page_asked).await?;
    shown(&state, &caller, &paging, &found).await
}

async fn tag(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    mut paging: Paging,
    Query(asked): Query<PublicQuery>,
) -> ApiResult<Response> {
    let name = tag_name(&name)?;
    let page_asked = paging.at_most(20, 40);
    let (local, remote) = (asked.local.unwrap_or(false), asked.remote.unwrap_or(false));
    let media = asked.only_media.unwrap_or(false);
    let timeline = Timeline::Tag { name, local };
    let mut found = timelines::read(state.ctx(), caller.id(), &timeline, page_asked).await?;
    // The page stays that of the one hashtag, so that the links lead through all of it.
    let lower =
        |tags: Vec<String>| -> Vec<String> { tags.into_iter().map(|tag| tag.to_lowercase()).collect() };
    let (all, none) = (lower(asked.all), lower(asked.none));
    found.views.retain(|view| {
        (!remote || !view.post.is_local())
            && (!media || !view.files.is_empty())
            && all.iter().all(|tag| view.tags.contains(tag))
            && !none.iter().any(|tag| view.tags.contains(tag))
    });
    shown(&state, &caller, &paging, &found).await
}

async fn favourites(
    State(state): State<ApiState>,
    caller: Caller,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = timelines::favourites(state.ctx(), caller.id(), paging.at_most(20, 40)).await?;
    page_of_rows(&state, &caller, &paging, rows).await
}

async fn bookmarks(State(state): State<ApiState>, caller: Caller, mut paging: Paging) -> ApiResult<Response> {
    let rows = timelines::bookmarks(state.ctx(), caller.id(), paging.at_most(20, 40)).await?;
    page_of_rows(&state, &caller, &paging, rows).await
}
