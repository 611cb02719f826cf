//! Emoji of peers: named by what their people write, fetched afterwards.

use super::OF_A_PEER;
use super::change::{hashes, store};
use crate::{Ctx, DomainError, Result, attachments, work};
use entrenous_model::emoji::is_shortcode;
use entrenous_model::{Emoji, EmojiId, Event, PeerId, PreparedEmoji, Time};
use entrenous_store::emojis as rows;

/// An emoji of a peer that was fetched.
#[derive(Debug, Clone)]
pub struct RemoteEmoji {
    /// Name between the colons.
    pub shortcode: String,
    /// ActivityPub id, on the peer's origin (checked by the caller).
    pub uri: Option<String>,
    /// Where the picture was, on the peer's origin.
    pub url: String,
    /// What the peer says of when it was changed.
    pub updated_at: Option<Time>,
    /// The picture, decoded and made anew.
    pub picture: PreparedEmoji,
}

/// Keeps an emoji of a peer, in the place of the one with its shortcode. `false` if as many as are kept of a peer, 500, are
/// there already, or the peer is not active any more.
///
/// # Errors
/// `Invalid` for what is no shortcode; the store's, and the file store's.
pub async fn remember(ctx: &Ctx, peer: PeerId, remote: RemoteEmoji) -> Result<bool> {
    if !is_shortcode(&remote.shortcode) {
        return Err(DomainError::invalid("no shortcode"));
    }
    let RemoteEmoji {
        shortcode,
        uri,
        url,
        updated_at,
        picture,
    } = remote;
    let filing = ctx.filing().read().await;
    let picture = store(ctx, picture).await?;
    let fresh = hashes(&picture);
    let kept = work::write(ctx, move |tx| {
        // What was under way when a peer was revoked may not come in after its content was removed.
        let active = entrenous_store::peers::by_id(tx, peer)?.is_some_and(|peer| peer.is_active());
        if !active {
            return Ok(None);
        }
        let now = tx.now();
        let known = rows::by_shortcode(tx, Some(peer), &shortcode)?;
        let gone = match known {
            Some(mut one) => {
                let gone = hashes(&one.picture);
                if one.picture != picture {
                    one.picture = picture.clone();
                    one.epoch += 1;
                    one.updated_at = now;
                }
                one.uri.clone_from(&uri);
                one.remote_url = Some(url.clone());
                one.remote_updated_at = updated_at;
                rows::update(tx, &one)?;
                gone
            }
            None if rows::count(tx, Some(peer))? >= OF_A_PEER => return Ok(None),
            None => {
                let one = Emoji {
                    id: EmojiId(tx.next_id()),
                    peer: Some(peer),
                    shortcode: shortcode.clone(),
                    uri: uri.clone(),
                    category: String::new(),
                    visible_in_picker: false,
                    disabled: false,
                    picture: picture.clone(),
                    remote_url: Some(url.clone()),
                    remote_updated_at: updated_at,
                    epoch: 0,
                    created_at: now,
                    updated_at: now,
                };
                rows::insert(tx, &one)?;
                Vec::new()
            }
        };
        tx.tell(Event::EmojisChanged { peer: Some(peer) })?;
        Ok(Some(gone))
    })
    .await;
    drop(filing);
    // Bytes that something names stay.
    match kept {
        Ok(Some(gone)) => {
            attachments::unnamed(ctx, &gone).await?;
            Ok(true)
        }
        Ok(None) => {
            attachments::unnamed(ctx, &fresh).await?;
            Ok(false)
        }
        Err(error) => {
            attachments::unnamed(ctx, &fresh).await?;
            Err(error)
        }
    }
}

/// Removes what is kept of a peer's emoji.
///
/// # Errors
/// The store's, and the file store's.
pub async fn forget_peer(ctx: &Ctx, peer: PeerId) -> Result<()> {
    let gone = work::write(ctx, move |tx| {
        let gone = rows::remove_of(tx, peer)?;
        if !gone.is_empty() {
            tx.tell(Event::EmojisChanged { peer: Some(peer) })?;
        }
        Ok(gone)
    })
    .await?;
    attachments::unnamed(ctx, &gone).await
}
