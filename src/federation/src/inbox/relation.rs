//! Follows and blocks, and taking things back.

use super::apply::{known, local};
use super::{Incoming, leave, post, quote, reaction};
use crate::Federation;
use crate::vocabulary::{Activity, ActivityKind, Id, Object};
use entrenous_domain::follows::{self, FollowOptions};
use entrenous_domain::{DomainError, Result, blocks, posts};
use entrenous_model::Account;
use std::sync::Arc;

/// Someone follows a person of this node.
pub(super) async fn follow(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    id: Option<&Id>,
) -> Result<()> {
    let followee = local(federation, id).await?;
    let options = FollowOptions {
        show_boosts: true,
        notify: false,
    };
    let uri = Some(incoming.inbound.id.to_string());
    follows::follow(
        federation.ctx(),
        incoming.via(),
        author.id,
        followee,
        options,
        uri,
    )
    .await
}

/// Our follow of `author`, or our quote of what they wrote, is accepted or rejected; what is answered is named by its id, or
/// embedded.
pub(super) async fn answer(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    object: &Object,
    accepted: bool,
) -> Result<()> {
    let ctx = federation.ctx();
    if let Some(post) = quote::asked_with(federation, object).await? {
        return quote::answer(federation, incoming, author, post, accepted).await;
    }
    let mut follower = None;
    if let Some(id) = object.id() {
        // Of nobody else's follow may be decided here.
        let found = follows::by_uri(ctx, id.as_str()).await?;
        follower = found
            .filter(|(_, followee)| *followee == author.id)
            .map(|(follower, _)| follower);
    }
    if follower.is_none()
        && let Object::Activity(inner) = object
        && inner.kind == ActivityKind::Follow
        && inner.object.id().is_none_or(|id| id.as_str() == author.uri)
    {
        follower = local(federation, inner.actor.as_ref()).await.ok();
    }
    let follower = follower.ok_or(DomainError::NotFound)?;
    if accepted {
        follows::accept(ctx, incoming.via(), author.id, follower).await
    } else {
        follows::reject(ctx, incoming.via(), author.id, follower).await
    }
}

/// Someone blocks a person of this node.
pub(super) async fn block(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    id: Option<&Id>,
) -> Result<()> {
    let target = local(federation, id).await?;
    let uri = Some(incoming.inbound.id.to_string());
    blocks::block(federation.ctx(), incoming.via(), author.id, target, uri).await
}

/// Something of one's own is taken back: by its id, or embedded (then its parts name it if the id does not).
pub(super) async fn undo(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    object: &Object,
) -> Result<()> {
    if let Some(id) = object.id()
        && undo_by_id(federation, incoming, author, id).await?
    {
        return Ok(());
    }
    match object {
        Object::Activity(inner) => undo_embedded(federation, incoming, author, inner).await,
        _ => leave(federation, incoming).await,
    }
}

/// True if the id stood for something of `author`.
async fn undo_by_id(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    id: &Id,
) -> Result<bool> {
    let ctx = federation.ctx();
    if let Some((follower, followee)) = follows::by_uri(ctx, id.as_str()).await?
        && follower == author.id
    {
        follows::unfollow(ctx, incoming.via(), follower, followee).await?;
        return Ok(true);
    }
    if let Some(boost) = posts::known_by_uri(ctx, id.as_str()).await?
        && boost.account == author.id
        && boost.uri == id.as_str()
        && let Some(boosted) = boost.boost_of
    {
        posts::unboost(ctx, incoming.via(), author.id, boosted).await?;
        return Ok(true);
    }
    let uri = id.to_string();
    let (favourite, reaction, block) = ctx
        .store()
        .read(move |conn| {
            Ok((
                entrenous_store::by_uri::favourite(conn, &uri)?,
                entrenous_store::reactions::by_uri(conn, &uri)?,
                entrenous_store::by_uri::block(conn, &uri)?,
            ))
        })
        .await?;
    if let Some((who, post)) = favourite
        && who == author.id
    {
        posts::unfavourite(ctx, incoming.via(), who, post).await?;
        return Ok(true);
    }
    if let Some((who, post, name)) = reaction
        && who == author.id
    {
        posts::unreact(ctx, incoming.via(), who, post, Some(&name)).await?;
        return Ok(true);
    }
    if let Some((who, target)) = block
        && who == author.id
    {
        blocks::unblock(ctx, incoming.via(), who, target).await?;
        return Ok(true);
    }
    Ok(false)
}

/// By the parts of the embedded activity, whose actor is the author (the rules of origin).
async fn undo_embedded(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    inner: &Activity,
) -> Result<()> {
    let ctx = federation.ctx();
    let object = inner.object.id();
    match inner.kind {
        ActivityKind::Follow => {
            let target = known(federation, object).await?.ok_or(DomainError::NotFound)?;
            follows::unfollow(ctx, incoming.via(), author.id, target.id).await
        }
        ActivityKind::Block if inner.target.is_none() => {
            let target = known(federation, object).await?.ok_or(DomainError::NotFound)?;
            blocks::unblock(ctx, incoming.via(), author.id, target.id).await
        }
        ActivityKind::Announce => {
            let boosted = post::exactly(federation, object.ok_or(DomainError::NotFound)?).await?;
            posts::unboost(ctx, incoming.via(), author.id, boosted).await
        }
        kind if kind == ActivityKind::Like || inner.kind_name == "EmojiReact" => {
            reaction::unreact(federation, incoming, author, inner).await
        }
        _ => leave(federation, incoming).await,
    }
}
