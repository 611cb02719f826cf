//! Answers of the GET routes.

use crate::gate::RETRY_AFTER;
use crate::render;
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::DomainError;
use entrenous_model::{Cleared, Serving};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

/// An ActivityPub document that the contract lets this peer have, never kept by a cache in between: the next one who asks
/// may not see it.
#[must_use]
pub fn activity_json(_: Cleared<Serving>, document: &Value) -> Response {
    with_status(StatusCode::OK, document)
}

/// An ActivityPub document for everyone: the instance actor.
#[must_use]
pub(super) fn open_json(document: &Value) -> Response {
    with_status(StatusCode::OK, document)
}

/// 410 with a tombstone, for a peer that had what is gone.
#[must_use]
pub fn gone(_: Cleared<Serving>, tombstone: &Value) -> Response {
    with_status(StatusCode::GONE, tombstone)
}

fn with_status(status: StatusCode, document: &Value) -> Response {
    json(status, render::CONTENT_TYPE, document)
}

/// JSON of a given type.
pub(super) fn json(status: StatusCode, content_type: &'static str, document: &Value) -> Response {
    let mut response = (status, document.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Signature"));
    response
}

/// 404, the same bytes for what does not exist and for what may not be seen.
#[must_use]
pub fn not_found() -> Response {
    entrenous_door::not_found()
}

/// A failed use-case. Causes are for the log.
pub(super) fn failed(error: &DomainError) -> Response {
    let status = match error {
        DomainError::NotFound => return not_found(),
        DomainError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    tracing::error!(%error, "a peer's question could not be answered");
    let mut response = json(
        status,
        "application/json; charset=utf-8",
        &serde_json::json!({"error": "unavailable"}),
    );
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    response
}

/// The answer, or the failure as one.
pub(super) fn settle(result: entrenous_domain::Result<Response>) -> Response {
    result.unwrap_or_else(|error| failed(&error))
}
