//! What is answered for paths that are not there, and for methods that a path does not know: a page for browsers that
//! ask for one, JSON for everyone else.

use super::{Frame, error_page, titled};
use crate::ApiState;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};

/// Where clients and peers talk, never people: always JSON.
const MACHINES: &[&str] = &[
    "/.well-known/",
    "/activities",
    "/actor",
    "/api/",
    "/inbox",
    "/media/",
    "/network",
    "/nodeinfo",
    "/people",
    "/posts",
    "/static/",
];

/// 404 for a path that no route has.
pub(crate) fn path(state: &ApiState, request: &Request) -> Response {
    if !wants_page(request) {
        return entrenous_door::not_found();
    }
    not_found(frame(state, request))
}

/// 405 for a path that has other methods.
pub(crate) fn method(state: &ApiState, request: &Request) -> Response {
    if !wants_page(request) {
        return entrenous_door::method_not_allowed();
    }
    let frame = frame(state, request);
    let text = frame.w.wrong_method.to_owned();
    error_page(StatusCode::METHOD_NOT_ALLOWED, frame, text)
}

/// The page for what does not exist and for what may not be seen: the same bytes.
pub(super) fn not_found(frame: Frame) -> Response {
    let (title, text) = (frame.w.missing_title.to_owned(), frame.w.not_found.to_owned());
    titled(StatusCode::NOT_FOUND, frame, title, text)
}

fn frame(state: &ApiState, request: &Request) -> Frame {
    let query = request.uri().query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "lang")
        .map(|(_, value)| value.into_owned());
    Frame::new(state, asked.as_deref(), request.headers())
}

fn wants_page(request: &Request) -> bool {
    let path = request.uri().path();
    !MACHINES.iter().any(|prefix| path.starts_with(prefix)) && prefers_html(request.headers())
}

/// Whether HTML is named, and no kind of JSON is wished as much (RFC 9110, section 12.5.1).
fn prefers_html(headers: &HeaderMap) -> bool {
    let (mut html, mut json) = (0.0_f32, 0.0_f32);
    let entries = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .take(32);
    for entry in entries {
        let mut pieces = entry.split(';').map(str::trim);
        let kind = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces
            .find_map(|piece| piece.strip_prefix("q="))
            .map_or(1.0, |q| q.parse().unwrap_or(0.0));
        match kind.as_str() {
            "text/html" | "application/xhtml+xml" => html = html.max(weight),
            kind if kind == "application/json" || kind.ends_with("+json") => json = json.max(weight),
            _ => {}
        }
    }
    html > json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_ask_for_pages() {
        let prefers = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            prefers_html(&headers)
        };
        assert!(prefers(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        ));
        assert!(prefers("text/html;charset=utf-8;q=0.9, application/json;q=0.8"));
        for accept in [
            "*/*",
            "application/json",
            "application/activity+json, text/html;q=0.1",
            "application/json, text/html",
            "text/html;q=0",
            "text/html;q=x",
            "",
        ] {
            assert!(!prefers(accept), "{accept}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }
}
