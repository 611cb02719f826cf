//! Filters: what a person does not want to read, or not at once. They are their owner's alone: to everyone else they do
//! not exist.
//!
//! The rows are changed by the verbs here; what they do to posts is asked of [`active`], which keeps each person's filters
//! compiled in memory.

mod active;
mod change;
mod check;
mod fold;
mod kept;
mod keywords;
mod matcher;
mod single;
mod statuses;

pub use active::{Active, Match, active, active_among};
pub(crate) use active::{hidden_notifications, hiding};
pub use change::{Change, KeywordChange, create, remove, update};
pub(crate) use kept::Filters;
pub use keywords::{add_keyword, change_keyword, keyword, keywords, remove_keyword};
pub use single::{Single, SingleChange, create_single, single, singles, update_single};
pub use statuses::{add_status, remove_status, status, statuses};

use crate::work::Work;
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, Event, Filter, FilterId, FilterKeyword, FilterStatus};
use entrenous_store::{Conn, StoreError, filters as rows};

/// Pages that are read for one answer, should all of a page be hidden.
pub(crate) const LOOKS: usize = 5;

/// A filter with what it looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The filter.
    pub filter: Filter,
    /// Its words and phrases.
    pub keywords: Vec<FilterKeyword>,
    /// Single posts in it.
    pub statuses: Vec<FilterStatus>,
}

/// All filters of a person, ended ones included, in the order in which they were made.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, owner: AccountId) -> Result<Vec<Whole>> {
    Ok(ctx
        .store()
        .read(move |conn| {
            let (filters, keywords, statuses) = (
                rows::of(conn, owner)?,
                rows::keywords(conn, owner, None)?,
                rows::statuses(conn, owner, None)?,
            );
            Ok(filters
                .into_iter()
                .map(|filter| Whole {
                    keywords: keywords
                        .iter()
                        .filter(|one| one.filter == filter.id)
                        .cloned()
                        .collect(),
                    statuses: statuses
                        .iter()
                        .filter(|one| one.filter == filter.id)
                        .copied()
                        .collect(),
                    filter,
                })
                .collect())
        })
        .await?)
}

/// One filter of a person.
///
/// # Errors
/// `NotFound`, the same for none and for someone else's.
pub async fn get(ctx: &Ctx, owner: AccountId, id: FilterId) -> Result<Whole> {
    ctx.store()
        .read(move |conn| whole(conn, owner, id))
        .await?
        .ok_or(DomainError::NotFound)
}

fn whole(conn: &mut Conn, owner: AccountId, id: FilterId) -> std::result::Result<Option<Whole>, StoreError> {
    let Some(filter) = rows::get(conn, owner, id)? else {
        return Ok(None);
    };
    Ok(Some(Whole {
        filter,
        keywords: rows::keywords(conn, owner, Some(id))?,
        statuses: rows::statuses(conn, owner, Some(id))?,
    }))
}

/// The filter that a verb is about.
fn own(tx: &mut Work<'_>, owner: AccountId, id: FilterId) -> Result<Filter> {
    rows::get(tx, owner, id)?.ok_or(DomainError::NotFound)
}

/// Tells what is kept in memory, and the person's clients.
fn changed(tx: &mut Work<'_>, owner: AccountId) {
    tx.announce(Event::FiltersChanged { account: owner });
}
