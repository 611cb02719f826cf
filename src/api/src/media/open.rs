//! Files, opened by the capability in their URL. Uploads are data: nothing in them is ever run.

use crate::{ApiError, ApiResult, ApiState};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::media::{self, Pieces};
use entrenous_door::serve::{Part, answer, head};
use entrenous_door::{Access, Doc, Place, Routes};
use entrenous_model::MediaId;
use futures_util::stream;
use http::{HeaderMap, Method};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new().get(
        "/media/{id}/{capability}",
        Access::Capability,
        Doc::new("media", "A file, for whoever was given its URL")
            .about(
                "The URL stands in the entity that shows the file, and is valid for a day or two. One range of bytes \
                 may be asked for (206, 416).",
            )
            .param(
                Place::Path,
                "capability",
                "Proof that the URL was given by this node.",
            )
            .answers("*/*")
            .also(206, "The range that was asked for")
            .also(304, "The file is the one that `If-None-Match` names")
            .also(416, "The file has no such range"),
        open,
    )
}

async fn open(
    State(state): State<ApiState>,
    Path((id, capability)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let id = id.parse().map(MediaId).map_err(|_| ApiError::not_found())?;
    let file = media::open(state.ctx(), id, &capability)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let size = u64::try_from(file.size).map_err(ApiError::internal)?;
    if method == Method::HEAD {
        return Ok(head(&headers, &file.content_type, &file.hash, size));
    }
    let part = Part::asked(&headers, &file.hash, size);
    let body = match part.bytes(size) {
        None => Body::empty(),
        Some((start, length)) => {
            let pieces = file.pieces(state.ctx(), start, length).await?;
            let pieces = pieces.ok_or_else(ApiError::not_found)?;
            Body::from_stream(stream::try_unfold(pieces, Pieces::next))
        }
    };
    Ok(answer(part, &file.content_type, &file.hash, size, body))
}
