//! Making, changing and removing filters, with their keywords.

use super::{Whole, changed, check, own, whole};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, Filter, FilterAction, FilterId, FilterKeyword, FilterKeywordId};
use entrenous_store::filters as rows;

/// What is to be of a filter; `None` leaves a value as it is, or as a new filter has it.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// At most 255 characters, one line; a new filter needs one.
    pub title: Option<String>,
    /// The names of the places where it applies; a new filter needs one.
    pub contexts: Option<Vec<String>>,
    /// What it does: warn, if not said.
    pub action: Option<FilterAction>,
    /// Seconds until it ends, from 1; `Some(None)` for no end, as a new filter has it.
    pub expires_in: Option<Option<i64>>,
    /// What is to be of its keywords; others stay.
    pub keywords: Vec<KeywordChange>,
}

/// What is to be of one keyword.
#[derive(Debug, Clone, Default)]
pub struct KeywordChange {
    /// Which one; a new one without.
    pub id: Option<FilterKeywordId>,
    /// At most 512 characters, one line; a new one needs it.
    pub keyword: Option<String>,
    /// Not inside a longer word: yes, if not said of a new one.
    pub whole_word: Option<bool>,
    /// It is to go.
    pub remove: bool,
}

/// Makes a filter.
///
/// # Errors
/// `Invalid` without a title or context, for what is too long, or for the hundred-and-first filter; `NotFound` if a
/// keyword names an id.
pub async fn create(ctx: &Ctx, owner: AccountId, change: Change) -> Result<Whole> {
    work::write(ctx, move |tx| {
        check::room(tx, owner)?;
        let filter = Filter {
            id: FilterId(tx.next_id()),
            owner,
            title: check::title(change.title.as_deref().unwrap_or_default())?,
            contexts: check::contexts(change.contexts.as_deref().unwrap_or_default())?,
            action: change.action.unwrap_or(FilterAction::Warn),
            expires_at: check::end(tx.now(), change.expires_in.flatten())?,
            created_at: tx.now(),
        };
        rows::insert(tx, &filter)?;
        change_keywords(tx, &filter, &change.keywords)?;
        changed(tx, owner);
        whole(tx, owner, filter.id)?.ok_or(DomainError::NotFound)
    })
    .await
}

/// Changes a filter and its keywords: all that was asked, or nothing.
///
/// # Errors
/// `NotFound`, also for a keyword that is not of this filter; `Invalid` as for [`create`].
pub async fn update(ctx: &Ctx, owner: AccountId, id: FilterId, change: Change) -> Result<Whole> {
    work::write(ctx, move |tx| {
        let mut filter = own(tx, owner, id)?;
        if let Some(title) = &change.title {
            filter.title = check::title(title)?;
        }
        if let Some(names) = &change.contexts {
            filter.contexts = check::contexts(names)?;
        }
        filter.action = change.action.unwrap_or(filter.action);
        if let Some(seconds) = change.expires_in {
            filter.expires_at = check::end(tx.now(), seconds)?;
        }
        rows::update(tx, &filter)?;
        change_keywords(tx, &filter, &change.keywords)?;
        changed(tx, owner);
        whole(tx, owner, id)?.ok_or(DomainError::NotFound)
    })
    .await
}

/// Removes a filter.
///
/// # Errors
/// `NotFound`.
pub async fn remove(ctx: &Ctx, owner: AccountId, id: FilterId) -> Result<()> {
    work::write(ctx, move |tx| {
        own(tx, owner, id)?;
        rows::remove(tx, id)?;
        changed(tx, owner);
        Ok(())
    })
    .await
}

fn change_keywords(tx: &mut Work<'_>, filter: &Filter, changes: &[KeywordChange]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let present = rows::keywords(tx, filter.owner, Some(filter.id))?;
    for change in changes {
        match change.id {
            Some(id) => {
                let known = present
                    .iter()
                    .find(|one| one.id == id)
                    .ok_or(DomainError::NotFound)?;
                if change.remove {
                    rows::remove_keyword(tx, id)?;
                } else {
                    rows::update_keyword(tx, &changed_keyword(known, change)?)?;
                }
            }
            // Forms send rows that nobody filled in.
            None if change.remove || change.keyword.as_deref().is_none_or(str::is_empty) => {}
            None => {
                new_keyword(tx, filter.id, change)?;
            }
        }
    }
    check::size(tx, filter.owner, filter.id)
}

/// A keyword as it is to be.
pub(super) fn changed_keyword(known: &FilterKeyword, change: &KeywordChange) -> Result<FilterKeyword> {
    let mut keyword = known.clone();
    if let Some(text) = &change.keyword {
        keyword.keyword = check::keyword(text)?;
    }
    keyword.whole_word = change.whole_word.unwrap_or(keyword.whole_word);
    Ok(keyword)
}

/// Adds a keyword; whether there may be so many is asked by [`check::size`].
pub(super) fn new_keyword(
    tx: &mut Work<'_>,
    filter: FilterId,
    change: &KeywordChange,
) -> Result<FilterKeyword> {
    let keyword = FilterKeyword {
        id: FilterKeywordId(tx.next_id()),
        filter,
        keyword: check::keyword(change.keyword.as_deref().unwrap_or_default())?,
        whole_word: change.whole_word.unwrap_or(true),
    };
    rows::insert_keyword(tx, &keyword)?;
    Ok(keyword)
}
