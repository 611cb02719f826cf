//! What every answer carries: CORS for clients on other origins, and headers that keep browsers from guessing.

use crate::limits::Counted;
use crate::pages;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use entrenous_door::{Ambiguous, bad_request};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

const ALLOW_HEADERS: &str = "Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, If-None-Match, Cache-Control, \
     X-Requested-With, Last-Event-ID";
const ALLOW_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const EXPOSE_HEADERS: &str = "Link, Idempotency-Key, ETag, Retry-After, WWW-Authenticate, X-Request-Id, \
     X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Mastodon-Async-Refresh";
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()";

/// Answers `OPTIONS` everywhere, refuses what can be read in two ways, and adds the headers to every other answer.
pub(crate) async fn layer(mut request: Request, next: Next) -> Response {
    let counted = Counted::default();
    request.extensions_mut().insert(counted.clone());
    let page = pages::is_page(request.uri().path());
    let private = request.headers().contains_key(header::AUTHORIZATION)
        || request.uri().path().starts_with("/oauth/")
        || request.uri().path().starts_with("/api/");
    let mut response = if request.extensions().get::<Ambiguous>().is_some() {
        bad_request()
    } else if *request.method() == Method::OPTIONS {
        options()
    } else {
        next.run(request).await
    };
    let status = response.status();
    let headers = response.headers_mut();
    counted.tell(status, headers);
    let html = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !page && !html {
        cors(headers);
    }
    security(headers);
    if (private || status.is_client_error() || status.is_server_error()) && status != StatusCode::NOT_MODIFIED
    {
        // Not in place of what a handler says itself.
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

fn options() -> Response {
    let headers = [
        (header::ALLOW, HeaderValue::from_static(ALLOW_METHODS)),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Any origin, since clients come from anywhere; never with credentials, so that a cookie opens nothing.
fn cors(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOW_METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn security(headers: &mut HeaderMap) {
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
}
