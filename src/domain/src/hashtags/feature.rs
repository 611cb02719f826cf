//! Hashtags that someone features on their profile. Told on this node only.

use crate::{Ctx, DomainError, Result, text, work};
use entrenous_model::{AccountId, FeaturedTag, FeaturedTagId};
use entrenous_store::featured_tags as rows;

/// Hashtags that one person features, as in the Mastodon API.
pub const FEATURED: usize = 10;

/// Which hashtags a person features, most used first.
///
/// # Errors
/// Only the store's.
pub async fn featured(ctx: &Ctx, account: AccountId) -> Result<Vec<FeaturedTag>> {
    let mut all = ctx.store().read(move |conn| rows::of(conn, account)).await?;
    all.sort_by_key(|tag| std::cmp::Reverse(tag.posts));
    Ok(all)
}

/// Hashtags that a person uses and does not feature, most used first, at most ten.
///
/// # Errors
/// Only the store's.
pub async fn to_feature(ctx: &Ctx, account: AccountId) -> Result<Vec<String>> {
    let most = i64::try_from(FEATURED).unwrap_or(i64::MAX);
    Ok(ctx
        .store()
        .read(move |conn| rows::used(conn, account, most))
        .await?)
}

/// Features a hashtag (any case). Twice is once.
///
/// # Errors
/// `Invalid` for what is no hashtag, and for more than ten.
pub async fn feature(ctx: &Ctx, account: AccountId, tag: &str) -> Result<FeaturedTag> {
    let tag = text::hashtag(tag).ok_or_else(|| DomainError::invalid("Tag is invalid"))?;
    work::write(ctx, move |tx| {
        let (id, now) = (FeaturedTagId(tx.next_id()), tx.now());
        rows::insert(tx, id, account, &tag, now)?;
        let all = rows::of(tx, account)?;
        if all.len() > FEATURED {
            return Err(DomainError::invalid(
                "You have already featured the maximum number of hashtags",
            ));
        }
        all.into_iter()
            .find(|one| one.tag == tag)
            .ok_or(DomainError::NotFound)
    })
    .await
}

/// No longer features a hashtag.
///
/// # Errors
/// `NotFound`, the same for none and for someone else's.
pub async fn unfeature(ctx: &Ctx, account: AccountId, id: FeaturedTagId) -> Result<()> {
    work::write(ctx, move |tx| {
        if rows::remove(tx, account, id)? {
            Ok(())
        } else {
            Err(DomainError::NotFound)
        }
    })
    .await
}

/// No longer features the hashtag of that name; no error if it was not.
///
/// # Errors
/// `NotFound` for what is no hashtag.
pub async fn unfeature_name(ctx: &Ctx, account: AccountId, tag: &str) -> Result<()> {
    let tag = text::hashtag(tag).ok_or(DomainError::NotFound)?;
    work::write(ctx, move |tx| Ok(rows::remove_tag(tx, account, &tag)?)).await
}
