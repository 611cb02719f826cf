//! What clients find out about OAuth here (RFC 8414), and who they act for.

use crate::{ApiResult, ApiState, Caller, entities};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::oauth::KNOWN_SCOPES;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .get(
            "/.well-known/oauth-authorization-server",
            Access::Open,
            Doc::new("oauth", "What OAuth offers here")
                .about("RFC 8414.")
                .returns::<Map<String, Value>>(),
            metadata,
        )
        .get(
            "/.well-known/change-password",
            Access::Open,
            Doc::new("oauth", "Leads to the page where people change their password").status(303),
            change_password,
        )
        .get(
            "/oauth/userinfo",
            Access::Person("profile"),
            Doc::new("oauth", "Who the token acts for")
                .about("OpenID Connect Core 1.0, section 5.3.")
                .returns::<UserInfo>(),
            userinfo,
        )
}

async fn metadata(State(state): State<ApiState>) -> Json<Value> {
    let origin = state.ctx().origin();
    Json(json!({
        "issuer": format!("{origin}/"),
        "authorization_endpoint": origin.join("/oauth/authorize"),
        "token_endpoint": origin.join("/oauth/token"),
        "revocation_endpoint": origin.join("/oauth/revoke"),
        "userinfo_endpoint": origin.join("/oauth/userinfo"),
        "app_registration_endpoint": origin.join("/api/v1/apps"),
        "service_documentation": origin.join("/about"),
        "scopes_supported": KNOWN_SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "ui_locales_supported": ["en", "fr"]
    }))
}

async fn change_password() -> Response {
    crate::pages::see_other("/auth/password")
}

/// Who the token acts for.
#[derive(Debug, Serialize, JsonSchema)]
struct UserInfo {
    iss: String,
    sub: String,
    name: String,
    preferred_username: String,
    profile: String,
    picture: String,
}

async fn userinfo(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<UserInfo>> {
    let account = &caller.account;
    let faces = entities::Faces::of(state.ctx(), std::iter::once(account.as_ref())).await?;
    Ok(Json(UserInfo {
        iss: format!("{}/", state.ctx().origin()),
        sub: account.uri.clone(),
        name: if account.display_name.is_empty() {
            account.username.clone()
        } else {
            account.display_name.clone()
        },
        preferred_username: account.username.clone(),
        profile: account.url.clone(),
        picture: faces.avatar(account),
    }))
}
