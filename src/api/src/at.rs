//! The id in a path.

use crate::ApiError;
use crate::lenient::From64;
use axum::extract::{FromRequestParts, RawPathParams};
use entrenous_model::{AccountId, PostId};
use http::request::Parts;

/// The `{id}` of the path. Text that is no number is the id of nothing: 404, like any other that does not exist.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: From64> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        number(parts, state, "id")
            .await
            .map(|number| Self(T::from64(number)))
    }
}

/// The `{quoting_status_id}` of the path, as [`At`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtQuote(pub(crate) PostId);

impl<S: Send + Sync> FromRequestParts<S> for AtQuote {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        number(parts, state, "quoting_status_id")
            .await
            .map(|number| Self(PostId(number)))
    }
}

/// The `{account_id}` of the path, as [`At`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtAccount(pub(crate) AccountId);

impl<S: Send + Sync> FromRequestParts<S> for AtAccount {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        number(parts, state, "account_id")
            .await
            .map(|number| Self(AccountId(number)))
    }
}

async fn number<S: Send + Sync>(parts: &mut Parts, state: &S, called: &str) -> Result<i64, ApiError> {
    let params = RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| ApiError::not_found())?;
    params
        .iter()
        .find(|(name, _)| *name == called)
        .and_then(|(_, value)| value.parse().ok())
        .ok_or_else(ApiError::not_found)
}
