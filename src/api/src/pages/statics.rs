//! Style sheet, logo and default pictures, in the node's colours.

use super::look::{self, Colour};
use crate::{ApiError, ApiState};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use entrenous_domain::secrets::sha256_hex;
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderValue, header};
use serde_json::json;

/// The part of the style sheet that is the same on every node.
const STYLE: &str = include_str!("style.css");

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("pages", summary).hidden();
    Routes::new()
        .get(
            "/static/{file}",
            Access::Open,
            doc("Style sheet, logo and default pictures"),
            file,
        )
        .get("/favicon.ico", Access::Open, doc("The logo"), favicon)
        .get("/manifest.json", Access::Open, doc("Web app manifest"), manifest)
}

/// The files, made once.
pub(crate) struct Statics {
    style_path: String,
    style: Bytes,
    logo: Bytes,
    avatar: Bytes,
    header: Bytes,
}

impl Statics {
    pub(crate) fn new(accent: &str) -> Self {
        let accent = Colour::accent(accent);
        let style = format!("{}{STYLE}", look::css(accent));
        let hash = sha256_hex(style.as_bytes());
        Self {
            style_path: format!("/static/style-{}.css", hash.get(..16).unwrap_or_default()),
            style: style.into(),
            logo: look::logo(accent).into(),
            avatar: look::avatar(accent).into(),
            header: look::header(accent).into(),
        }
    }

    /// Path of the style sheet; it changes with the content, so browsers may keep it for ever.
    pub(crate) fn style_path(&self) -> &str {
        &self.style_path
    }
}

async fn file(State(state): State<ApiState>, Path(name): Path<String>) -> Result<Response, ApiError> {
    let files = state.statics();
    let is_style = files.style_path.strip_prefix("/static/") == Some(name.as_str());
    let (bytes, kind) = match name.as_str() {
        _ if is_style => (&files.style, "text/css; charset=utf-8"),
        "logo.svg" => (&files.logo, "image/svg+xml"),
        "avatar.png" => (&files.avatar, "image/png"),
        "header.png" => (&files.header, "image/png"),
        _ => return Err(ApiError::not_found()),
    };
    let keep = if is_style {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=86400"
    };
    Ok(served(bytes.clone(), kind, keep))
}

fn served(bytes: Bytes, kind: &'static str, keep: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (headers, bytes).into_response()
}

async fn favicon(State(state): State<ApiState>) -> Response {
    served(
        state.statics().logo.clone(),
        "image/svg+xml",
        "public, max-age=86400",
    )
}

async fn manifest(State(state): State<ApiState>) -> Response {
    let node = state.ctx().node();
    let body = json!({
        "name": node.name,
        "short_name": node.name,
        "description": node.description,
        "start_url": "/",
        "display": "minimal-ui",
        "theme_color": Colour::accent(&node.accent).to_string(),
        "icons": [{ "src": "/static/logo.svg", "sizes": "any", "type": "image/svg+xml" }]
    });
    served(
        body.to_string().into(),
        "application/manifest+json",
        "public, max-age=3600",
    )
}
