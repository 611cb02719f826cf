//! The words and phrases of filters, one by one.

use super::change::{KeywordChange, changed_keyword, new_keyword};
use super::{changed, check, own};
use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{AccountId, FilterId, FilterKeyword, FilterKeywordId};
use entrenous_store::filters as rows;

/// The keywords of a filter.
///
/// # Errors
/// `NotFound`.
pub async fn keywords(ctx: &Ctx, owner: AccountId, filter: FilterId) -> Result<Vec<FilterKeyword>> {
    ctx.store()
        .read(move |conn| match rows::get(conn, owner, filter)? {
            Some(_) => rows::keywords(conn, owner, Some(filter)).map(Some),
            None => Ok(None),
        })
        .await?
        .ok_or(DomainError::NotFound)
}

/// One keyword.
///
/// # Errors
/// `NotFound`.
pub async fn keyword(ctx: &Ctx, owner: AccountId, id: FilterKeywordId) -> Result<FilterKeyword> {
    ctx.store()
        .read(move |conn| rows::keyword(conn, owner, id))
        .await?
        .ok_or(DomainError::NotFound)
}

/// Adds a keyword to a filter.
///
/// # Errors
/// `NotFound`; `Invalid` for an empty or too long one, or the 201st.
pub async fn add_keyword(
    ctx: &Ctx,
    owner: AccountId,
    filter: FilterId,
    change: KeywordChange,
) -> Result<FilterKeyword> {
    work::write(ctx, move |tx| {
        own(tx, owner, filter)?;
        let keyword = new_keyword(tx, filter, &change)?;
        check::size(tx, owner, filter)?;
        changed(tx, owner);
        Ok(keyword)
    })
    .await
}

/// Changes a keyword.
///
/// # Errors
/// `NotFound`; `Invalid` as for [`add_keyword`].
pub async fn change_keyword(
    ctx: &Ctx,
    owner: AccountId,
    id: FilterKeywordId,
    change: KeywordChange,
) -> Result<FilterKeyword> {
    work::write(ctx, move |tx| {
        let known = rows::keyword(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        let keyword = changed_keyword(&known, &change)?;
        rows::update_keyword(tx, &keyword)?;
        check::size(tx, owner, keyword.filter)?;
        changed(tx, owner);
        Ok(keyword)
    })
    .await
}

/// Removes a keyword; its filter stays, perhaps without any.
///
/// # Errors
/// `NotFound`.
pub async fn remove_keyword(ctx: &Ctx, owner: AccountId, id: FilterKeywordId) -> Result<()> {
    work::write(ctx, move |tx| {
        rows::keyword(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        rows::remove_keyword(tx, id)?;
        changed(tx, owner);
        Ok(())
    })
    .await
}
