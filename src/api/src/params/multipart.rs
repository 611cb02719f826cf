//! Multipart bodies (RFC 7578): text fields into the tree, files beside it.

use super::{File, MAX_BODY, Tree, too_large};
use crate::ApiError;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use http::StatusCode;
use http_body_util::Limited;

/// Most files in one request.
const MAX_FILES: usize = 8;
/// Most parts in one request.
const MAX_PARTS: usize = 500;

/// Reads all parts, at most `most` bytes of files and 1 MiB of everything else.
pub(super) async fn read(request: Request, most: usize, tree: &mut Tree) -> Result<Vec<File>, ApiError> {
    let limit = most.saturating_add(MAX_BODY);
    // axum's own limit would be smaller than an upload; this one takes its place.
    let mut request = request.map(|body| Body::new(Limited::new(body, limit)));
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|cause| broken().caused_by(cause.body_text()))?;
    let mut files = Vec::new();
    let (mut texts, mut bytes, mut count) = (0_usize, 0_usize, 0_usize);
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|cause| part_error(&cause, limit))?
    {
        count += 1;
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let unnamed = part.file_name().is_none_or(str::is_empty);
        let content = part.bytes().await.map_err(|cause| part_error(&cause, limit))?;
        if is_file {
            bytes = bytes.saturating_add(content.len());
            if content.is_empty() && unnamed {
                // A file field of a form that was left empty.
                continue;
            }
            if bytes > most || files.len() >= MAX_FILES {
                return Err(too_large(most));
            }
            files.push(File {
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
    Ok(files)
}

fn broken() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "The multipart body cannot be read")
}

fn part_error(cause: &axum::extract::multipart::MultipartError, limit: usize) -> ApiError {
    if cause.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large(limit)
    } else {
        broken().caused_by(cause.body_text())
    }
}
