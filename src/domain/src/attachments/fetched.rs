//! Files of peers: named by their posts, fetched afterwards.

use super::upload::store;
use crate::media::Opened;
use crate::{Ctx, Result, work};
use chrono::TimeDelta;
use entrenous_model::{Attachment, AttachmentState, Event, MediaId, PostId, PreparedFile};
use entrenous_store::attachments::{self as rows, Filled};

/// How long a file that could not be fetched rests.
const REST: TimeDelta = TimeDelta::minutes(5);

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub id: MediaId,
    /// Where it is, on its author's own origin.
    pub url: String,
}

/// The files of a peer's post that are not here and may be fetched now: those never tried, and those whose last try is
/// five minutes ago.
///
/// # Errors
/// Only the store's.
pub async fn wanted(ctx: &Ctx, post: PostId) -> Result<Vec<Wanted>> {
    let files = ctx.store().read(move |conn| rows::of_post(conn, post)).await?;
    let rested = ctx.now() - REST;
    Ok(files
        .into_iter()
        .filter(|file| match file.state {
            AttachmentState::Waiting => true,
            AttachmentState::Failed => file.changed_at <= rested,
            AttachmentState::Ready | AttachmentState::Gone => false,
        })
        .filter_map(|file| {
            Some(Wanted {
                id: file.id,
                url: file.remote_url?,
            })
        })
        .collect())
}

/// Keeps a fetched file, and shows the post with it. One that no post names any more is not kept.
///
/// # Errors
/// The store's, and the file store's.
pub async fn arrived(ctx: &Ctx, id: MediaId, file: PreparedFile) -> Result<()> {
    let filing = ctx.filing().read().await;
    let stored = store(ctx, file).await?;
    let mut hashes = vec![stored.hash.clone()];
    hashes.extend(stored.preview.as_ref().map(|preview| preview.hash.clone()));
    let kept = work::write(ctx, move |tx| {
        let filled = Filled {
            kind: stored.file.kind,
            content_type: stored.file.content_type,
            hash: &stored.hash,
            size: stored.size,
            width: stored.file.pixels.map(|(width, _)| i64::from(width)),
            height: stored.file.pixels.map(|(_, height)| i64::from(height)),
            preview: stored.preview.as_ref(),
            blurhash: stored.blurhash.as_deref(),
        };
        let now = tx.now();
        let filled = rows::fill(tx, id, &filled, now)?;
        if filled
            && let Some(Attachment {
                post: Some(post),
                account,
                ..
            }) = rows::by_id(tx, id)?
        {
            // What it is was the peer's word so far.
            entrenous_store::search::index(tx, post)?;
            tx.tell(Event::PostUpdated { post, account })?;
        }
        Ok(filled)
    })
    .await?;
    drop(filing);
    if kept {
        Ok(())
    } else {
        super::sweep::unnamed(ctx, &hashes).await
    }
}

/// A file could not be fetched: it rests, and is tried again when someone looks.
///
/// # Errors
/// Only the store's.
pub async fn failed(ctx: &Ctx, id: MediaId) -> Result<()> {
    work::write(ctx, move |tx| {
        let now = tx.now();
        rows::set_state(tx, id, AttachmentState::Failed, now)?;
        // Nothing that is shown has changed.
        Ok(())
    })
    .await
}

/// A file of a post of this node, for a peer that may see the post (which the caller has asked).
///
/// # Errors
/// Only the store's.
pub async fn by_peer(ctx: &Ctx, post: PostId, id: MediaId) -> Result<Option<Opened>> {
    let file = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    Ok(file
        .filter(|file| file.post == Some(post) && file.state == AttachmentState::Ready)
        .and_then(|file| {
            Some(Opened {
                hash: file.hash?,
                content_type: file.content_type,
                size: file.size,
            })
        }))
}
