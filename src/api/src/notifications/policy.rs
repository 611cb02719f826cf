//! The notification policy and requests. Everyone who can reach a person here was let in by somebody, so nothing is set
//! aside: the policy accepts all, and says so when a client tries to change it.

use super::{READ, WRITE};
use crate::closed::CLOSED;
use crate::entities::NotificationPolicy;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, Caller};
use axum::Json;
use entrenous_door::{Doc, Routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("notifications", summary);
    let none = |summary| Doc::new(CLOSED, summary).about("Notifications are never set aside here.");
    Routes::new()
        .get(
            "/api/v2/notifications/policy",
            READ,
            doc("Whose notifications are set aside: nobody's").returns::<NotificationPolicy>(),
            policy,
        )
        .patch(
            "/api/v2/notifications/policy",
            WRITE,
            doc("Change the policy: only `accept` exists here")
                .body::<Map<String, Value>>()
                .returns::<NotificationPolicy>(),
            change_policy,
        )
        .get(
            "/api/v1/notifications/policy",
            READ,
            doc("The policy in its first form")
                .deprecated()
                .returns::<OldPolicy>(),
            old_policy,
        )
        .patch(
            "/api/v1/notifications/policy",
            WRITE,
            doc("Change the policy in its first form: nothing can be filtered here")
                .deprecated()
                .body::<OldChange>()
                .returns::<OldPolicy>(),
            change_old_policy,
        )
        .get(
            "/api/v1/notifications/requests",
            READ,
            none("Notifications set aside: none")
                .paged()
                .returns::<Vec<Value>>(),
            requests,
        )
        .get(
            "/api/v1/notifications/requests/merged",
            READ,
            none("Whether accepted requests are in the list: always").returns::<Merged>(),
            merged,
        )
        .get(
            "/api/v1/notifications/requests/{id}",
            READ,
            none("One request: there are none, so 404").status(404),
            no_request,
        )
        .post(
            "/api/v1/notifications/requests/{id}/accept",
            WRITE,
            none("Accept a request: there are none, so 404").status(404),
            no_request,
        )
        .post(
            "/api/v1/notifications/requests/{id}/dismiss",
            WRITE,
            none("Dismiss a request: there are none, so 404").status(404),
            no_request,
        )
        .post(
            "/api/v1/notifications/requests/accept",
            WRITE,
            none("Accept requests: there are none").returns::<Map<String, Value>>(),
            nothing,
        )
        .post(
            "/api/v1/notifications/requests/dismiss",
            WRITE,
            none("Dismiss requests: there are none").returns::<Map<String, Value>>(),
            nothing,
        )
}

/// The policy before Mastodon 4.3.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
struct OldPolicy {
    filter_not_following: bool,
    filter_not_followers: bool,
    filter_new_accounts: bool,
    filter_private_mentions: bool,
    summary: crate::entities::PolicySummary,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Merged {
    merged: bool,
}

async fn policy(_: Caller) -> Json<NotificationPolicy> {
    Json(NotificationPolicy::default())
}

async fn change_policy(
    _: Caller,
    Params(asked): Params<Map<String, Value>>,
) -> ApiResult<Json<NotificationPolicy>> {
    let refused = asked.iter().any(|(name, value)| {
        name.starts_with("for_") && value.as_str().is_some_and(|value| value != "accept")
    });
    if refused {
        return Err(ApiError::invalid(
            "notifications are not set aside on this node: every value is accept",
        ));
    }
    Ok(Json(NotificationPolicy::default()))
}

async fn old_policy(_: Caller) -> Json<OldPolicy> {
    Json(OldPolicy::default())
}

async fn change_old_policy(_: Caller, Params(asked): Params<OldChange>) -> ApiResult<Json<OldPolicy>> {
    let asked = [
        asked.filter_not_following,
        asked.filter_not_followers,
        asked.filter_new_accounts,
        asked.filter_private_mentions,
    ];
    if asked.contains(&Some(true)) {
        return Err(ApiError::invalid("notifications are not set aside on this node"));
    }
    Ok(Json(OldPolicy::default()))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct OldChange {
    #[serde(deserialize_with = "crate::lenient::flag")]
    filter_not_following: Option<bool>,
    #[serde(deserialize_with = "crate::lenient::flag")]
    filter_not_followers: Option<bool>,
    #[serde(deserialize_with = "crate::lenient::flag")]
    filter_new_accounts: Option<bool>,
    #[serde(deserialize_with = "crate::lenient::flag")]
    filter_private_mentions: Option<bool>,
}

async fn requests(_: Caller) -> Json<[Value; 0]> {
    Json([])
}

async fn merged(_: Caller) -> Json<Merged> {
    Json(Merged { merged: true })
}

async fn no_request(_: Caller) -> ApiError {
    ApiError::not_found()
}

async fn nothing(_: Caller) -> Json<Map<String, Value>> {
    Json(Map::new())
}
