//! The body of a request, bounded.

use super::Denied;
use crate::vocabulary::bounds::BYTES;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};

/// Refuses a body that says that it is larger than 1 MiB, before anything is read.
pub(super) fn check_length(headers: &HeaderMap) -> Result<(), Denied> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    match length.map(str::parse::<u64>) {
        Some(Ok(length)) if length > BYTES as u64 => Err(Denied::too_large()),
        _ => Ok(()),
    }
}

/// Reads at most 1 MiB. How long a sender may take is the accept loop's business.
pub(super) async fn read(body: Body) -> Result<Bytes, Denied> {
    axum::body::to_bytes(body, BYTES).await.map_err(|error| {
        let too_large = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string().contains("length limit exceeded"));
        if too_large {
            Denied::too_large()
        } else {
            Denied::broken()
        }
    })
}
