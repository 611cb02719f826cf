//! Multipart bodies (RFC 7578): text fields into the tree, files beside it.

use super::{File, MAX_BODY, Tree, too_large};
use crate::ApiError;
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use http::StatusCode;
use http_body_util::Limited;

/// Most files in one request.
const MAX_FILES: usize = 8;
/// Most parts in one request.
const MAX_PARTS: usize = 500;

/// What the parts of a body were, beside its texts.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) files: Vec<File>,
    /// A file was too large, and is not among them.
    pub(super) too_large: bool,
}

/// Reads all parts, at most `most` bytes of files and 1 MiB of everything else. With `leave_out`, files beyond that are
/// left out and the rest is read as far as it comes; without, they refuse the request.
pub(super) async fn read(
    request: Request,
    most: usize,
    tree: &mut Tree,
    leave_out: bool,
) -> Result<Taken, ApiError> {
    let limit = most.saturating_add(MAX_BODY);
    // axum's own limit would be smaller than an upload; this one takes its place.
    let mut request = request.map(|body| Body::new(Limited::new(body, limit)));
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|cause| broken().caused_by(cause.body_text()))?;
    let mut read = Taken::default();
    let over = |cause: &MultipartError| leave_out && cause.status() == StatusCode::PAYLOAD_TOO_LARGE;
    let (mut texts, mut bytes, mut count) = (0_usize, 0_usize, 0_usize);
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(cause) if over(&cause) => {
                read.too_large = true;
                break;
            }
            Err(cause) => return Err(part_error(&cause, limit)),
        };
        count += 1;
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let unnamed = part.file_name().is_none_or(str::is_empty);
        let content = match part.bytes().await {
            Ok(content) => content,
            Err(cause) if over(&cause) => {
                read.too_large = true;
                break;
            }
            Err(cause) => return Err(part_error(&cause, limit)),
        };
        if is_file {
            bytes = bytes.saturating_add(content.len());
            if content.is_empty() && unnamed {
                // A file field of a form that was left empty.
                continue;
            }
            if bytes > most || read.files.len() >= MAX_FILES {
                if leave_out && count <= MAX_PARTS {
                    read.too_large = true;
                    continue;
                }
                return Err(too_large(most));
            }
            read.files.push(File {
                field: name,
                bytes: content,
            });
        } else {
            texts = texts.saturating_add(content.len());
            if texts > MAX_BODY || count > MAX_PARTS {
                return Err(too_large(MAX_BODY));
            }
            let text = String::from_utf8(content.to_vec())
                .map_err(|_| ApiError::invalid(format_args!("the field {name} is not UTF-8")))?;
            tree.put(&name, text)?;
        }
    }
    Ok(read)
}

fn broken() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "The multipart body cannot be read")
}

fn part_error(cause: &MultipartError, limit: usize) -> ApiError {
    if cause.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large(limit)
    } else {
        broken().caused_by(cause.body_text())
    }
}
