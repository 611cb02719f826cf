//! People with a login on this node.

use super::{READ, WRITE};
use crate::at::At;
use crate::entities::{self, Account, Role, stamp};
use crate::params::Query;
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::people;
use entrenous_door::{Doc, Routes};
use entrenous_model::{AccountId, Member};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/api/entrenous/v1/admin/people",
            READ,
            Doc::new("administration", "People with a login, by name")
                .query::<Asked>()
                .returns::<Vec<AdminPerson>>(),
            list,
        )
        .post(
            "/api/entrenous/v1/admin/people/{id}/disable",
            WRITE,
            Doc::new(
                "administration",
                "Disable a person: sessions, tokens and follows end",
            )
            .returns::<Map<String, Value>>()
            .also(409, "They are the last owner"),
            disable,
        )
}

/// A person as administrators see them.
#[derive(Debug, Serialize, JsonSchema)]
struct AdminPerson {
    /// As everyone sees them.
    account: Account,
    /// Their role.
    role: Role,
    /// Interface language.
    locale: String,
    /// When the login was made.
    created_at: String,
    /// When it was disabled.
    disabled_at: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// The last username of the page before.
    #[serde(deserialize_with = "lenient::text")]
    after: Option<String>,
    /// How many, 40 if not said, at most 200.
    #[serde(deserialize_with = "lenient::number")]
    limit: Option<i64>,
}

async fn list(
    State(state): State<ApiState>,
    _: Caller,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Vec<AdminPerson>>> {
    let after = asked.after.filter(|name| !name.is_empty());
    let limit = asked.limit.unwrap_or(40).clamp(1, 200);
    let (shown, members): (Vec<_>, Vec<Member>) =
        people::list(state.ctx(), after, limit).await?.into_iter().unzip();
    let answer = entities::accounts(&state, &shown)
        .await?
        .into_iter()
        .zip(members)
        .map(|(account, member)| AdminPerson {
            account,
            role: Role::of(member.role),
            locale: member.locale,
            created_at: stamp(member.created_at),
            disabled_at: member.disabled_at.map(stamp),
        })
        .collect();
    Ok(Json(answer))
}

async fn disable(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Map<String, Value>>> {
    people::disable_by(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
