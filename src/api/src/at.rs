//! The id in a path.

use crate::ApiError;
use crate::lenient::From64;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

/// The `{id}` of the path. Text that is no number is the id of nothing: 404, like any other that does not exist.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: From64> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found())?;
        params
            .iter()
            .find(|(name, _)| *name == "id")
            .and_then(|(_, value)| value.parse().ok())
            .map(|number| Self(T::from64(number)))
            .ok_or_else(ApiError::not_found)
    }
}
