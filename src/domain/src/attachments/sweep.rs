//! The end of files that nobody has any more.

use crate::{Ctx, Result};
use chrono::TimeDelta;
use entrenous_model::{Attachment, MediaId};
use entrenous_store::attachments as rows;

/// How long a file waits to be posted.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// Files removed in one go.
const BATCH: i64 = 100;

/// Takes away what was uploaded, or taken out of a post, a day ago and is in none; then as [`sweep`].
///
/// # Errors
/// The store's, and the file store's.
pub async fn expire(ctx: &Ctx) -> Result<usize> {
    let expired = ctx
        .store()
        .write(|tx| -> Result<usize> {
            let now = tx.now();
            Ok(rows::expire(tx, now - PATIENCE, now)?)
        })
        .await?;
    sweep(ctx).await?;
    Ok(expired)
}

/// Removes the bytes of files that nobody has any more, unless something else has the very same bytes.
///
/// # Errors
/// The store's, and the file store's.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    loop {
        let gone = ctx.store().read(|conn| rows::removable(conn, BATCH)).await?;
        for file in &gone {
            remove(ctx, file).await?;
        }
        if gone.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// Removes bytes that nothing names.
pub(crate) async fn unnamed(ctx: &Ctx, hashes: &[String]) -> Result<()> {
    let _filing = ctx.filing().write().await;
    for hash in hashes {
        remove_bytes(ctx, hash, MediaId(0)).await?;
    }
    Ok(())
}

async fn remove_bytes(ctx: &Ctx, hash: &str, of: MediaId) -> Result<()> {
    let asked = hash.to_owned();
    let used = ctx
        .store()
        .read(move |conn| rows::hash_is_used(conn, &asked, of))
        .await?;
    if used {
        Ok(())
    } else {
        ctx.files().remove(hash).await
    }
}

async fn remove(ctx: &Ctx, file: &Attachment) -> Result<()> {
    // Nobody writes a row for bytes that were there a moment ago.
    let _filing = ctx.filing().write().await;
    let hashes = file.hash.iter().chain(file.preview.as_ref().map(|one| &one.hash));
    let id = file.id;
    for hash in hashes {
        remove_bytes(ctx, hash, id).await?;
    }
    ctx.store()
        .write(move |tx| -> Result<()> {
            rows::remove(tx, id)?;
            Ok(())
        })
        .await
}
