//! Posts that are removed by those who moderate.
//!
//! Moderators do it as well as administrators: the domain says who may, and which posts exist for them.

use crate::at::At;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::posts;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::PostId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().delete(
        "/api/entrenous/v1/admin/statuses/{id}",
        Access::Person("admin:write:reports"),
        Doc::new("administration", "Remove a post of anyone, for those who moderate")
            .about(
                "It goes as if its author had deleted it: peers that have a post of this node are told, a peer's post goes here \
                 alone and does not come back. Its files go at once. Of a boost, the boosted post is removed. A post that I may \
                 not see is there for me if it was reported; one of somebody with a higher role is refused (403). Reports keep \
                 what they are about.",
            )
            .body::<Removal>()
            .returns::<Map<String, Value>>(),
        remove,
    )
}

/// Why a post is removed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Removal {
    /// For the audit trail, at most 500 characters; may be left out.
    #[serde(deserialize_with = "lenient::text")]
    reason: Option<String>,
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
    Params(asked): Params<Removal>,
) -> ApiResult<Json<Map<String, Value>>> {
    let reason = asked.reason.unwrap_or_default();
    posts::remove(state.ctx(), caller.id(), id, &reason).await?;
    Ok(Json(Map::new()))
}
