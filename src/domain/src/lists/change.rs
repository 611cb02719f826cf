//! Making, changing and removing lists.

use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{AccountId, Event, List, ListId, RepliesPolicy};
use entrenous_store::lists as rows;

/// Lists of one person.
const LISTS: usize = 50;
/// Longest title, in characters.
const TITLE: usize = 255;

/// What is to be of a list; `None` leaves a value as it is, or as a new list has it.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// At most 255 characters, one line; a new list needs one.
    pub title: Option<String>,
    /// Which replies it shows: to members of the list, if not said.
    pub replies: Option<RepliesPolicy>,
    /// What its members post stays out of the home timeline: no, if not said.
    pub exclusive: Option<bool>,
}

fn checked(title: &str) -> Result<String> {
    let title = title.trim();
    if title.is_empty() {
        return Err(DomainError::invalid("Title can't be blank"));
    }
    if title.chars().count() > TITLE {
        return Err(DomainError::invalid("a title has at most 255 characters"));
    }
    if title.chars().any(char::is_control) {
        return Err(DomainError::invalid("a title is one line of text"));
    }
    Ok(title.to_owned())
}

/// Makes a list.
///
/// # Errors
/// `Invalid` without a title, with one that is too long, or with 50 lists already.
pub async fn create(ctx: &Ctx, owner: AccountId, change: Change) -> Result<List> {
    let title = checked(change.title.as_deref().unwrap_or_default())?;
    work::write(ctx, move |tx| {
        if rows::of(tx, owner)?.len() >= LISTS {
            return Err(DomainError::invalid("a person has at most 50 lists"));
        }
        let list = List {
            id: ListId(tx.next_id()),
            owner,
            title: title.clone(),
            replies: change.replies.unwrap_or(RepliesPolicy::List),
            exclusive: change.exclusive.unwrap_or(false),
            created_at: tx.now(),
        };
        rows::insert(tx, &list)?;
        Ok(list)
    })
    .await
}

/// Changes a list.
///
/// # Errors
/// `NotFound`, `Invalid` as for [`create`], and for a group.
pub async fn update(ctx: &Ctx, owner: AccountId, id: ListId, change: Change) -> Result<List> {
    let title = change.title.as_deref().map(checked).transpose()?;
    work::write(ctx, move |tx| {
        let Some(mut list) = rows::get(tx, owner, id)? else {
            return Err(super::no_list(tx, owner, id));
        };
        let was_exclusive = list.exclusive;
        if let Some(title) = &title {
            list.title.clone_from(title);
        }
        list.replies = change.replies.unwrap_or(list.replies);
        list.exclusive = change.exclusive.unwrap_or(list.exclusive);
        rows::update(tx, &list)?;
        if list.exclusive != was_exclusive {
            // The home timeline in memory is another one now.
            tx.announce(Event::MarksChanged { account: owner });
        }
        Ok(list)
    })
    .await
}

/// Removes a list.
///
/// # Errors
/// `NotFound`; `Invalid` for a group.
pub async fn remove(ctx: &Ctx, owner: AccountId, id: ListId) -> Result<()> {
    work::write(ctx, move |tx| {
        let Some(list) = rows::get(tx, owner, id)? else {
            return Err(super::no_list(tx, owner, id));
        };
        rows::remove(tx, id)?;
        if list.exclusive {
            tx.announce(Event::MarksChanged { account: owner });
        }
        Ok(())
    })
    .await
}
