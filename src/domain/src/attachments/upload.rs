//! A person uploads a file.

use super::{DESCRIPTION, WAITING, described};
use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result};
use entrenous_model::{
    AccountId, Attachment, AttachmentState, Focus, MediaId, PreparedFile, PreparedPreview, Preview,
};
use entrenous_store::attachments as rows;

/// Keeps a file that the door has looked into, for `owner` to post within a day.
///
/// # Errors
/// `Invalid` for a description of more than 1,500 characters, or if too many files wait already; the file store's.
pub async fn upload(
    ctx: &Ctx,
    owner: AccountId,
    file: PreparedFile,
    description: &str,
    focus: Focus,
) -> Result<Attachment> {
    let description = checked(description)?;
    // Asked before the bytes are written; two uploads at the same moment may both pass.
    let waiting = ctx.store().read(move |conn| rows::loose_of(conn, owner)).await?;
    if waiting >= WAITING {
        return Err(DomainError::invalid(
            "too many files wait to be posted: post or remove some first",
        ));
    }
    // Nobody removes the bytes between their writing and the row that names them.
    let _filing = ctx.filing().read().await;
    let stored = store(ctx, file).await?;
    ctx.store()
        .write(move |tx| -> Result<Attachment> {
            let now = tx.now();
            let attachment = Attachment {
                id: MediaId(tx.next_id()),
                account: owner,
                post: None,
                place: 0,
                kind: stored.file.kind,
                state: AttachmentState::Ready,
                content_type: stored.file.content_type.to_owned(),
                hash: Some(stored.hash.clone()),
                size: stored.size,
                width: stored.file.pixels.map(|(width, _)| i64::from(width)),
                height: stored.file.pixels.map(|(_, height)| i64::from(height)),
                duration: stored.file.duration,
                frame_rate: stored.file.frame_rate,
                preview: stored.preview.clone(),
                poster_url: None,
                poster_due: false,
                blurhash: stored.blurhash.clone(),
                focus,
                description: description.clone(),
                remote_url: None,
                epoch: 0,
                created_at: now,
                changed_at: now,
            };
            rows::insert(tx, &attachment)?;
            Ok(attachment)
        })
        .await
}

/// A file whose bytes are in the file store.
pub(super) struct Stored {
    /// What it is; its bytes are gone from here.
    pub(super) file: PreparedFile,
    pub(super) hash: String,
    pub(super) size: i64,
    pub(super) preview: Option<Preview>,
    pub(super) blurhash: Option<String>,
}

/// Puts the bytes of a file and of its preview into the file store. The caller holds [`Ctx::filing`].
pub(super) async fn store(ctx: &Ctx, mut file: PreparedFile) -> Result<Stored> {
    let (mut preview, mut blurhash) = (None, None);
    if let Some(small) = file.preview.take() {
        blurhash = Some(small.blurhash.clone()).filter(|hash| !hash.is_empty());
        preview = Some(store_preview(ctx, small).await?);
    }
    let bytes = std::mem::take(&mut file.bytes);
    let size = i64::try_from(bytes.len()).map_err(DomainError::internal)?;
    let hash = sha256_hex(&bytes);
    ctx.files().put(&hash, bytes).await?;
    Ok(Stored {
        file,
        hash,
        size,
        preview,
        blurhash,
    })
}

/// Puts a preview into the file store. The caller holds [`Ctx::filing`].
pub(super) async fn store_preview(ctx: &Ctx, preview: PreparedPreview) -> Result<Preview> {
    let size = i64::try_from(preview.bytes.len()).map_err(DomainError::internal)?;
    let hash = sha256_hex(&preview.bytes);
    ctx.files().put(&hash, preview.bytes).await?;
    let (width, height) = preview.pixels;
    Ok(Preview {
        hash,
        content_type: preview.content_type.to_owned(),
        size,
        width: i64::from(width),
        height: i64::from(height),
    })
}

/// A description as a person wrote it.
pub(crate) fn checked(description: &str) -> Result<String> {
    let description = described(description);
    if description.chars().count() > DESCRIPTION {
        return Err(DomainError::Invalid(format!(
            "Description is too long (maximum is {DESCRIPTION} characters)"
        )));
    }
    Ok(description)
}
