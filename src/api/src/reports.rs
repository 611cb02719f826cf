//! `/api/v1/reports`: saying what is wrong with somebody.

use crate::entities::{self, Report};
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::accounts;
use entrenous_domain::reports::{self, Wish};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{AccountId, PostId, ReportCategory};
use schemars::JsonSchema;
use serde::Deserialize;

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().post(
        "/api/v1/reports",
        Access::Person("write:reports"),
        Doc::new(
            "reports",
            "Report an account, or posts of it, to those who moderate",
        )
        .body::<NewReport>()
        .returns::<Report>()
        .also(
            404,
            "No such account, or a post that is not theirs or that I may not see",
        ),
        create,
    )
}

/// What is wrong.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewReport {
    /// Whom to report.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    account_id: Option<AccountId>,
    /// Posts of theirs that I may see, at most 100.
    #[serde(deserialize_with = "lenient::list")]
    status_ids: Vec<String>,
    /// What is wrong, at most 1,000 characters.
    #[serde(deserialize_with = "lenient::text")]
    comment: Option<String>,
    /// Tell their node as well. It does not learn who reports.
    #[serde(deserialize_with = "lenient::flag")]
    forward: Option<bool>,
    /// `spam`, `legal`, `violation` or `other`, which it is if nothing is said.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    category: Option<ReportCategory>,
    /// House rules, which make it a `violation`.
    #[serde(deserialize_with = "lenient::list")]
    rule_ids: Vec<String>,
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Params(asked): Params<NewReport>,
) -> ApiResult<Json<Report>> {
    let target = asked
        .account_id
        .ok_or_else(|| ApiError::invalid("account_id is needed: whom to report"))?;
    let posts: Result<Vec<PostId>, _> = asked.status_ids.iter().map(|id| id.parse()).collect();
    let wish = Wish {
        target,
        posts: posts.map_err(|_| ApiError::not_found())?,
        comment: asked.comment.unwrap_or_default(),
        category: asked.category,
        rules: asked.rule_ids,
        forward: asked.forward == Some(true),
    };
    let (report, posts) = reports::make(state.ctx(), caller.id(), wish).await?;
    let target = accounts::get_even_hidden(state.ctx(), target)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let target = entities::account(&state, &target).await?;
    Ok(Json(Report::of(&report, &posts, target)))
}
