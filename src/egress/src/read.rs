//! Reading an answer within its bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use crate::EgressError;

/// Refuses an answer by its head: redirects, encodings, a stated length above the limit.
pub(crate) fn check_head(response: &http::Response<Incoming>, most: u64) -> Result<(), EgressError> {
    if response.status().is_redirection() {
        return Err(EgressError::Redirect(response.status()));
    }
    let headers = response.headers();
    if !only(headers, &header::CONTENT_ENCODING, "identity")
        || !only(headers, &header::TRANSFER_ENCODING, "chunked")
    {
        return Err(EgressError::Encoding);
    }
    if response.body().size_hint().lower() > most {
        return Err(EgressError::TooLarge);
    }
    Ok(())
}

fn only(headers: &HeaderMap, name: &header::HeaderName, value: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .all(|found| found.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
}

/// Collects a body of at most `most` bytes; each part within `idle`, if that is given.
pub(crate) async fn collect(
    mut body: Incoming,
    most: u64,
    idle: Option<Duration>,
) -> Result<Bytes, EgressError> {
    let mut all = BytesMut::new();
    loop {
        let next = match idle {
            Some(idle) => timeout(idle, body.frame())
                .await
                .map_err(|_| EgressError::Timeout)?,
            None => body.frame().await,
        };
        let Some(frame) = next else {
            return Ok(all.freeze());
        };
        let Ok(data) = frame.map_err(|_| EgressError::Protocol)?.into_data() else {
            continue;
        };
        let length = u64::try_from(all.len().saturating_add(data.len())).unwrap_or(u64::MAX);
        if length > most {
            return Err(EgressError::TooLarge);
        }
        all.extend_from_slice(&data);
    }
}
