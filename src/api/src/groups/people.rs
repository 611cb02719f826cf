//! Who is in a group, and their roles.

use super::{doc, numbers, page, relation_to};
use crate::at::At;
use crate::entities::{Faces, GroupMembership, GroupRelationship};
use crate::paging::Paging;
use crate::params::{Params, Query};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::groups;
use entrenous_door::{Access, Routes};
use entrenous_model::{AccountId, GroupId, GroupRole};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let write = Access::Person("write:groups");
    let change = |summary| {
        doc(summary)
            .about("All of them, or none. The last owner keeps their role; a group has at most five owners.")
            .body::<NewRole>()
            .returns::<Map<String, Value>>()
    };
    Routes::new()
        .get(
            "/api/v1/groups/{id}/memberships",
            Access::Person("read:groups"),
            doc("Who is in a group that I am in, who came last first")
                .query::<Asked>()
                .paged()
                .returns::<Vec<GroupMembership>>(),
            members,
        )
        .post(
            "/api/v1/groups/{id}/promote",
            write,
            change("Give members of a group that I own another role"),
            set_role,
        )
        .post(
            "/api/v1/groups/{id}/demote",
            write,
            change("The same as `promote`: what counts is the role"),
            set_role,
        )
        .post(
            "/api/entrenous/v1/groups/{id}/transfer",
            write,
            doc("Hand a group that I own over to another member, and be a member like any other")
                .body::<Heir>()
                .returns::<GroupRelationship>(),
            transfer,
        )
}

/// A role as clients write it.
fn role(word: &str) -> ApiResult<GroupRole> {
    match word {
        "owner" => Ok(GroupRole::Owner),
        "admin" | "moderator" => Ok(GroupRole::Moderator),
        "user" | "member" => Ok(GroupRole::Member),
        "guest" => Ok(GroupRole::Guest),
        _ => Err(ApiError::invalid(
            "role is one of: owner, admin, moderator, user, member, guest",
        )),
    }
}

/// The roles that are meant by who asks for those with one: what is answered calls guests `user` as well.
fn roles(word: &str) -> ApiResult<&'static [GroupRole]> {
    let all: &'static [GroupRole] = match role(word)? {
        GroupRole::Owner => &[GroupRole::Owner],
        GroupRole::Moderator => &[GroupRole::Moderator],
        GroupRole::Member if word == "user" => &[GroupRole::Member, GroupRole::Guest],
        GroupRole::Member => &[GroupRole::Member],
        GroupRole::Guest => &[GroupRole::Guest],
    };
    Ok(all)
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// Only with this role: `owner`, `admin` (or `moderator`), `user` (guests among them), `member` (without them) or `guest`.
    #[serde(deserialize_with = "lenient::text")]
    role: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NewRole {
    /// Local ids of accounts, at most 200.
    #[serde(deserialize_with = "lenient::list")]
    account_ids: Vec<String>,
    /// `owner`, `admin` (or `moderator`), `user` (or `member`) or `guest`.
    #[serde(deserialize_with = "lenient::text")]
    role: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Heir {
    /// Who is to own it.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "Option<String>")]
    account_id: Option<AccountId>,
}

async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let wanted = asked.role.as_deref().filter(|word| !word.is_empty());
    let wanted = wanted.map(roles).transpose()?.unwrap_or_default();
    let rows = groups::members(state.ctx(), caller.id(), id, wanted, paging.at_most(40, 80)).await?;
    let faces = Faces::of_someone(state.ctx(), &rows).await?;
    let body: Vec<GroupMembership> = rows.iter().map(|one| faces.group_membership(one)).collect();
    Ok(page(&state, &paging, &rows, &body))
}

async fn set_role(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<NewRole>,
) -> ApiResult<Json<Map<String, Value>>> {
    // Whether there is such a group is asked before what is said of it.
    groups::get(state.ctx(), caller.id(), id).await?;
    let role = role(asked.role.as_deref().unwrap_or_default())?;
    let people = numbers(&asked.account_ids)?;
    groups::set_role(state.ctx(), caller.id(), id, people, role).await?;
    Ok(Json(Map::new()))
}

async fn transfer(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<Heir>,
) -> ApiResult<Json<GroupRelationship>> {
    let to = asked.account_id.unwrap_or(AccountId(0));
    groups::transfer(state.ctx(), caller.id(), id, to).await?;
    relation_to(&state, &caller, id).await
}
