//! Requests to quote, and their answers (FEP-044f).

use super::post::exactly;
use super::{Incoming, leave};
use crate::Federation;
use crate::vocabulary::{ActivityKind, Id, Object};
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::quotes::{self, Asked};
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Account, Fetching, Matter, PostId};
use std::sync::Arc;

/// What follows the id of a post in the id of our request to quote with it.
pub(crate) const REQUEST: &str = "/quote";

/// Somebody asks to quote a post of ours. The post that quotes comes with the request, or is asked of its node.
pub(super) async fn request(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    quoted: Option<&Id>,
) -> Result<()> {
    let activity = &incoming.inbound.activity;
    let (Some(quoted), Some(instrument)) = (quoted, activity.instrument.id()) else {
        return Err(DomainError::invalid("a request to quote names two posts"));
    };
    if quoted.origin() != federation.ctx().origin() {
        return leave(federation, incoming).await;
    }
    let (named, ctx) = (quoted, federation.ctx());
    let quoted = exactly(federation, named).await?;
    // Before anything is asked of anyone: what is hidden from the peer is as what is not there.
    posts::view(ctx, Viewer::Peer(incoming.peer.id), quoted).await?;
    let post = match exactly(federation, instrument).await {
        Err(DomainError::NotFound) => taken(federation, incoming, author, (instrument, named)).await?,
        found => found?,
    };
    let asked = Asked {
        request: incoming.inbound.id.to_string(),
        quoted,
        post,
    };
    quotes::requested(ctx, incoming.via(), author.id, asked).await
}

/// The post that quotes, taken in if it says so: its author signed the request in which it stands.
async fn taken(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Account,
    (id, quoted): (&Id, &Id),
) -> Result<PostId> {
    if let Object::Note(note) = &incoming.inbound.activity.instrument
        && !note.is_vote()
    {
        if note.quote.as_ref() != Some(quoted) {
            return Err(DomainError::Refused("quote_mismatch"));
        }
        let cleared = incoming.peer.clear::<Fetching>(Matter::Posts)?;
        return federation
            .accept_note(incoming.peer, cleared, note, incoming.budget)
            .await;
    }
    federation
        .fetch_quoting(incoming.peer, author, (id, quoted), incoming.budget)
        .await
}

/// The post of ours whose request to quote is answered by this object, if it is one.
pub(super) async fn asked_with(federation: &Federation, object: &Object) -> Result<Option<PostId>> {
    let of_ours = |id: Option<&Id>| {
        id.filter(|id| id.origin() == federation.ctx().origin())
            .map(Id::as_str)
            .map(str::to_owned)
    };
    let uri = match object {
        Object::Activity(inner) if inner.kind == ActivityKind::QuoteRequest => {
            of_ours(inner.instrument.id()).or_else(|| without_request(of_ours(inner.id.as_ref())))
        }
        Object::Id(id) => without_request(of_ours(Some(id))),
        _ => None,
    };
    let Some(id) = uri.and_then(|uri| Id::parse(&uri).ok()) else {
        return Ok(None);
    };
    match exactly(federation, &id).await {
        Ok(post) => Ok(Some(post)),
        Err(DomainError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn without_request(id: Option<String>) -> Option<String> {
    id.and_then(|id| id.strip_suffix(REQUEST).map(str::to_owned))
}

/// The author of a post of the peer answers our request to quote it; the stamp is on their origin (the rules of origin).
pub(super) async fn answer(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    post: PostId,
    accepted: bool,
) -> Result<()> {
    let stamp = incoming.inbound.activity.result.as_ref().map(Id::to_string);
    if accepted && stamp.is_none() {
        return Err(DomainError::invalid("a quote that is accepted has a stamp"));
    }
    let stamp = stamp.filter(|_| accepted);
    quotes::answered(federation.ctx(), incoming.via(), author.id, post, stamp).await
}
