//! What administrators do with this node's emoji.

use super::{CATEGORY, OWN};
use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result, attachments, audit, work};
use entrenous_model::emoji::is_shortcode;
use entrenous_model::{Emoji, EmojiId, EmojiPicture, Event, PreparedEmoji};
use entrenous_store::emojis as rows;

/// What is to change of an emoji: `None` leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Heading in pickers, at most 100 characters; empty for none.
    pub category: Option<String>,
    /// Offered in pickers.
    pub visible_in_picker: Option<bool>,
    /// Not shown, and not to be used.
    pub disabled: Option<bool>,
    /// Another picture.
    pub picture: Option<PreparedEmoji>,
}

/// All of this node's own, disabled ones too, by category and shortcode. For administrators.
///
/// # Errors
/// Only the store's.
pub async fn all(ctx: &Ctx) -> Result<Vec<Emoji>> {
    Ok(ctx.store().read(rows::own).await?)
}

/// Adds one, in the name of `actor`.
///
/// # Errors
/// `Invalid` for a shortcode that is none or is taken, without a picture, for a category that is too long, and beyond 2,000;
/// the file store's.
pub async fn create(ctx: &Ctx, actor: &str, shortcode: &str, change: Change) -> Result<Emoji> {
    let shortcode = shortcode.trim().trim_matches(':').to_owned();
    if !is_shortcode(&shortcode) {
        return Err(DomainError::invalid(
            "a shortcode has 2 to 64 letters without accents, digits and underscores",
        ));
    }
    let taken = DomainError::Invalid(format!("the shortcode {shortcode} is taken"));
    let category = change
        .category
        .as_deref()
        .map(category)
        .transpose()?
        .unwrap_or_default();
    let Some(picture) = change.picture else {
        return Err(DomainError::invalid("an emoji needs a picture"));
    };
    // Asked before the bytes are written; the index decides between two at the same moment.
    let asked = shortcode.clone();
    let there = ctx
        .store()
        .read(move |conn| rows::by_shortcode(conn, None, &asked))
        .await?;
    if there.is_some() {
        return Err(taken);
    }
    let filing = ctx.filing().read().await;
    let picture = store(ctx, picture).await?;
    let (actor, kept) = (actor.to_owned(), picture.clone());
    let made = work::write(ctx, move |tx| {
        if rows::by_shortcode(tx, None, &shortcode)?.is_some() {
            return Err(DomainError::Invalid(format!(
                "the shortcode {shortcode} is taken"
            )));
        }
        if rows::count(tx, None)? >= OWN {
            return Err(DomainError::invalid("there are 2000 emoji already"));
        }
        let now = tx.now();
        let one = Emoji {
            id: EmojiId(tx.next_id()),
            peer: None,
            shortcode: shortcode.clone(),
            uri: None,
            category: category.clone(),
            visible_in_picker: change.visible_in_picker.unwrap_or(true),
            disabled: change.disabled.unwrap_or(false),
            picture: picture.clone(),
            remote_url: None,
            remote_updated_at: None,
            epoch: 0,
            created_at: now,
            updated_at: now,
        };
        rows::insert(tx, &one)?;
        audit::write(tx, &actor, "emoji.made", None, None, &one.shortcode)?;
        tx.tell(Event::EmojisChanged { peer: None })?;
        Ok(one)
    })
    .await;
    drop(filing);
    if made.is_err() {
        attachments::unnamed(ctx, &hashes(&kept)).await?;
    }
    made
}

/// Changes one, in the name of `actor`.
///
/// # Errors
/// `NotFound`; `Invalid` for a category that is too long; the file store's.
pub async fn update(ctx: &Ctx, actor: &str, id: EmojiId, change: Change) -> Result<Emoji> {
    let new_category = change.category.as_deref().map(category).transpose()?;
    let there = ctx.store().read(move |conn| rows::by_id(conn, id)).await?;
    if there.is_none_or(|emoji| emoji.peer.is_some()) {
        return Err(DomainError::NotFound);
    }
    let filing = ctx.filing().read().await;
    let picture = match change.picture {
        Some(picture) => Some(store(ctx, picture).await?),
        None => None,
    };
    let (visible_in_picker, disabled) = (change.visible_in_picker, change.disabled);
    let (actor, fresh) = (actor.to_owned(), picture.as_ref().map(hashes));
    let changed = work::write(ctx, move |tx| {
        let mut one = rows::by_id(tx, id)?
            .filter(|emoji| emoji.peer.is_none())
            .ok_or(DomainError::NotFound)?;
        let mut gone = Vec::new();
        if let Some(category) = &new_category {
            one.category.clone_from(category);
        }
        one.visible_in_picker = visible_in_picker.unwrap_or(one.visible_in_picker);
        one.disabled = disabled.unwrap_or(one.disabled);
        if let Some(picture) = &picture {
            gone = hashes(&one.picture);
            one.picture = picture.clone();
            one.epoch += 1;
            one.updated_at = tx.now();
        }
        rows::update(tx, &one)?;
        audit::write(tx, &actor, "emoji.changed", None, None, &one.shortcode)?;
        tx.tell(Event::EmojisChanged { peer: None })?;
        Ok((one, gone))
    })
    .await;
    drop(filing);
    match changed {
        Ok((one, gone)) => {
            attachments::unnamed(ctx, &gone).await?;
            Ok(one)
        }
        // It was removed at this very moment: what was to be its picture is nobody's.
        Err(error) => {
            attachments::unnamed(ctx, &fresh.unwrap_or_default()).await?;
            Err(error)
        }
    }
}

/// Removes one with its picture, in the name of `actor`. Where it stands in texts its shortcode is shown.
///
/// # Errors
/// `NotFound`; the file store's.
pub async fn remove(ctx: &Ctx, actor: &str, id: EmojiId) -> Result<()> {
    let actor = actor.to_owned();
    let gone = work::write(ctx, move |tx| {
        let one = rows::by_id(tx, id)?
            .filter(|emoji| emoji.peer.is_none())
            .ok_or(DomainError::NotFound)?;
        rows::remove(tx, id)?;
        audit::write(tx, &actor, "emoji.removed", None, None, &one.shortcode)?;
        tx.tell(Event::EmojisChanged { peer: None })?;
        Ok(hashes(&one.picture))
    })
    .await?;
    attachments::unnamed(ctx, &gone).await
}

fn category(text: &str) -> Result<String> {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text = text.trim();
    if text.chars().count() > CATEGORY {
        return Err(DomainError::invalid("a category has at most 100 characters"));
    }
    Ok(text.to_owned())
}

/// Puts the bytes of a picture into the file store. The caller holds [`Ctx::filing`].
pub(super) async fn store(ctx: &Ctx, prepared: PreparedEmoji) -> Result<EmojiPicture> {
    let still = match prepared.still {
        Some(bytes) => Some(put(ctx, bytes).await?),
        None => None,
    };
    let (hash, size) = put(ctx, prepared.bytes).await?;
    Ok(EmojiPicture {
        hash,
        content_type: prepared.content_type.to_owned(),
        size,
        still,
    })
}

async fn put(ctx: &Ctx, bytes: Vec<u8>) -> Result<(String, i64)> {
    let size = i64::try_from(bytes.len()).map_err(DomainError::internal)?;
    let hash = sha256_hex(&bytes);
    ctx.files().put(&hash, bytes).await?;
    Ok((hash, size))
}

/// What a picture's bytes are kept under.
pub(super) fn hashes(picture: &EmojiPicture) -> Vec<String> {
    let still = picture.still.as_ref().map(|(hash, _)| hash.clone());
    std::iter::once(picture.hash.clone()).chain(still).collect()
}
