//! Emoji that posts are answered with: `EmojiReact` (FEP-c0e0), and the `Like` with `content` of Misskey and Mitra.

use super::{Incoming, post};
use crate::Federation;
use crate::vocabulary::{Activity, EmojiTag, Id};
use entrenous_domain::{DomainError, Result, custom_emoji, peers, posts};
use entrenous_model::emoji::is_shortcode;
use entrenous_model::{Account, Peer};
use std::sync::Arc;

/// Someone answers a post with an emoji. With one that cannot be known here (no emoji, or a custom one of a third node) it is
/// a favourite: something was liked, only the picture is missing.
pub(super) async fn react(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    activity: &Activity,
) -> Result<()> {
    let id = activity.object.id();
    let Some(name) = name(federation, incoming.peer, activity).await? else {
        return post::like(federation, incoming, author, id).await;
    };
    let Some(id) = id else {
        return Err(DomainError::invalid("nothing to react to is named"));
    };
    let post = post::exactly(federation, id).await?;
    let uri = Some(incoming.inbound.id.to_string());
    posts::react(federation.ctx(), incoming.via(), author.id, post, &name, uri).await?;
    if !activity.emojis.is_empty() {
        federation.fetch_emojis(incoming.peer, named(activity));
    }
    Ok(())
}

/// An answer is taken back that is named by its parts. Some software does not say the emoji: then all of the author's on
/// that post go.
pub(super) async fn unreact(
    federation: &Federation,
    incoming: &Incoming<'_>,
    author: &Arc<Account>,
    inner: &Activity,
) -> Result<()> {
    let ctx = federation.ctx();
    let object = inner.object.id().ok_or(DomainError::NotFound)?;
    let post = post::exactly(federation, object).await?;
    let name = name(federation, incoming.peer, inner).await?;
    if name.is_none() && (inner.content.is_some() || inner.kind_name == "Like") {
        return posts::unfavourite(ctx, incoming.via(), author.id, post).await;
    }
    posts::unreact(ctx, incoming.via(), author.id, post, name.as_deref()).await
}

/// The tag that says what the text is.
fn named(activity: &Activity) -> &[EmojiTag] {
    let name = activity.content.as_deref().map(|text| text.trim_matches(':'));
    let at = activity
        .emojis
        .iter()
        .position(|tag| Some(tag.shortcode.as_str()) == name);
    at.and_then(|at| activity.emojis.get(at..=at)).unwrap_or_default()
}

/// What the emoji of a reaction is kept as; `None` for what cannot be known here.
async fn name(federation: &Federation, peer: &Peer, activity: &Activity) -> Result<Option<String>> {
    let Some(text) = activity.content.as_deref() else {
        return Ok(None);
    };
    if let Some(unicode) = posts::unicode_emoji(text) {
        return Ok(Some(unicode));
    }
    let between = text.strip_prefix(':').and_then(|text| text.strip_suffix(':'));
    let (Some(shortcode), [tag]) = (between.filter(|name| is_shortcode(name)), named(activity)) else {
        return Ok(None);
    };
    let ctx = federation.ctx();
    let owner = tag.id.as_ref().map_or(&peer.origin, Id::origin);
    if owner == ctx.origin() {
        let known = custom_emoji::known(ctx).await?;
        let ours = tag.id.as_ref().map(Id::as_str) == Some(federation.emoji_id(shortcode).as_str());
        return Ok(known
            .get(None, shortcode)
            .filter(|_| ours)
            .map(|emoji| emoji.shortcode.clone()));
    }
    let of = |authority: &str| format!("{shortcode}@{authority}");
    if owner == &peer.origin {
        let own_picture = tag.url.as_ref().is_some_and(|url| peer.origin.owns(url));
        return Ok(own_picture.then(|| of(owner.authority())));
    }
    // A third node's: only one that it has shown us itself.
    let Some(third) = peers::active(ctx, owner).await? else {
        return Ok(None);
    };
    let known = custom_emoji::known(ctx).await?;
    Ok(known
        .get(Some(third.id), shortcode)
        .map(|_| of(owner.authority())))
}
