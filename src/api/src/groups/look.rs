//! Finding and reading groups.

use super::{doc, shown};
use crate::at::At;
use crate::entities::{self, Group, GroupRelationship, Status};
use crate::paging::Paging;
use crate::params::Query;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::groups::{self, Wanted};
use entrenous_domain::timelines::{self, Timeline};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::{GroupId, GroupKind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Most groups that are asked for at once.
const MOST_IDS: usize = 100;

pub(super) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:groups");
    let paged = |doc: Doc| {
        doc.param(Place::Query, "limit", "How many, 40 if not said, at most 80.")
            .param(Place::Query, "offset", "Skips that many.")
            .returns::<Vec<Group>>()
    };
    Routes::new()
        .get(
            "/api/v1/groups",
            read,
            doc("The groups I am in, by name").returns::<Vec<Group>>(),
            mine,
        )
        .get(
            "/api/v1/groups/{id}",
            read,
            doc("One group")
                .about("A secret group is there for its members and for those who were invited, and for nobody else.")
                .returns::<Group>(),
            one,
        )
        .get(
            "/api/v1/groups/relationships",
            read,
            doc("What I am to groups, at most 100")
                .query::<Ids>()
                .returns::<Vec<GroupRelationship>>(),
            relationships,
        )
        .get(
            "/api/v1/groups/search",
            read,
            paged(doc("Groups that I may know of, by beginnings of words of their names").query::<Search>()),
            search,
        )
        .get(
            "/api/v1/groups/lookup",
            read,
            doc("A group by its name")
                .query::<Lookup>()
                .returns::<Group>()
                .also(404, "No group of that name that I may know of"),
            lookup,
        )
        .get(
            "/api/v1/groups/validate",
            read,
            doc("Whether a group could be called so")
                .query::<Lookup>()
                .returns::<Map<String, Value>>()
                .also(409, "The name is taken or reserved"),
            validate,
        )
        .get(
            "/api/entrenous/v1/groups",
            read,
            paged(doc("Groups that are listed, those with most members first").query::<Browse>()),
            browse,
        )
        .get(
            "/api/v1/timelines/group/{id}",
            read,
            doc("What is said in a group that I am in, newest first")
                .query::<TimelineQuery>()
                .paged()
                .returns::<Vec<Status>>(),
            timeline,
        )
}

/// Ids in any of the forms clients use: `id[]=1&id[]=2`, `id=1`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Ids {
    /// Local ids.
    #[serde(deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<String>")]
    id: Vec<GroupId>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Search {
    /// Beginnings of words of a name.
    q: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Browse {
    /// Beginnings of words of a name; any if not said.
    q: String,
    /// `open` or `closed`; both if not said.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    kind: Option<GroupKind>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Lookup {
    /// What it is called by `@`.
    name: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct TimelineQuery {
    /// Only with media.
    #[serde(deserialize_with = "lenient::flag")]
    only_media: Option<bool>,
    /// Only with this hashtag.
    #[serde(deserialize_with = "lenient::text")]
    tagged: Option<String>,
}

async fn mine(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<Group>>> {
    let all = groups::of(state.ctx(), caller.id()).await?;
    Ok(Json(entities::groups(&state, &all).await?))
}

async fn one(State(state): State<ApiState>, caller: Caller, At(id): At<GroupId>) -> ApiResult<Json<Group>> {
    shown(&state, &groups::get(state.ctx(), caller.id(), id).await?).await
}

async fn relationships(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Ids { mut id }): Query<Ids>,
) -> ApiResult<Json<Vec<GroupRelationship>>> {
    id.truncate(MOST_IDS);
    let all = groups::relations(state.ctx(), caller.id(), id).await?;
    Ok(Json(all.iter().map(GroupRelationship::of).collect()))
}

async fn search(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
    Query(asked): Query<Search>,
) -> ApiResult<Json<Vec<Group>>> {
    if asked.q.trim().is_empty() {
        return Ok(Json(Vec::new()));
    }
    let (offset, limit) = paging.offset(40, 80);
    let wanted = Wanted {
        words: asked.q,
        offset,
        limit,
        ..Wanted::default()
    };
    let found = groups::find(state.ctx(), caller.id(), wanted).await?;
    Ok(Json(entities::groups(&state, &found).await?))
}

async fn browse(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
    Query(asked): Query<Browse>,
) -> ApiResult<Json<Vec<Group>>> {
    let (offset, limit) = paging.offset(40, 80);
    let wanted = Wanted {
        kind: asked.kind,
        listed: true,
        words: asked.q,
        offset,
        limit,
    };
    let found = groups::find(state.ctx(), caller.id(), wanted).await?;
    Ok(Json(entities::groups(&state, &found).await?))
}

async fn lookup(
    State(state): State<ApiState>,
    caller: Caller,
    Query(Lookup { name }): Query<Lookup>,
) -> ApiResult<Json<Group>> {
    let view = groups::by_name(state.ctx(), caller.id(), &name)
        .await?
        .ok_or_else(ApiError::not_found)?;
    shown(&state, &view).await
}

async fn validate(
    State(state): State<ApiState>,
    _: Caller,
    Query(Lookup { name }): Query<Lookup>,
) -> ApiResult<Json<Map<String, Value>>> {
    groups::name_is_free(state.ctx(), name.trim()).await?;
    Ok(Json(Map::new()))
}

async fn timeline(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
    Query(asked): Query<TimelineQuery>,
) -> ApiResult<Response> {
    let page = paging.at_most(20, 40);
    let timeline = Timeline::Group {
        id,
        media: asked.only_media.unwrap_or(false),
    };
    let mut found = timelines::read(state.ctx(), caller.id(), &timeline, page).await?;
    if let Some(tag) = asked.tagged.filter(|tag| !tag.is_empty()) {
        // The page stays that of the whole timeline, so that the links lead through all of it.
        let tag = tag.to_lowercase();
        found.views.retain(|view| view.tags.contains(&tag));
    }
    crate::timelines::shown(&state, &caller, &paging, &found).await
}
