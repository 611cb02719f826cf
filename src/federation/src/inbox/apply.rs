//! One activity, one verb of the domain.

use super::{Incoming, flag, leave, post, quote, reaction, relation};
use crate::Federation;
use crate::vocabulary::{ActivityKind, Id, Object};
use entrenous_domain::{DomainError, Result, accounts};
use entrenous_model::{Account, AccountId};
use std::sync::Arc;

/// What `author` says has its effect, once.
///
/// # Errors
/// The domain's. `NotFound` and the like mean that it concerns nothing here.
pub(super) async fn apply(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
) -> Result<()> {
    let activity = &incoming.inbound.activity;
    match (activity.kind, &activity.object) {
        (ActivityKind::Create, Object::Note(note)) => post::create(federation, incoming, author, note).await,
        (ActivityKind::Create, Object::Id(id)) => post::create_by_id(federation, incoming, id).await,
        (ActivityKind::Update, Object::Note(note)) => post::update(federation, incoming, author, note).await,
        (ActivityKind::Update, Object::Actor(actor)) => federation
            .accept_actor(incoming.peer, actor, Some(incoming.via()))
            .await
            .map(drop),
        (ActivityKind::Delete, object) => post::delete(federation, incoming, author, object.id()).await,
        (ActivityKind::Like, object) if activity.content.is_none() => {
            post::like(federation, incoming, author, object.id()).await
        }
        (ActivityKind::Like, _) => reaction::react(federation, incoming, author, activity).await,
        (ActivityKind::Other, _) if activity.kind_name == "EmojiReact" => {
            reaction::react(federation, incoming, author, activity).await
        }
        (ActivityKind::Other, object) if activity.kind_name == "Add" => {
            post::pin(federation, incoming, author, object.id(), true).await
        }
        (ActivityKind::Other, object) if activity.kind_name == "Remove" => {
            post::pin(federation, incoming, author, object.id(), false).await
        }
        (ActivityKind::QuoteRequest, object) => {
            quote::request(federation, incoming, author, object.id()).await
        }
        (ActivityKind::Announce, object) => post::announce(federation, incoming, author, object).await,
        (ActivityKind::Follow, object) => relation::follow(federation, incoming, author, object.id()).await,
        (ActivityKind::Accept, object) => relation::answer(federation, incoming, author, object, true).await,
        (ActivityKind::Reject, object) => relation::answer(federation, incoming, author, object, false).await,
        // With a target it is a moderator's ban from a community or site, not one person's wish.
        (ActivityKind::Block, _) if activity.target.is_some() => leave(federation, incoming).await,
        (ActivityKind::Block, object) => relation::block(federation, incoming, author, object.id()).await,
        (ActivityKind::Flag, _) => flag::receive(federation, incoming).await,
        (ActivityKind::Undo, object) => relation::undo(federation, incoming, author, object).await,
        (ActivityKind::Create | ActivityKind::Update, Object::Other(_, why)) if !is_unknown(*why) => {
            Err(DomainError::invalid(why.code()))
        }
        _ => leave(federation, incoming).await,
    }
}

/// Whether [`apply`] may ask the sender for something first. What most activities are, posts that mention nobody of the
/// sender, says all there is to say.
pub(super) fn may_fetch(incoming: &Incoming<'_>) -> bool {
    let activity = &incoming.inbound.activity;
    match (activity.kind, &activity.object) {
        (ActivityKind::Create, Object::Note(note)) => {
            let origin = &incoming.peer.origin;
            note.quote.is_some()
                || note
                    .tags
                    .mentions
                    .iter()
                    .any(|mention| mention.id.origin() == origin)
        }
        _ => true,
    }
}

fn is_unknown(why: crate::vocabulary::Unreadable) -> bool {
    why == crate::vocabulary::Unreadable::UnknownType
}

/// The person of this node with that id. Pages are not ids.
pub(super) async fn local(federation: &Federation, id: Option<&Id>) -> Result<AccountId> {
    let known = known(federation, id).await?;
    known
        .filter(|account| account.is_local())
        .map(|account| account.id)
        .ok_or(DomainError::NotFound)
}

/// The person known here with that id, unless disabled.
pub(super) async fn known(federation: &Federation, id: Option<&Id>) -> Result<Option<Arc<Account>>> {
    let Some(id) = id else { return Ok(None) };
    let known = accounts::known_by_uri(federation.ctx(), id.as_str()).await?;
    Ok(known.filter(|account| account.uri == id.as_str() && account.disabled_at.is_none()))
}
