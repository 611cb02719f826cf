//! What a person does with their own files.

use super::upload::{checked, store_preview};
use crate::outbox::{self, Audience};
use crate::{Ctx, DomainError, Result, groups, work};
use entrenous_model::{
    AccountId, Attachment, AttachmentState, Event, Focus, MediaId, OutboundActivity, PreparedPreview,
};
use entrenous_store::{attachments as rows, posts, scheduled, search};

/// What changes of a file; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it shows, in words.
    pub description: Option<String>,
    /// Its important part.
    pub focus: Option<Focus>,
    /// A picture that stands for it.
    pub preview: Option<PreparedPreview>,
}

/// A person's own file, posted or not.
///
/// # Errors
/// `NotFound`, the same for none and someone else's.
pub async fn own(ctx: &Ctx, owner: AccountId, id: MediaId) -> Result<Attachment> {
    let found = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    found
        .filter(|file| is_own(file, owner))
        .ok_or(DomainError::NotFound)
}

/// Those of `ids` that are a person's own, in the order asked.
///
/// # Errors
/// Only the store's.
pub async fn own_of(ctx: &Ctx, owner: AccountId, ids: Vec<MediaId>) -> Result<Vec<Attachment>> {
    Ok(ctx
        .store()
        .read(move |conn| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(rows::by_id(conn, id)?.filter(|file| is_own(file, owner)));
            }
            Ok(found)
        })
        .await?)
}

fn is_own(file: &Attachment, owner: AccountId) -> bool {
    file.account == owner && file.remote_url.is_none() && file.state != AttachmentState::Gone
}

/// Changes a person's own file. Of one that is posted, the nodes that have the post are told at once of another picture that
/// stands for it: it is no other version of the post. Of other words they hear when the post is edited.
///
/// # Errors
/// `NotFound`; `Invalid` for a description of more than 1,500 characters; `Forbidden` if it is posted in a group that they are not
/// in any more; the file store's.
pub async fn change(ctx: &Ctx, owner: AccountId, id: MediaId, change: Change) -> Result<Attachment> {
    let description = change.description.as_deref().map(checked).transpose()?;
    let before = own(ctx, owner, id).await?;
    let filing = ctx.filing().read().await;
    let preview = match change.preview {
        Some(preview) => {
            let blurhash = Some(preview.blurhash.clone()).filter(|hash| !hash.is_empty());
            Some((store_preview(ctx, preview).await?, blurhash))
        }
        None => None,
    };
    let replaced = before.preview.filter(|_| preview.is_some());
    let changed = work::write(ctx, move |tx| {
        let file = rows::by_id(tx, id)?
            .filter(|file| is_own(file, owner))
            .ok_or(DomainError::NotFound)?;
        if let Some(id) = file.post
            && let Some(post) = posts::get(tx, id)?
        {
            groups::still_in(tx, owner, &post)?;
        }
        let description = description.as_deref().unwrap_or(&file.description);
        rows::describe(tx, id, description, change.focus.unwrap_or(file.focus))?;
        if let Some((preview, blurhash)) = &preview {
            rows::set_preview(tx, id, preview, blurhash.as_deref())?;
        }
        let after = rows::by_id(tx, id)?.ok_or(DomainError::NotFound)?;
        if let Some(post) = file.post {
            search::index(tx, post)?;
            tx.tell(Event::PostUpdated { post, account: owner })?;
            if picture_of(&file) != picture_of(&after) {
                let activity = OutboundActivity::UpdatePost { post };
                let reached = Audience::Reached {
                    post,
                    also: Vec::new(),
                };
                outbox::queue(tx, owner, Some(post), &activity, &reached)?;
            }
        }
        Ok(after)
    })
    .await?;
    drop(filing);
    if let Some(replaced) = replaced {
        super::unnamed(ctx, &[replaced.hash]).await?;
    }
    Ok(changed)
}

/// By what the picture that stands for a file is told from another one.
fn picture_of(file: &Attachment) -> Option<&str> {
    file.preview.as_ref().map(|preview| preview.hash.as_str())
}

/// Removes a person's own file that is in no post.
///
/// # Errors
/// `NotFound`; `Invalid` if it is in a post, published or scheduled: that is edited or deleted instead.
pub async fn remove(ctx: &Ctx, owner: AccountId, id: MediaId) -> Result<()> {
    ctx.store()
        .write(move |tx| -> Result<()> {
            let file = rows::by_id(tx, id)?
                .filter(|file| is_own(file, owner))
                .ok_or(DomainError::NotFound)?;
            if file.post.is_some() {
                return Err(DomainError::invalid(
                    "the file is in a post: edit or delete the post instead",
                ));
            }
            if scheduled::holds(tx, id)? {
                return Err(DomainError::invalid(
                    "the file is in a scheduled post: delete that instead",
                ));
            }
            let now = tx.now();
            Ok(rows::discard(tx, &[id], now)?)
        })
        .await?;
    super::sweep(ctx).await
}
