//! Lists: some of the people whom someone follows, with a timeline of their own. A list is its owner's alone: to everyone
//! else it does not exist.

mod change;
mod members;

pub use change::{Change, create, remove, update};
pub use members::{add, members, remove_members};

use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, List, ListId, Page, PostId};
use entrenous_store::{lists as rows, timelines};

/// Longest page.
const MOST: i64 = 80;

/// All lists of a person, in the order in which they were made.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, owner: AccountId) -> Result<Vec<List>> {
    Ok(ctx.store().read(move |conn| rows::of(conn, owner)).await?)
}

/// A person's lists that hold someone.
///
/// # Errors
/// Only the store's.
pub async fn holding(ctx: &Ctx, owner: AccountId, member: AccountId) -> Result<Vec<List>> {
    Ok(ctx
        .store()
        .read(move |conn| rows::holding(conn, owner, member))
        .await?)
}

/// One list of a person.
///
/// # Errors
/// `NotFound`, the same for none and for someone else's.
pub async fn get(ctx: &Ctx, owner: AccountId, id: ListId) -> Result<List> {
    ctx.store()
        .read(move |conn| rows::get(conn, owner, id))
        .await?
        .ok_or(DomainError::NotFound)
}

/// The posts and boosts of a list's members that its owner may see, newest first.
///
/// # Errors
/// `NotFound` as [`get`].
pub async fn timeline(ctx: &Ctx, owner: AccountId, id: ListId, page: Page) -> Result<Vec<PostId>> {
    let (page, now) = (page.at_most(MOST), ctx.now());
    ctx.store()
        .read(move |conn| match rows::get(conn, owner, id)? {
            Some(list) => timelines::list(conn, &list, &page, now).map(Some),
            None => Ok(None),
        })
        .await?
        .ok_or(DomainError::NotFound)
}
