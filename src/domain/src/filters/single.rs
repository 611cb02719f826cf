//! Filters as clients of the first version know them: each keyword is one filter of its own.

use super::change::{KeywordChange, changed_keyword, new_keyword};
use super::{changed, check};
use crate::work;
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, Filter, FilterAction, FilterId, FilterKeyword, FilterKeywordId};
use entrenous_store::filters as rows;

/// A keyword with its filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// The filter.
    pub filter: Filter,
    /// The keyword, by whose id such clients know it.
    pub keyword: FilterKeyword,
}

/// What is to be of one; `None` leaves a value as it is, or as a new one has it.
#[derive(Debug, Clone, Default)]
pub struct SingleChange {
    /// At most 255 characters, one line; a new one needs it.
    pub phrase: Option<String>,
    /// The names of the places where it applies; a new one needs one.
    pub contexts: Option<Vec<String>>,
    /// Posts are hidden: no, if not said of a new one.
    pub hide: Option<bool>,
    /// Not inside a longer word: no, if not said of a new one.
    pub whole_word: Option<bool>,
    /// Seconds until it ends, from 1; `Some(None)` for no end, as a new one has it.
    pub expires_in: Option<Option<i64>>,
}

/// All keywords of a person with their filters, in the order in which they were made.
///
/// # Errors
/// Only the store's.
pub async fn singles(ctx: &Ctx, owner: AccountId) -> Result<Vec<Single>> {
    let found = ctx
        .store()
        .read(move |conn| Ok((rows::of(conn, owner)?, rows::keywords(conn, owner, None)?)));
    let (filters, keywords) = found.await?;
    Ok(keywords
        .into_iter()
        .filter_map(|keyword| {
            let filter = filters.iter().find(|one| one.id == keyword.filter)?.clone();
            Some(Single { filter, keyword })
        })
        .collect())
}

/// One keyword with its filter.
///
/// # Errors
/// `NotFound`.
pub async fn single(ctx: &Ctx, owner: AccountId, id: FilterKeywordId) -> Result<Single> {
    ctx.store()
        .read(move |conn| {
            let Some(keyword) = rows::keyword(conn, owner, id)? else {
                return Ok(None);
            };
            let filter = rows::get(conn, owner, keyword.filter)?;
            Ok(filter.map(|filter| Single { filter, keyword }))
        })
        .await?
        .ok_or(DomainError::NotFound)
}

/// Makes a filter of one keyword, which is also its title.
///
/// # Errors
/// `Invalid` without a phrase or context, for one that is too long, or for the hundred-and-first filter.
pub async fn create_single(ctx: &Ctx, owner: AccountId, change: SingleChange) -> Result<Single> {
    work::write(ctx, move |tx| {
        check::room(tx, owner)?;
        let phrase = change.phrase.as_deref().unwrap_or_default().trim();
        if phrase.is_empty() {
            return Err(DomainError::invalid("Phrase can't be blank"));
        }
        let filter = Filter {
            id: FilterId(tx.next_id()),
            owner,
            title: check::title(phrase)?,
            contexts: check::contexts(change.contexts.as_deref().unwrap_or_default())?,
            action: if change.hide.unwrap_or(false) {
                FilterAction::Hide
            } else {
                FilterAction::Warn
            },
            expires_at: check::end(tx.now(), change.expires_in.flatten())?,
            created_at: tx.now(),
        };
        rows::insert(tx, &filter)?;
        let keyword = KeywordChange {
            keyword: Some(phrase.to_owned()),
            whole_word: Some(change.whole_word.unwrap_or(false)),
            ..KeywordChange::default()
        };
        let keyword = new_keyword(tx, filter.id, &keyword)?;
        check::size(tx, owner, filter.id)?;
        changed(tx, owner);
        Ok(Single { filter, keyword })
    })
    .await
}

/// Changes a keyword, and its filter if it has no other.
///
/// # Errors
/// `NotFound`; `Invalid` as for [`create_single`], and for changing where, how or how long a filter of several keywords
/// applies.
pub async fn update_single(
    ctx: &Ctx,
    owner: AccountId,
    id: FilterKeywordId,
    change: SingleChange,
) -> Result<Single> {
    work::write(ctx, move |tx| {
        let known = rows::keyword(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        let before = rows::get(tx, owner, known.filter)?.ok_or(DomainError::NotFound)?;
        let keyword = KeywordChange {
            keyword: change.phrase.clone(),
            whole_word: change.whole_word,
            ..KeywordChange::default()
        };
        let keyword = changed_keyword(&known, &keyword)?;
        let mut filter = before.clone();
        if let Some(names) = &change.contexts {
            filter.contexts = check::contexts(names)?;
        }
        filter.action = match (change.hide, filter.action) {
            (Some(true), _) => FilterAction::Hide,
            (Some(false), FilterAction::Hide) => FilterAction::Warn,
            // Such a client does not know of others: they stay.
            (_, action) => action,
        };
        if let Some(seconds) = change.expires_in {
            filter.expires_at = check::end(tx.now(), seconds)?;
        }
        let alone = rows::keywords(tx, owner, Some(filter.id))?.len() == 1;
        if filter != before && !alone {
            return Err(DomainError::invalid(
                "this filter has several keywords: change it in a client that knows such filters",
            ));
        }
        if alone && filter.title == known.keyword {
            filter.title = check::title(&keyword.keyword)?;
        }
        rows::update(tx, &filter)?;
        rows::update_keyword(tx, &keyword)?;
        check::size(tx, owner, filter.id)?;
        changed(tx, owner);
        Ok(Single { filter, keyword })
    })
    .await
}
