//! Style sheets, icons and default pictures, in the node's colours; the node's own pictures; the web app manifest.

mod manifest;

use crate::brand::{self, Colour, draw};
use crate::{ApiError, ApiState};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use draw::Cut;
use entrenous_domain::look::Look;
use entrenous_domain::secrets::sha256_hex;
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::{Arc, OnceLock};

/// The part of the style sheet that is the same on every node.
const STYLE: &str = include_str!("style.css");
/// The name says the content, so browsers may keep it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What an administrator changes is seen soon, and costs a question only.
const SHORT: &str = "public, max-age=300";

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("pages", summary).hidden();
    Routes::new()
        .get(
            "/static/{file}",
            Access::Open,
            doc("Style sheets, icons and default pictures"),
            file,
        )
        .get("/favicon.ico", Access::Open, doc("The icon"), favicon)
        .get(
            "/apple-touch-icon.png",
            Access::Open,
            doc("The icon of a home screen"),
            touch_icon,
        )
        .merge(manifest::routes())
}

/// A file that is served, with what names its content.
#[derive(Clone)]
pub(crate) struct Made {
    bytes: Bytes,
    kind: HeaderValue,
    hash: String,
}

impl Made {
    fn new(bytes: impl Into<Bytes>, kind: &'static str) -> Self {
        Self::of(bytes.into(), HeaderValue::from_static(kind))
    }

    fn of(bytes: Bytes, kind: HeaderValue) -> Self {
        let hash = sha256_hex(&bytes).get(..16).unwrap_or_default().to_owned();
        Self { bytes, kind, hash }
    }

    /// Answers it, or that it is what the browser has.
    fn served(&self, headers: &HeaderMap, keep: &'static str) -> Response {
        let tag = format!("\"{}\"", self.hash);
        let known = headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|known| known.to_str().ok())
            .flat_map(|known| known.split(','))
            .any(|known| known.trim().trim_start_matches("W/") == tag);
        let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
        let common = [
            (header::ETAG, tag),
            (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        ];
        if known {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let kind = [(header::CONTENT_TYPE, self.kind.clone())];
        (common, kind, self.bytes.clone()).into_response()
    }
}

/// The files of one look, each made when it is first asked for.
pub(crate) struct Statics {
    look: Arc<Look>,
    accent: Colour,
    style: Made,
    brand: Made,
    drawn: [OnceLock<Made>; DRAWN.len()],
}

/// How one file is drawn.
type Draw = fn(Colour, Option<&[u8]>) -> Vec<u8>;

/// What is drawn, with its name.
const DRAWN: [(&str, Draw); 8] = [
    ("avatar.png", |accent, _| draw::avatar(accent)),
    ("header.png", |accent, _| draw::header(accent)),
    ("icon-192.png", |accent, logo| icon(accent, logo, 192, Cut::Round)),
    ("icon-512.png", |accent, logo| icon(accent, logo, 512, Cut::Round)),
    ("icon-maskable-192.png", |accent, logo| {
        icon(accent, logo, 192, Cut::Full)
    }),
    ("icon-maskable-512.png", |accent, logo| {
        icon(accent, logo, 512, Cut::Full)
    }),
    ("apple-touch-icon.png", |accent, logo| {
        icon(accent, logo, 180, Cut::Full)
    }),
    ("favicon-48.png", |accent, logo| {
        icon(accent, logo, 48, Cut::Round)
    }),
];

fn icon(accent: Colour, logo: Option<&[u8]>, size: u32, cut: Cut) -> Vec<u8> {
    logo.and_then(|logo| draw::icon_of(logo, size, cut))
        .unwrap_or_else(|| draw::icon(accent, size, cut))
}

impl Statics {
    /// The files of a look.
    pub(crate) fn new(look: Arc<Look>) -> Self {
        let accent = Colour::accent(&look.accent);
        let brand = brand::css(accent);
        Self {
            style: Made::new(format!("{brand}{STYLE}"), "text/css; charset=utf-8"),
            brand: Made::new(brand, "text/css; charset=utf-8"),
            drawn: [const { OnceLock::new() }; DRAWN.len()],
            accent,
            look,
        }
    }

    /// Whether these are the files of that look.
    pub(crate) fn are_of(&self, look: &Arc<Look>) -> bool {
        Arc::ptr_eq(&self.look, look)
    }

    /// Path of the style sheet of the pages; it changes with the content, so browsers may keep it for ever.
    pub(crate) fn style_path(&self) -> String {
        format!("/static/style-{}.css", self.style.hash)
    }

    /// Path of the colours alone, as custom properties.
    pub(crate) fn brand_path(&self) -> String {
        format!("/static/brand-{}.css", self.brand.hash)
    }

    /// Path of the logo, an administrator's or the mark.
    pub(crate) fn logo_path(&self) -> String {
        self.own_logo().unwrap_or_else(|| "/static/logo.svg".to_owned())
    }

    /// Path of the logo that an administrator gave.
    pub(crate) fn own_logo(&self) -> Option<String> {
        let logo = self.look.logo.as_ref()?;
        Some(format!("/static/logo-{}.png", short(&logo.hash)))
    }

    /// Path of the header picture that an administrator gave.
    pub(crate) fn own_header(&self) -> Option<String> {
        let header = self.look.header.as_ref()?;
        let kind = extension(&header.content_type);
        Some(format!("/static/header-{}.{kind}", short(&header.hash)))
    }

    /// The accent.
    pub(crate) const fn accent(&self) -> Colour {
        self.accent
    }

    fn drawn(&self, name: &str) -> Option<&Made> {
        let ((_, draw), made) = DRAWN
            .iter()
            .zip(&self.drawn)
            .find(|((known, _), _)| *known == name)?;
        let logo = self.look.logo.as_ref().map(|logo| logo.bytes.as_slice());
        Some(made.get_or_init(|| Made::new(draw(self.accent, logo), "image/png")))
    }

    /// The file of a name, and how long it may be kept.
    fn named(&self, name: &str) -> Option<(Made, &'static str)> {
        let path = format!("/static/{name}");
        if path == self.style_path() {
            return Some((self.style.clone(), FOR_EVER));
        }
        if path == self.brand_path() {
            return Some((self.brand.clone(), FOR_EVER));
        }
        for (own, picture) in [
            (self.own_logo(), &self.look.logo),
            (self.own_header(), &self.look.header),
        ] {
            if let (true, Some(picture)) = (own.as_deref() == Some(&*path), picture) {
                let kind = HeaderValue::from_str(&picture.content_type).ok()?;
                return Some((Made::of(picture.bytes.clone().into(), kind), FOR_EVER));
            }
        }
        match name {
            "brand.css" => Some((self.brand.clone(), SHORT)),
            "logo.svg" => Some((Made::new(draw::mark(self.accent), "image/svg+xml"), SHORT)),
            _ => Some((self.drawn(name)?.clone(), SHORT)),
        }
    }
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or_default()
}

fn extension(kind: &str) -> &'static str {
    if kind == "image/jpeg" { "jpg" } else { "png" }
}

/// The file of a name. Drawing takes milliseconds of CPU, once for each look: off the request path.
async fn answer(state: &ApiState, name: String, headers: &HeaderMap) -> Result<Response, ApiError> {
    let files = state.statics();
    let found = tokio::task::spawn_blocking(move || files.named(&name))
        .await
        .map_err(ApiError::internal)?;
    let (made, keep) = found.ok_or_else(ApiError::not_found)?;
    Ok(made.served(headers, keep))
}

async fn file(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    answer(&state, name, &headers).await
}

async fn favicon(State(state): State<ApiState>, headers: HeaderMap) -> Result<Response, ApiError> {
    let name = match state.statics().own_logo() {
        Some(_) => "favicon-48.png",
        None => "logo.svg",
    };
    answer(&state, name.to_owned(), &headers).await
}

async fn touch_icon(State(state): State<ApiState>, headers: HeaderMap) -> Result<Response, ApiError> {
    answer(&state, "apple-touch-icon.png".to_owned(), &headers).await
}
