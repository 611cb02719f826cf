//! Errors as clients read them: `{"error": …, "error_description": …}`. Causes go to the log only.

use axum::Json;
use axum::response::{IntoResponse, Response};
use entrenous_domain::DomainError;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// Seconds after which a client may try again what the database could not do.
const RETRY_AFTER: u64 = 5;

/// Result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// A refusal or failure on its way to the client.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    error: String,
    description: Option<String>,
    retry_after: Option<u64>,
    /// For the log. Never answered.
    cause: Option<String>,
}

impl ApiError {
    /// An error with a text that is safe to show.
    #[must_use]
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            description: None,
            retry_after: None,
            cause: None,
        }
    }

    /// 404, the same bytes for what does not exist and for what the caller may not see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Record not found")
    }

    /// 422: the text says what to change.
    #[must_use]
    pub fn invalid(text: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("Validation failed: {text}"),
        )
    }

    /// 422: a text that no database can keep.
    #[must_use]
    pub(crate) fn holds_nul() -> Self {
        Self::invalid("a parameter holds a NUL character")
    }

    /// 401: no token, or one that is not valid.
    #[must_use]
    pub fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "The access token is invalid")
    }

    /// 403: the token does not grant it.
    #[must_use]
    pub fn outside_scopes() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This action is outside the authorized scopes",
        )
    }

    /// 403: the person may not do it.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This action is not allowed")
    }

    /// 503.
    #[must_use]
    pub fn unavailable() -> Self {
        Self {
            retry_after: Some(RETRY_AFTER),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is temporarily unavailable",
            )
        }
    }

    /// 500: a defect; `cause` is for the log.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error").caused_by(cause)
    }

    /// 429, with the seconds to wait.
    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        DomainError::TooMany(seconds).into()
    }

    /// An error of an OAuth endpoint (RFC 6749, section 5.2).
    #[must_use]
    pub fn oauth(status: StatusCode, code: &str, description: &str) -> Self {
        Self {
            description: Some(description.to_owned()),
            ..Self::new(status, code)
        }
    }

    /// The same error with a cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The text that is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.error
    }

    /// Writes the private cause into the log, once, where the answer is made.
    pub(crate) fn log(&self) {
        if let Some(cause) = &self.cause {
            if self.status.is_server_error() {
                tracing::error!(http.status = self.status.as_u16(), error.cause = %cause, "a request failed");
            } else {
                tracing::debug!(http.status = self.status.as_u16(), error.cause = %cause, "a request was refused");
            }
        }
    }
}

impl From<DomainError> for ApiError {
    fn from(error: DomainError) -> Self {
        let text = error.to_string();
        match error {
            DomainError::NotFound => Self::not_found(),
            DomainError::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, text),
            DomainError::Invalid(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, text),
            DomainError::Conflict(_) | DomainError::AlreadyReceived => Self::new(StatusCode::CONFLICT, text),
            DomainError::Unauthenticated(_) => Self::new(StatusCode::UNAUTHORIZED, text),
            DomainError::TooMany(seconds) => Self {
                retry_after: Some(seconds),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, text)
            },
            DomainError::Refused(_) => Self::new(StatusCode::FORBIDDEN, text),
            DomainError::Remote(_) => Self::new(StatusCode::BAD_GATEWAY, text),
            DomainError::Internal(cause) => Self::internal(cause),
            DomainError::Store(ref cause) => {
                let status = if error.is_out_of_space() {
                    StatusCode::INSUFFICIENT_STORAGE
                } else {
                    StatusCode::SERVICE_UNAVAILABLE
                };
                Self {
                    retry_after: Some(RETRY_AFTER),
                    ..Self::new(status, text)
                }
                .caused_by(cause)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let body = match &self.description {
            Some(description) => json!({ "error": self.error, "error_description": description }),
            None => json!({ "error": self.error }),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(value) = self
            .retry_after
            .and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"Entrenous\""),
            );
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    async fn shown(error: ApiError) -> (StatusCode, String) {
        let response = error.into_response();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn causes_do_not_leak() {
        let (status, body) = shown(DomainError::internal("table accounts, key 42, /var/lib/x").into()).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body, r#"{"error":"Internal error"}"#);
        let (_, body) = shown(ApiError::not_found().caused_by("post 7 is private")).await;
        assert_eq!(body, r#"{"error":"Record not found"}"#);
    }

    #[tokio::test]
    async fn retry_after_is_told() {
        let response = ApiError::too_many(30).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "30");
    }
}
