//! Cookies of the pages. Their names carry the port, since browsers share cookies between the ports of a host.

use crate::ApiState;
use axum::response::Response;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};

fn is_https(state: &ApiState) -> bool {
    state.ctx().origin().scheme() == "https"
}

fn name(state: &ApiState, what: &str) -> String {
    let authority = state.ctx().origin().authority();
    let port = authority
        .rsplit_once(':')
        .map(|(_, port)| port)
        .filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
    // Browsers take a `__Host-` cookie only from this very host, over https.
    let prefix = if is_https(state) { "__Host-" } else { "" };
    match port {
        Some(port) => format!("{prefix}entrenous_{what}_{port}"),
        None => format!("{prefix}entrenous_{what}"),
    }
}

/// Name of the cookie of a signed-in browser.
pub(crate) fn session_name(state: &ApiState) -> String {
    name(state, "session")
}

/// Name of the cookie that binds forms to a browser that is not signed in.
pub(crate) fn form_name(state: &ApiState) -> String {
    name(state, "form")
}

/// Name of the cookie of a browser that chose a language.
pub(super) fn language_name(state: &ApiState) -> String {
    name(state, "lang")
}

/// The value of a cookie.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name && cookie.value().len() <= 128)
        .map(|cookie| cookie.value().to_owned())
}

/// Sets a cookie on an answer; `None` removes it.
pub(crate) fn set(
    state: &ApiState,
    response: &mut Response,
    name: String,
    value: Option<&str>,
    keep: Option<Duration>,
) {
    let mut cookie = Cookie::build((name, value.unwrap_or_default().to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_https(state))
        .build();
    if value.is_none() {
        cookie.set_max_age(Duration::ZERO);
    } else if let Some(keep) = keep {
        cookie.set_max_age(keep);
    }
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Signs the browser in: 30 days, as long as the session is valid.
pub(crate) fn set_session(state: &ApiState, response: &mut Response, secret: &str) {
    set(
        state,
        response,
        session_name(state),
        Some(secret),
        Some(Duration::days(30)),
    );
}

/// Signs the browser out.
pub(crate) fn clear_session(state: &ApiState, response: &mut Response) {
    set(state, response, session_name(state), None, None);
}
