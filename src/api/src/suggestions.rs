//! `suggestions`: people I could follow.

use crate::at::At;
use crate::entities::{self, Account, Suggestion};
use crate::paging::Paging;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::suggestions;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::AccountId;
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read");
    let doc = |summary| Doc::new("suggestions", summary);
    Routes::new()
        .get(
            "/api/v2/suggestions",
            read,
            doc("People I could follow")
                .about(
                    "Colleagues of this node, who wrote or came last first, and, in turns with them, people whom most of \
                     those follow whom I follow. Only people who want to be found. `limit` is at most 80.",
                )
                .returns::<Vec<Suggestion>>(),
            second,
        )
        .get(
            "/api/v1/suggestions",
            read,
            doc("People I could follow (first version)")
                .deprecated()
                .returns::<Vec<Account>>(),
            first,
        )
        .delete(
            "/api/v1/suggestions/{id}",
            read,
            doc("Do not suggest someone any more").returns::<Map<String, Value>>(),
            dismiss,
        )
}

async fn all(state: &ApiState, caller: &Caller, paging: &Paging) -> ApiResult<Vec<Suggestion>> {
    let (_, limit) = paging.offset(40, 80);
    let found = suggestions::of(state.ctx(), caller.id(), limit).await?;
    let people: Vec<_> = found.iter().map(|one| one.account.clone()).collect();
    let shown = entities::accounts(state, &people).await?;
    Ok(found
        .iter()
        .zip(shown)
        .map(|(one, account)| {
            let why = [
                (one.friend_of_friend, "friends_of_friends"),
                (one.colleague, "most_interactions"),
            ];
            Suggestion {
                source: if one.friend_of_friend {
                    "past_interactions"
                } else {
                    "global"
                },
                sources: why
                    .into_iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, why)| why)
                    .collect(),
                account,
            }
        })
        .collect())
}

async fn second(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
) -> ApiResult<Json<Vec<Suggestion>>> {
    Ok(Json(all(&state, &caller, &paging).await?))
}

async fn first(
    State(state): State<ApiState>,
    caller: Caller,
    paging: Paging,
) -> ApiResult<Json<Vec<Account>>> {
    let all = all(&state, &caller, &paging).await?;
    Ok(Json(all.into_iter().map(|one| one.account).collect()))
}

async fn dismiss(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
) -> ApiResult<Json<Map<String, Value>>> {
    suggestions::dismiss(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}
