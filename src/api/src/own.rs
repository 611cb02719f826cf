//! `/api/entrenous/v1`: what every person may know beyond the Mastodon API: their own sessions and
//! tokens, and where a post of theirs has gone.

use crate::at::At;
use crate::entities::stamp;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::deliveries::{self, Reach, Reached};
use entrenous_domain::{oauth, sessions};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{PostId, SessionId, TokenId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// Routes of this noun.
pub(crate) fn routes() -> Routes<ApiState> {
    let read = Access::Person("read:accounts");
    let write = Access::Person("write:accounts");
    Routes::new()
        .get(
            "/api/entrenous/v1/sessions",
            read,
            Doc::new("sign-in", "Browsers I am signed in with").returns::<Vec<Session>>(),
            list_sessions,
        )
        .delete(
            "/api/entrenous/v1/sessions/{id}",
            write,
            Doc::new("sign-in", "Sign a browser out").returns::<Map<String, Value>>(),
            end_session,
        )
        .get(
            "/api/entrenous/v1/tokens",
            read,
            Doc::new("sign-in", "Clients I let act for me").returns::<Vec<Token>>(),
            list_tokens,
        )
        .delete(
            "/api/entrenous/v1/tokens/{id}",
            write,
            Doc::new("sign-in", "Revoke a token").returns::<Map<String, Value>>(),
            revoke_token,
        )
        .get(
            "/api/entrenous/v1/statuses/{id}/deliveries",
            Access::Person("read:statuses"),
            Doc::new(
                "statuses",
                "Where my post has gone: each organisation of its audience",
            )
            .returns::<Vec<Delivery>>(),
            deliveries_of,
        )
}

/// A browser that is signed in.
#[derive(Debug, Serialize, JsonSchema)]
struct Session {
    /// Local id.
    id: String,
    /// What the browser calls itself.
    user_agent: String,
    /// Since when.
    created_at: String,
    /// Until when.
    expires_at: String,
    /// When it was last used, to the minute; null for not since it began.
    last_used_at: Option<String>,
}

/// A client that acts for a person.
#[derive(Debug, Serialize, JsonSchema)]
struct Token {
    /// Local id.
    id: String,
    /// The client; null for tokens of the command line.
    client: Option<String>,
    /// What it may do.
    scopes: String,
    /// Since when.
    created_at: String,
    /// When it was last used, to the minute; null for never.
    last_used_at: Option<String>,
    /// What the program that used it last calls itself.
    user_agent: Option<String>,
    /// True for the token of this request.
    current: bool,
}

/// One post on its way to one organisation.
#[derive(Debug, Serialize, JsonSchema)]
struct Delivery {
    /// Name of the organisation.
    name: String,
    /// As in handles.
    authority: String,
    /// `delivered`, `waiting`, or `refused` (it will not have it).
    state: &'static str,
    /// For one that waits: since when it does.
    waiting_since: Option<String>,
    /// For one that waits: since when that organisation has not answered; null if it does.
    silent_since: Option<String>,
    /// What the last failure was; told to administrators only, as it may describe their network.
    error: Option<String>,
}

async fn list_sessions(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<Session>>> {
    let all = sessions::list(state.ctx(), caller.id()).await?;
    Ok(Json(
        all.into_iter()
            .map(|session| Session {
                id: session.id.to_string(),
                user_agent: session.user_agent,
                created_at: stamp(session.created_at),
                expires_at: stamp(session.expires_at),
                last_used_at: session.last_used_at.map(stamp),
            })
            .collect(),
    ))
}

async fn end_session(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<SessionId>,
) -> ApiResult<Json<Map<String, Value>>> {
    sessions::end(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn list_tokens(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Vec<Token>>> {
    let all = oauth::tokens_of(state.ctx(), caller.id()).await?;
    Ok(Json(
        all.into_iter()
            .map(|held| Token {
                id: held.token.id.to_string(),
                client: held.client,
                scopes: held.token.scopes.to_string(),
                created_at: stamp(held.token.created_at),
                last_used_at: held.last_used_at.map(stamp),
                user_agent: held.user_agent,
                current: held.token.id == caller.token.id,
            })
            .collect(),
    ))
}

async fn revoke_token(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<TokenId>,
) -> ApiResult<Json<Map<String, Value>>> {
    oauth::revoke_token(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn deliveries_of(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<PostId>,
) -> ApiResult<Json<Vec<Delivery>>> {
    let tells_errors = caller.member.role.administers();
    let all = deliveries::of_post(state.ctx(), caller.id(), id).await?;
    Ok(Json(
        all.into_iter()
            .map(|Reach { peer, state, error }| {
                let waiting = match state {
                    Reached::Waiting(since) => Some(since),
                    Reached::Delivered | Reached::Refused => None,
                };
                Delivery {
                    name: peer.name,
                    authority: peer.origin.authority().to_owned(),
                    state: match state {
                        Reached::Delivered => "delivered",
                        Reached::Waiting(_) => "waiting",
                        Reached::Refused => "refused",
                    },
                    waiting_since: waiting.map(stamp),
                    silent_since: peer.failing_since.filter(|_| waiting.is_some()).map(stamp),
                    error: error.filter(|_| tells_errors),
                }
            })
            .collect(),
    ))
}
