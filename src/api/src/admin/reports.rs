//! Reports, as Mastodon's administration API shows them (`/api/v1/admin/reports`).
//!
//! Moderators handle them as well as administrators: the domain says for whom a report exists. For everyone else every id is
//! one of nothing.

use super::accounts::AdminAccount;
use crate::at::At;
use crate::entities::{self, Account, Status, stamp};
use crate::paging::Paging;
use crate::params::{Params, Query};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::posts::PostView;
use entrenous_domain::reports::{self, Change, Party, Shown, Wanted};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{self as model, AccountId, ReportCategory, ReportId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

const READ: Access = Access::Person("admin:read:reports");
const WRITE: Access = Access::Person("admin:write:reports");

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    let one_report = |summary| doc(summary).returns::<AdminReport>();
    Routes::new()
        .get(
            "/api/v1/admin/reports",
            READ,
            doc("Reports, newest first: the open ones, or with `resolved` the others")
                .query::<Asked>()
                .paged()
                .returns::<Vec<AdminReport>>(),
            list,
        )
        .get(
            "/api/v1/admin/reports/{id}",
            READ,
            one_report("A report, with its posts as they were"),
            one,
        )
        .put(
            "/api/v1/admin/reports/{id}",
            WRITE,
            one_report("Change what a report is about").body::<Written>(),
            update,
        )
        .post(
            "/api/v1/admin/reports/{id}/assign_to_self",
            WRITE,
            one_report("Look after a report"),
            assign,
        )
        .post(
            "/api/v1/admin/reports/{id}/unassign",
            WRITE,
            one_report("Nobody looks after a report any more"),
            unassign,
        )
        .post(
            "/api/v1/admin/reports/{id}/resolve",
            WRITE,
            one_report("A report is resolved"),
            resolve,
        )
        .post(
            "/api/v1/admin/reports/{id}/reopen",
            WRITE,
            one_report("A report is open again"),
            reopen,
        )
        .get(
            "/api/entrenous/v1/admin/open_reports",
            READ,
            doc("How many reports are open").returns::<Open>(),
            open,
        )
}

/// A report, as those who moderate see it.
#[derive(Debug, Serialize, JsonSchema)]
struct AdminReport {
    /// Local id.
    id: String,
    /// It was resolved.
    action_taken: bool,
    /// When it was resolved.
    action_taken_at: Option<String>,
    /// `spam`, `legal`, `violation` or `other`.
    category: &'static str,
    /// What is wrong, plain text.
    comment: String,
    /// The node of the account was told.
    forwarded: bool,
    /// When it was made.
    created_at: String,
    /// When something of it changed last.
    updated_at: String,
    /// Who reports: a person, or the account of the organisation that sent it.
    account: AdminAccount,
    /// Who is reported.
    target_account: AdminAccount,
    /// Who looks after it.
    assigned_account: Option<AdminAccount>,
    /// Who resolved it.
    action_taken_by_account: Option<AdminAccount>,
    /// The posts it is about: those that were deleted or changed since as they were.
    statuses: Vec<Status>,
    /// Which of `statuses` were deleted since. Of this node only.
    deleted_status_ids: Vec<String>,
    /// The house rules it names, as they were.
    rules: Vec<NamedRule>,
    /// How many posts it is about; fewer are shown once what they were is forgotten. Of this node only.
    statuses_count: usize,
}

/// A house rule.
#[derive(Debug, Serialize, JsonSchema)]
struct NamedRule {
    /// Its id.
    id: String,
    /// Its text.
    text: String,
    /// Empty.
    hint: &'static str,
    /// None.
    translations: Map<String, Value>,
}

/// How many.
#[derive(Debug, Serialize, JsonSchema)]
struct Open {
    /// Reports that are not resolved.
    count: i64,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// Resolved ones instead of open ones.
    #[serde(deserialize_with = "lenient::flag")]
    resolved: Option<bool>,
    /// Only those by this account.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    account_id: Option<AccountId>,
    /// Only those about this account.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    target_account_id: Option<AccountId>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Written {
    /// `spam`, `legal`, `violation` or `other`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    category: Option<ReportCategory>,
    /// House rules; some make it a `violation`.
    #[serde(deserialize_with = "lenient::some_list")]
    rule_ids: Option<Vec<String>>,
}

/// Everyone in a report.
fn parties(shown: &Shown) -> impl Iterator<Item = &Party> {
    [&shown.reporter, &shown.target]
        .into_iter()
        .chain(&shown.assigned)
        .chain(&shown.settled_by)
}

/// Reports with their people and posts, which are looked up together, however many reports there are.
async fn entities_of(state: &ApiState, caller: &Caller, found: Vec<Shown>) -> ApiResult<Vec<AdminReport>> {
    let views = reports::statuses(state.ctx(), caller.id(), &found).await?;
    let counts: Vec<usize> = views.iter().map(Vec::len).collect();
    let views: Vec<PostView> = views.into_iter().flatten().collect();
    let mut statuses = entities::render_statuses(state, caller.id(), &views)
        .await?
        .into_iter();
    let mut people: Vec<Arc<model::Account>> = found
        .iter()
        .flat_map(parties)
        .map(|party| Arc::clone(&party.account))
        .collect();
    people.sort_unstable_by_key(|account| account.id);
    people.dedup_by_key(|account| account.id);
    let faces = entities::accounts(state, &people).await?;
    let people: HashMap<AccountId, Account> = people.iter().map(|one| one.id).zip(faces).collect();
    let party = |party: Party| -> ApiResult<AdminAccount> {
        let face = people.get(&party.account.id).ok_or_else(ApiError::not_found)?;
        let face = face.clone();
        Ok(AdminAccount::of_anyone(&party.account, party.member, face))
    };
    let mut answer = Vec::with_capacity(found.len());
    for (shown, count) in found.into_iter().zip(counts) {
        let deleted_status_ids = shown.gone().map(|id| id.to_string()).collect();
        let (report, statuses_count) = (shown.report, shown.posts.len());
        answer.push(AdminReport {
            id: report.id.to_string(),
            action_taken: report.settled_at.is_some(),
            action_taken_at: report.settled_at.map(stamp),
            category: report.category.as_str(),
            comment: report.comment,
            forwarded: report.forwarded,
            created_at: stamp(report.created_at),
            updated_at: stamp(report.updated_at),
            account: party(shown.reporter)?,
            target_account: party(shown.target)?,
            assigned_account: shown.assigned.map(party).transpose()?,
            action_taken_by_account: shown.settled_by.map(party).transpose()?,
            statuses: statuses.by_ref().take(count).collect(),
            deleted_status_ids,
            rules: report
                .rules
                .into_iter()
                .map(|rule| NamedRule {
                    id: rule.id,
                    text: rule.text,
                    hint: "",
                    translations: Map::new(),
                })
                .collect(),
            statuses_count,
        });
    }
    Ok(answer)
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    mut paging: Paging,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let page = paging.at_most(100, 200);
    let wanted = Wanted {
        resolved: Some(asked.resolved == Some(true)),
        reporter: asked.account_id,
        target: asked.target_account_id,
    };
    let found = reports::list(state.ctx(), caller.id(), wanted, page).await?;
    let (newest, oldest, count) = (
        found.first().map(|shown| shown.report.id.get()),
        found.last().map(|shown| shown.report.id.get()),
        found.len(),
    );
    let body = entities_of(&state, &caller, found).await?;
    Ok(paging.answer(&state, &body, newest, oldest, count))
}

async fn shown(state: &ApiState, caller: &Caller, id: ReportId) -> ApiResult<Json<AdminReport>> {
    let found = reports::one(state.ctx(), caller.id(), id).await?;
    entities_of(state, caller, vec![found])
        .await?
        .pop()
        .map(Json)
        .ok_or_else(ApiError::not_found)
}

async fn one(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ReportId>,
) -> ApiResult<Json<AdminReport>> {
    shown(&state, &caller, id).await
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ReportId>,
    Params(written): Params<Written>,
) -> ApiResult<Json<AdminReport>> {
    // For whom there is no report, nothing that is said of one is wrong.
    reports::one(state.ctx(), caller.id(), id).await?;
    let change = Change {
        category: written.category,
        rules: written.rule_ids,
    };
    reports::change(state.ctx(), caller.id(), id, change).await?;
    shown(&state, &caller, id).await
}

async fn assign(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ReportId>,
) -> ApiResult<Json<AdminReport>> {
    reports::assign(state.ctx(), caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn unassign(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ReportId>,
) -> ApiResult<Json<AdminReport>> {
    reports::unassign(state.ctx(), caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn resolve(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ReportId>,
) -> ApiResult<Json<AdminReport>> {
    reports::resolve(state.ctx(), caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn reopen(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<ReportId>,
) -> ApiResult<Json<AdminReport>> {
    reports::reopen(state.ctx(), caller.id(), id).await?;
    shown(&state, &caller, id).await
}

async fn open(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Open>> {
    let count = reports::open_count(state.ctx(), caller.id())
        .await?
        .ok_or_else(ApiError::forbidden)?;
    Ok(Json(Open { count }))
}
