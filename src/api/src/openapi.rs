//! The description of the API, made from the routes themselves.

use crate::{ApiState, pages};
use axum::extract::State;
use axum::response::IntoResponse;
use entrenous_door::{Access, Doc, Info, Routes, openapi};
use entrenous_model::oauth::KNOWN_SCOPES;
use http::header;
use serde_json::Value;

pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/api/openapi.json",
        Access::App,
        Doc::new("openapi", "This document")
            .about("OpenAPI 3.1.")
            .returns::<Value>(),
        document,
    )
}

/// The OpenAPI 3.1 document, of no node in particular.
#[must_use]
pub fn openapi_document() -> Value {
    described(env!("CARGO_PKG_VERSION"), None)
}

/// Made once: walking all routes and types takes longer than anything else that one request asks for.
async fn document(State(state): State<ApiState>) -> impl IntoResponse {
    let bytes = state.description(|| {
        let origin = state.ctx().origin().to_string();
        described(&state.settings().version, Some(origin))
            .to_string()
            .into()
    });
    ([(header::CONTENT_TYPE, "application/json")], bytes)
}

fn described(version: &str, server: Option<String>) -> Value {
    let words = pages::Lang::En.words();
    let scopes = KNOWN_SCOPES
        .iter()
        .map(|scope| {
            (
                (*scope).to_owned(),
                words.scope(scope).unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let info = Info {
        title: "Entrenous".to_owned(),
        version: version.to_owned(),
        description:
            "The Mastodon client API as Entrenous answers it, OAuth 2, and the administration of a node. \
            Nothing here is visible to the world; `x-access` says who may use a route."
                .to_owned(),
        server,
        scopes,
    };
    openapi(crate::routes().list(), &info)
}
