//! The node's own web client: its files, and its first page on every path that the client itself understands.
//!
//! The first page is the same bytes for everyone, whether what the path names exists or not: what a person may see comes
//! from the API. A node without a built client answers these paths with its own pages, where it has one.

pub(crate) mod encoding;
mod files;
mod paths;

use crate::{ApiError, ApiState, pages};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::response::Response;
use entrenous_door::{Access, Doc, Routes};
use http::HeaderMap;
use http::request::Parts;

pub use files::ClientFile;
pub(crate) use files::{Client, Keep};
pub(crate) use paths::is_own;

/// The files, and the paths that only the client has. Those that are pages of the node as well (`/`, `/about`, people and
/// their posts) are with the pages.
pub(crate) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("client", summary).hidden();
    let files = Routes::new()
        .get(
            "/assets/{file}",
            Access::Open,
            doc("A file of the web client"),
            asset,
        )
        .get(
            "/sw.js",
            Access::Open,
            doc("The web client's service worker"),
            worker,
        );
    paths::ONLY_CLIENT.iter().fold(files, |routes, path| {
        routes.get(path, Access::Open, doc("The web client"), shell)
    })
}

/// First in the handlers of paths that the web client understands: where a client is built in, its first page is the
/// answer, and the handler is not reached.
pub(crate) struct WithoutClient;

impl FromRequestParts<ApiState> for WithoutClient {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Response> {
        match state.client().shell(&parts.headers) {
            Some(page) => Err(page),
            None => Ok(Self),
        }
    }
}

async fn shell(_: WithoutClient, State(state): State<ApiState>, request: Request) -> Response {
    pages::missing::path(&state, &request)
}

async fn asset(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = state
        .client()
        .file(&format!("assets/{name}"), Keep::ForEver, &headers);
    found.ok_or_else(ApiError::not_found)
}

async fn worker(State(state): State<ApiState>, headers: HeaderMap) -> Result<Response, ApiError> {
    state.client().worker(&headers).ok_or_else(ApiError::not_found)
}
