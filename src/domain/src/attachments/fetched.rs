//! Files of peers: named by their posts, fetched afterwards.

use super::capability::picture;
use super::upload::{store, store_preview};
use crate::media::Opened;
use crate::{Ctx, Result, work};
use chrono::TimeDelta;
use entrenous_model::{Attachment, AttachmentState, Event, MediaId, PostId, PreparedFile, PreparedPreview};
use entrenous_store::attachments::{self as rows, Filled};

/// How long a file that could not be fetched rests.
pub(crate) const REST: TimeDelta = TimeDelta::minutes(5);

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub id: MediaId,
    /// Where it is, on its author's own origin.
    pub url: String,
    /// Where the picture is that stands before it, on the same origin.
    pub poster: Option<String>,
}

/// A picture to fetch that stands before a film or sound which is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPoster {
    /// Of which file.
    pub id: MediaId,
    /// Where it is, on the author's own origin.
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
                poster: file.poster_url.filter(|_| file.poster_due),
            })
        })
        .collect())
}

/// The pictures before films and sounds of a peer's post that are not here, or were replaced, and may be fetched now. The
/// files themselves are here.
///
/// # Errors
/// Only the store's.
pub async fn posters_wanted(ctx: &Ctx, post: PostId) -> Result<Vec<WantedPoster>> {
    let files = ctx.store().read(move |conn| rows::of_post(conn, post)).await?;
    let rested = ctx.now() - REST;
    Ok(files
        .into_iter()
        .filter(|file| file.state == AttachmentState::Ready && file.kind.plays())
        .filter(|file| file.poster_due && file.changed_at <= rested)
        .filter_map(|file| {
            Some(WantedPoster {
                id: file.id,
                url: file.poster_url?,
            })
        })
        .collect())
}

/// Keeps a fetched file with the picture that its author has put before it, and shows the post with it. One that no post
/// names any more is not kept.
///
/// # Errors
/// The store's, and the file store's.
pub async fn arrived(
    ctx: &Ctx,
    id: MediaId,
    mut file: PreparedFile,
    poster: Option<PreparedPreview>,
) -> Result<()> {
    let has_poster = poster.is_some() || !file.kind.plays();
    file.preview = poster.or(file.preview);
    let filing = ctx.filing().read().await;
    let stored = store(ctx, file).await?;
    let mut hashes = vec![stored.hash.clone()];
    hashes.extend(stored.preview.as_ref().map(|preview| preview.hash.clone()));
    let kept = work::write(ctx, move |tx| {
        let Some(before) = rows::by_id(tx, id)? else {
            return Ok(false);
        };
        // What the file does not say is the peer's word.
        let pixels = stored.file.pixels;
        let filled = Filled {
            kind: stored.file.kind,
            content_type: stored.file.content_type,
            hash: &stored.hash,
            size: stored.size,
            width: pixels.map(|(width, _)| i64::from(width)).or(before.width),
            height: pixels.map(|(_, height)| i64::from(height)).or(before.height),
            duration: stored.file.duration.or(before.duration),
            frame_rate: stored.file.frame_rate,
            preview: stored.preview.as_ref(),
            blurhash: stored.blurhash.as_deref().or(before.blurhash.as_deref()),
            poster_due: before.poster_due && !has_poster,
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

/// Keeps a picture that a peer has put before a film or sound which is here, and shows it. One that the peer has replaced
/// meanwhile is not kept.
///
/// # Errors
/// The store's, and the file store's.
pub async fn poster_arrived(ctx: &Ctx, wanted: WantedPoster, poster: PreparedPreview) -> Result<()> {
    let filing = ctx.filing().read().await;
    let blurhash = Some(poster.blurhash.clone()).filter(|hash| !hash.is_empty());
    let preview = store_preview(ctx, poster).await?;
    let new = preview.hash.clone();
    let unnamed = work::write(ctx, move |tx| {
        let WantedPoster { id, url } = &wanted;
        let before = rows::by_id(tx, *id)?.filter(|file| file.hash.is_some());
        let Some(Attachment {
            post: Some(post),
            account,
            preview: old,
            ..
        }) = before
        else {
            return Ok(Some(new.clone()));
        };
        if !rows::poster_came(tx, *id, url)? {
            return Ok(Some(new.clone()));
        }
        rows::set_preview(tx, *id, &preview, blurhash.as_deref())?;
        tx.tell(Event::PostUpdated { post, account })?;
        Ok(old.map(|old| old.hash))
    })
    .await?;
    drop(filing);
    match unnamed {
        Some(hash) => super::sweep::unnamed(ctx, &[hash]).await,
        None => Ok(()),
    }
}

/// A picture before a film or sound could not be fetched: it rests, and is tried again when someone looks.
///
/// # Errors
/// Only the store's.
pub async fn poster_failed(ctx: &Ctx, id: MediaId) -> Result<()> {
    work::write(ctx, move |tx| {
        let now = tx.now();
        rows::poster_failed(tx, id, now)?;
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

/// The picture that stands before a film or sound of a post of this node, for a peer that may see the post (which the caller
/// has asked).
///
/// # Errors
/// Only the store's.
pub async fn poster_by_peer(ctx: &Ctx, post: PostId, id: MediaId) -> Result<Option<Opened>> {
    let file = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    Ok(file
        .filter(|file| file.post == Some(post) && file.has_poster())
        .and_then(|file| file.preview)
        .map(picture))
}
