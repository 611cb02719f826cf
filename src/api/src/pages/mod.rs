//! The few pages people see: signing in, consent, invitations, the password, and what this node is.
//!
//! Server-rendered, in French and English, without script: they work in any browser and leave nothing to inject.

pub(crate) mod cookies;
pub(crate) mod forms;
mod invite;
mod landing;
pub(crate) mod language;
pub(crate) mod missing;
mod password;
mod peer_invitation;
mod person;
pub(crate) mod sign_in;
mod statics;
mod told;
mod words;
mod words_en;
mod words_fr;

use crate::brand::{DARK, LIGHT};
use crate::{ApiError, ApiState};
use askama::Template;
use axum::response::{IntoResponse, Response};
use entrenous_door::Routes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
pub(crate) use statics::Statics;
pub(crate) use told::told;
pub(crate) use words::{Lang, Words};

/// All routes of the pages.
pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new()
        .merge(landing::routes())
        .merge(sign_in::routes())
        .merge(password::routes())
        .merge(invite::routes())
        .merge(peer_invitation::routes())
        .merge(language::routes())
        .merge(person::routes())
        .merge(statics::routes())
}

/// What the frame of every page shows.
pub(crate) struct Frame {
    /// Texts in the language of the page.
    pub(crate) w: &'static Words,
    /// `en` or `fr`.
    pub(crate) lang: Lang,
    /// The node's name.
    pub(crate) node: String,
    /// Path of the style sheet.
    pub(crate) style: String,
    /// Path of the logo.
    pub(crate) logo: String,
    /// Whether the logo is the drawn mark, which is also the icon.
    pub(crate) drawn: bool,
    /// Colour of the browser's frame by day and by night.
    pub(crate) frames: (String, String),
    /// Version of the software.
    pub(crate) version: String,
    /// Where the source code is offered (AGPL-3.0, section 13), if this node says.
    pub(crate) source: Option<String>,
    /// The languages to switch between; empty without a switch.
    pub(crate) languages: Vec<Lang>,
}

impl Frame {
    /// The frame for a request: its `lang` parameter, else what this browser chose, else what it prefers, else the
    /// node's language.
    pub(crate) fn new(state: &ApiState, asked: Option<&str>, headers: &HeaderMap) -> Self {
        Self::for_person(state, asked, None, headers)
    }

    /// The same for a person with a language of their own, which counts before what the browser prefers.
    pub(crate) fn for_person(
        state: &ApiState,
        asked: Option<&str>,
        locale: Option<&str>,
        headers: &HeaderMap,
    ) -> Self {
        let node = state.ctx().node();
        let chosen = language::chosen(state, headers);
        let lang = Lang::choose(&node.languages, &[asked, chosen.as_deref(), locale], headers);
        let languages = Lang::of(&node.languages);
        let statics = state.statics();
        Self {
            w: lang.words(),
            lang,
            node: state.ctx().look().name.clone(),
            style: statics.style_path(),
            logo: statics.logo_path(),
            drawn: statics.own_logo().is_none(),
            frames: (LIGHT.ground.to_string(), DARK.ground.to_string()),
            version: state.settings().version.clone(),
            source: node.source_url.clone(),
            languages: if languages.len() > 1 {
                languages
            } else {
                Vec::new()
            },
        }
    }
}

/// Where a page's forms may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormTarget {
    /// To this node only.
    Ourselves,
    /// Further, by redirect: the consent page. Browsers apply `form-action` to redirects as well, and a client's
    /// address may have any scheme.
    Client,
}

/// Renders a page with its headers.
pub(crate) fn html(status: StatusCode, page: &impl Template, target: FormTarget) -> Response {
    let text = match page.render() {
        Ok(text) => text,
        Err(cause) => return ApiError::internal(cause).into_response(),
    };
    let policy = match target {
        FormTarget::Ourselves => {
            "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'"
        }
        FormTarget::Client => {
            "default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        }
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("accept-language, cookie")),
    ];
    (status, headers, text).into_response()
}

/// A page that only says something: an error, or that something is done.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct Message {
    pub(crate) frame: Frame,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) is_error: bool,
}

/// Our own page for a request that is wrong: never a redirect.
pub(crate) fn error_page(status: StatusCode, frame: Frame, text: String) -> Response {
    let title = frame.w.error_title.to_owned();
    titled(status, frame, title, text)
}

fn titled(status: StatusCode, frame: Frame, title: String, text: String) -> Response {
    html(
        status,
        &Message {
            frame,
            title,
            text,
            is_error: true,
        },
        FormTarget::Ourselves,
    )
}

/// An error of a use-case as a page: its safe text, its cause to the log.
pub(crate) fn failure_page(frame: Frame, error: &ApiError) -> Response {
    error.log();
    let text = match error.status() {
        StatusCode::NOT_FOUND => return missing::not_found(frame),
        StatusCode::TOO_MANY_REQUESTS => frame.w.too_many.to_owned(),
        status if status.is_server_error() => frame.w.unavailable.to_owned(),
        _ => told(frame.w, error.text()),
    };
    error_page(error.status(), frame, text)
}

/// 303 to a path of this node.
pub(crate) fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(value) => (
            StatusCode::SEE_OTHER,
            [
                (header::LOCATION, value),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
        )
            .into_response(),
        Err(cause) => ApiError::internal(cause).into_response(),
    }
}

/// Whether a path is one of the pages, which no other origin may read (no CORS).
pub(crate) fn is_page(path: &str) -> bool {
    crate::client::is_own(path)
        || ["/auth/", "/invite/", "/invitations/", "/oauth/authorize", "/@"]
            .iter()
            .any(|prefix| path.starts_with(prefix))
}
