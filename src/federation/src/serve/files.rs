//! Files of posts, for native peers, who sign.

use super::answer::{not_found, settle};
use super::posts::{number, view};
use crate::Federation;
use crate::gate::Verified;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::attachments;
use entrenous_domain::media::{Opened, Pieces};
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_door::serve::{Part, answer, head};
use entrenous_model::{Matter, MediaId, Serving};
use futures_util::stream;
use http::{HeaderMap, Method};

/// What of a file is asked for.
#[derive(Clone, Copy)]
enum Which {
    /// Itself.
    File,
    /// The picture that stands before a film or sound.
    Poster,
}

/// A file of a post that the peer may see.
pub(super) async fn file(
    State(federation): State<Federation>,
    Path((post, file)): Path<(String, String)>,
    verified: Verified,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let asked = (post.as_str(), file.as_str(), Which::File);
    settle(found(&federation, &verified, asked, &method, &headers).await)
}

/// The picture that stands before a film or sound of a post that the peer may see.
pub(super) async fn poster(
    State(federation): State<Federation>,
    Path((post, file)): Path<(String, String)>,
    verified: Verified,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let asked = (post.as_str(), file.as_str(), Which::Poster);
    settle(found(&federation, &verified, asked, &method, &headers).await)
}

async fn found(
    federation: &Federation,
    verified: &Verified,
    (post, file, which): (&str, &str, Which),
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response> {
    let (Some(post), Ok(file)) = (number(post), file.parse::<MediaId>()) else {
        return Ok(not_found());
    };
    let ctx = federation.ctx();
    if view(federation, verified, post).await?.is_none() {
        return Ok(not_found());
    }
    let opened = match which {
        Which::File => attachments::by_peer(ctx, post, file).await?,
        Which::Poster => attachments::poster_by_peer(ctx, post, file).await?,
    };
    let Some(opened) = opened else {
        return Ok(not_found());
    };
    let size = u64::try_from(opened.size).map_err(DomainError::internal)?;
    if verified.peer.clear::<Serving>(Matter::File(size)).is_err() {
        return Ok(not_found());
    }
    if *method == Method::HEAD {
        return Ok(head(headers, &opened.content_type, &opened.hash, size));
    }
    sent(ctx, &opened, size, headers).await
}

/// The answer to a GET of a file of `size` bytes that the peer may have: the part that is asked for, read while it is sent.
pub(super) async fn sent(ctx: &Ctx, opened: &Opened, size: u64, headers: &HeaderMap) -> Result<Response> {
    let part = Part::asked(headers, &opened.hash, size);
    let body = match part.bytes(size) {
        None => Body::empty(),
        Some((start, length)) => {
            let Some(pieces) = opened.pieces(ctx, start, length).await? else {
                return Ok(not_found());
            };
            Body::from_stream(stream::try_unfold(pieces, Pieces::next))
        }
    };
    Ok(answer(part, &opened.content_type, &opened.hash, size, body))
}
