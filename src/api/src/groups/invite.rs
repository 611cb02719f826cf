//! Letting people in, and inviting them.

use super::{People, doc, numbers, page, relation_to};
use crate::at::{At, AtAccount};
use crate::entities::{
    Account, Faces, GroupInvitation, GroupInvitationOfMine, GroupRelationship, GroupRequest,
};
use crate::paging::Paging;
use crate::params::Params;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::groups;
use entrenous_door::{Access, Routes};
use entrenous_model::{AccountId, GroupId};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:groups");
    let write = Access::Person("write:groups");
    Routes::new()
        .get(
            "/api/v1/groups/{id}/membership_requests",
            read,
            doc("Who asks to be let into a group that I moderate")
                .paged()
                .returns::<Vec<Account>>(),
            askers,
        )
        .get(
            "/api/entrenous/v1/groups/{id}/requests",
            read,
            doc("Who asks to be let into a group that I moderate, with what they say")
                .paged()
                .returns::<Vec<GroupRequest>>(),
            requests,
        )
        .post(
            "/api/v1/groups/{id}/membership_requests/{account_id}/authorize",
            write,
            doc("Let somebody in")
                .returns::<GroupRelationship>()
                .also(409, "The group is full, or they are in too many"),
            authorize,
        )
        .post(
            "/api/v1/groups/{id}/membership_requests/{account_id}/reject",
            write,
            doc("Do not let somebody in").returns::<GroupRelationship>(),
            reject,
        )
        .get(
            "/api/entrenous/v1/groups/{id}/invitations",
            read,
            doc("Who was invited into a group in which I may invite, and has not answered")
                .paged()
                .returns::<Vec<GroupInvitation>>(),
            invited,
        )
        .post(
            "/api/entrenous/v1/groups/{id}/invitations",
            write,
            doc("Invite people of this node, at most 20")
                .about("Who has asked to be let in is in it then.")
                .body::<People>()
                .returns::<Map<String, Value>>()
                .also(409, "There is no room"),
            invite,
        )
        .delete(
            "/api/entrenous/v1/groups/{id}/invitations",
            write,
            doc("Take invitations back: mine, or any in a group that I moderate")
                .body::<People>()
                .returns::<Map<String, Value>>(),
            uninvite,
        )
        .get(
            "/api/entrenous/v1/group_invitations",
            read,
            doc("The groups that I was invited into, and have not answered")
                .about("One is accepted by joining the group, and turned down by leaving it.")
                .returns::<Vec<GroupInvitationOfMine>>(),
            mine,
        )
}

async fn askers(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = groups::requests(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    let faces = Faces::of_someone(state.ctx(), &rows).await?;
    let body: Vec<Account> = rows.iter().map(|one| faces.account(&one.account)).collect();
    Ok(page(&state, &paging, &rows, &body))
}

async fn requests(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = groups::requests(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    let faces = Faces::of_someone(state.ctx(), &rows).await?;
    let body: Vec<GroupRequest> = rows.iter().map(|one| faces.group_request(one)).collect();
    Ok(page(&state, &paging, &rows, &body))
}

async fn authorize(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    AtAccount(asks): AtAccount,
) -> ApiResult<Json<GroupRelationship>> {
    answered(&state, &caller, id, asks, true).await
}

async fn reject(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    AtAccount(asks): AtAccount,
) -> ApiResult<Json<GroupRelationship>> {
    answered(&state, &caller, id, asks, false).await
}

async fn answered(
    state: &ApiState,
    caller: &Caller,
    id: GroupId,
    asks: AccountId,
    yes: bool,
) -> ApiResult<Json<GroupRelationship>> {
    groups::answer(state.ctx(), caller.id(), id, asks, yes).await?;
    relation_to(state, caller, id).await
}

async fn invited(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut paging: Paging,
) -> ApiResult<Response> {
    let rows = groups::invitations(state.ctx(), caller.id(), id, paging.at_most(40, 80)).await?;
    let faces = Faces::of_someone(state.ctx(), &rows).await?;
    let body: Vec<GroupInvitation> = rows.iter().map(|one| faces.group_invitation(one)).collect();
    Ok(page(&state, &paging, &rows, &body))
}

async fn invite(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<People>,
) -> ApiResult<Json<Map<String, Value>>> {
    groups::invite(state.ctx(), caller.id(), id, numbers(&asked.account_ids)?).await?;
    Ok(Json(Map::new()))
}

async fn uninvite(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<People>,
) -> ApiResult<Json<Map<String, Value>>> {
    groups::uninvite(state.ctx(), caller.id(), id, numbers(&asked.account_ids)?).await?;
    Ok(Json(Map::new()))
}

async fn mine(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<GroupInvitationOfMine>>> {
    let found = groups::invited_to(state.ctx(), caller.id()).await?;
    Ok(Json(GroupInvitationOfMine::all(&state, &found).await?))
}
