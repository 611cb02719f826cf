//! Custom emoji of this node, for peers.

use super::answer::{activity_json, not_found, settle};
use super::files::sent;
use crate::Federation;
use crate::gate::Verified;
use crate::render::with_context;
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::custom_emoji;
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Matter, Serving};
use http::HeaderMap;

/// One by its shortcode.
pub(super) async fn emoji(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    verified: Verified,
) -> Response {
    settle(document(&federation, &verified, &name).await)
}

async fn document(federation: &Federation, verified: &Verified, name: &str) -> Result<Response> {
    let peer = &verified.peer;
    let Ok(cleared) = peer.clear::<Serving>(Matter::Posts) else {
        return Ok(not_found());
    };
    let found = custom_emoji::by_peer(federation.ctx(), name).await?;
    let document = found.and_then(|(emoji, _)| federation.own_emoji(&emoji, peer.software));
    Ok(document.map_or_else(not_found, |document| {
        activity_json(cleared, &with_context(document))
    }))
}

/// Its picture.
pub(super) async fn picture(
    State(federation): State<Federation>,
    Path(name): Path<String>,
    verified: Verified,
    headers: HeaderMap,
) -> Response {
    settle(bytes(&federation, &verified, &name, &headers).await)
}

async fn bytes(
    federation: &Federation,
    verified: &Verified,
    name: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    if verified.peer.clear::<Serving>(Matter::Posts).is_err() {
        return Ok(not_found());
    }
    let ctx = federation.ctx();
    let Some((_, opened)) = custom_emoji::by_peer(ctx, name).await? else {
        return Ok(not_found());
    };
    let size = u64::try_from(opened.size).map_err(DomainError::internal)?;
    if verified.peer.clear::<Serving>(Matter::File(size)).is_err() {
        return Ok(not_found());
    }
    sent(ctx, &opened, size, headers).await
}
