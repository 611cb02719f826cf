//! Posts, as far as the asking peer may see them.

use super::answer::{activity_json, gone, not_found, settle};
use crate::gate::Verified;
use crate::render::Reader;
use crate::{Federation, render};
use axum::extract::{Path, State};
use axum::response::Response;
use entrenous_domain::posts::{self, PostView, Viewer};
use entrenous_domain::{DomainError, Result, quotes};
use entrenous_model::{Cleared, Matter, PostId, Serving};
use entrenous_store::{from_db, peer_view};

/// Most replies that are listed.
const REPLIES: i64 = 100;

pub(super) async fn post(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        let Some(id) = number(&id) else {
            return Ok(not_found());
        };
        match view(&federation, &verified, id).await? {
            // A boost is an activity and has the address below.
            Some((_, view)) if view.post.boost_of.is_some() => Ok(not_found()),
            Some((cleared, view)) => {
                let reader = Reader::of(&verified.peer, cleared);
                Ok(activity_json(cleared, &federation.object(&view, reader).await?))
            }
            None => deleted(&federation, &verified, id).await,
        }
    };
    settle(answer.await)
}

pub(super) async fn creation(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        let Some(id) = number(&id) else {
            return Ok(not_found());
        };
        let Some((cleared, view)) = view(&federation, &verified, id).await? else {
            return Ok(not_found());
        };
        let document = federation
            .creation(&view, Reader::of(&verified.peer, cleared))
            .await?;
        Ok(document.map_or_else(not_found, |document| activity_json(cleared, &document)))
    };
    settle(answer.await)
}

pub(super) async fn replies(
    State(federation): State<Federation>,
    Path(id): Path<String>,
    verified: Verified,
) -> Response {
    let answer = async {
        let Some(id) = number(&id) else {
            return Ok(not_found());
        };
        let Some((cleared, parent)) = view(&federation, &verified, id).await? else {
            return Ok(not_found());
        };
        let ctx = federation.ctx();
        let ids = ctx
            .store()
            .read(move |conn| peer_view::local_replies(conn, id, None, REPLIES))
            .await?;
        let views = posts::views(ctx, Viewer::Peer(verified.peer.id), ids).await?;
        let items: Vec<String> = views.iter().map(|view| view.post.uri.clone()).collect();
        Ok(activity_json(
            cleared,
            &render::partial(&format!("{}/replies", parent.post.uri), &items),
        ))
    };
    settle(answer.await)
}

/// Who may see the quoted post may see whom its author lets quote it.
pub(super) async fn stamp(
    State(federation): State<Federation>,
    Path((id, quote)): Path<(String, String)>,
    verified: Verified,
) -> Response {
    let answer = async {
        let (Some(id), Some(quote)) = (number(&id), number(&quote)) else {
            return Ok(not_found());
        };
        let Some((cleared, quoted)) = view(&federation, &verified, id).await? else {
            return Ok(not_found());
        };
        let Some(post) = quotes::authorized(federation.ctx(), id, quote).await? else {
            return Ok(not_found());
        };
        let reader = Reader::of(&verified.peer, cleared);
        let document = federation.authorization(&quoted, &post, reader).await?;
        Ok(document.map_or_else(not_found, |document| activity_json(cleared, &document)))
    };
    settle(answer.await)
}

/// Only the digits that we write: one post has one address.
pub(super) fn number(text: &str) -> Option<PostId> {
    let id: PostId = text.parse().ok()?;
    (id.get() > 0 && id.to_string() == text).then_some(id)
}

/// A post of this node that the peer may see.
pub(super) async fn view(
    federation: &Federation,
    verified: &Verified,
    id: PostId,
) -> Result<Option<(Cleared<Serving>, PostView)>> {
    let Ok(cleared) = verified.peer.clear(Matter::Posts) else {
        return Ok(None);
    };
    match posts::view(federation.ctx(), Viewer::Peer(verified.peer.id), id).await {
        Ok(view) => Ok(Some((cleared, view)).filter(|(_, view)| view.post.is_local())),
        Err(DomainError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// 410 for a deleted post that this peer had, 404 for everything else.
async fn deleted(federation: &Federation, verified: &Verified, id: PostId) -> Result<Response> {
    let Ok(cleared) = verified.peer.clear(Matter::Retraction) else {
        return Ok(not_found());
    };
    let peer = cleared.peer();
    let tombstone = federation
        .ctx()
        .store()
        .read(move |conn| {
            let tombstone = peer_view::tombstone(conn, id)?;
            Ok(if peer_view::reached(conn, id, peer)? {
                tombstone
            } else {
                None
            })
        })
        .await?;
    Ok(match tombstone {
        Some((uri, at)) => gone(
            cleared,
            &render::tombstone(&uri, "Note", Some(&render::time(from_db(at)))),
        ),
        None => not_found(),
    })
}
