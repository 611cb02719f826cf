//! Files, opened by the capability in their URL. Uploads are data: nothing in them is ever run.

use crate::{ApiError, ApiResult, ApiState};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use entrenous_domain::media;
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::MediaId;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Shown by browsers in place; everything else is downloaded.
const SAFE: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/flac",
    "audio/mp4",
    "video/mp4",
    "video/webm",
    "video/ogg",
];

pub(crate) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/media/{id}/{capability}",
        Access::Capability,
        Doc::new("media", "A file, for whoever was given its URL")
            .about("The URL stands in the entity that shows the file, and is valid for a day or two.")
            .param(
                Place::Path,
                "capability",
                "Proof that the URL was given by this node.",
            )
            .answers("application/octet-stream"),
        open,
    )
}

async fn open(
    State(state): State<ApiState>,
    Path((id, capability)): Path<(String, String)>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let id = id.parse().map(MediaId).map_err(|_| ApiError::not_found())?;
    let (file, bytes) = media::open(state.ctx(), id, &capability)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let tag = format!("\"{}\"", file.hash);
    let disposition = if SAFE.contains(&file.content_type.as_str()) {
        "inline"
    } else {
        "attachment"
    };
    let kind = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let answer_headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'"),
        ),
        // The URL changes when the day or the audience does, the bytes under it never.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400, immutable"),
        ),
        (
            header::ETAG,
            HeaderValue::from_str(&tag).map_err(ApiError::internal)?,
        ),
    ];
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, answer_headers).into_response());
    }
    Ok((answer_headers, bytes).into_response())
}
