//! Registering clients.

use crate::auth::Client;
use crate::limits::What;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, lenient};
use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use entrenous_domain::oauth;
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::App;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .post(
            "/api/v1/apps",
            Access::Open,
            Doc::new("apps", "Registers a client")
                .body::<NewApp>()
                .returns::<CredentialApplication>()
                .also(429, "Too many clients from this address"),
            register,
        )
        .get(
            "/api/v1/apps/verify_credentials",
            Access::App,
            Doc::new("apps", "The client a token belongs to").returns::<Application>(),
            verify,
        )
}

#[derive(Debug, Deserialize, JsonSchema, Default)]
#[serde(default)]
struct NewApp {
    /// Shown when people are asked for consent.
    #[serde(deserialize_with = "lenient::text")]
    client_name: Option<String>,
    /// Exact addresses to return to, as a list or one per line.
    #[serde(deserialize_with = "lenient::list")]
    redirect_uris: Vec<String>,
    /// The most it will ask for; `read` if absent.
    #[serde(deserialize_with = "lenient::text")]
    scopes: Option<String>,
    /// The client's page.
    #[serde(deserialize_with = "lenient::text")]
    website: Option<String>,
}

/// A client as it sees itself.
#[derive(Debug, Serialize, JsonSchema)]
struct Application {
    id: String,
    name: String,
    website: Option<String>,
    scopes: Vec<String>,
    redirect_uris: Vec<String>,
    /// All of them, one per line, for older clients.
    redirect_uri: String,
    /// The key that push messages are signed with, base64url; empty if the node sends none.
    vapid_key: String,
}

/// A client just registered: the secret is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
struct CredentialApplication {
    #[serde(flatten)]
    application: Application,
    client_id: String,
    client_secret: String,
    /// 0: never.
    client_secret_expires_at: i64,
}

impl Application {
    fn of(state: &ApiState, app: App) -> Self {
        Self {
            id: app.id.to_string(),
            name: app.name,
            website: app.website,
            scopes: app.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
            redirect_uri: app.redirect_uris.join("\n"),
            redirect_uris: app.redirect_uris,
            vapid_key: state.settings().vapid.clone(),
        }
    }
}

async fn register(State(state): State<ApiState>, request: Request) -> ApiResult<Json<CredentialApplication>> {
    state.limits().count_and_tell(What::Apps, request.extensions())?;
    let Params(new) = Params::<NewApp>::from_request(request, &state).await?;
    let redirect_uris: Vec<String> = new
        .redirect_uris
        .iter()
        .flat_map(|text| text.split_whitespace())
        .map(str::to_owned)
        .collect();
    let website = new.website.filter(|website| !website.is_empty());
    let scopes = new.scopes.filter(|scopes| !scopes.trim().is_empty());
    let (app, client_secret) = oauth::register(
        state.ctx(),
        new.client_name.as_deref().unwrap_or_default().trim(),
        website,
        redirect_uris,
        scopes.as_deref().unwrap_or("read"),
    )
    .await?;
    Ok(Json(CredentialApplication {
        client_id: app.client_id.clone(),
        client_secret,
        client_secret_expires_at: 0,
        application: Application::of(&state, app),
    }))
}

async fn verify(State(state): State<ApiState>, Client(bearer): Client) -> ApiResult<Json<Application>> {
    let Some(id) = bearer.token.app else {
        // Tokens of the command line belong to no client.
        return Ok(Json(Application {
            id: "0".to_owned(),
            name: "entrenous".to_owned(),
            website: None,
            scopes: bearer
                .token
                .scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            redirect_uris: Vec::new(),
            redirect_uri: String::new(),
            vapid_key: state.settings().vapid.clone(),
        }));
    };
    let app = oauth::app(state.ctx(), id)
        .await?
        .ok_or_else(ApiError::invalid_token)?;
    Ok(Json(Application::of(&state, app)))
}
