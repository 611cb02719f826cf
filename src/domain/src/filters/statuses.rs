//! Single posts in filters.

use super::{changed, check, own};
use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{AccountId, FilterId, FilterStatus, FilterStatusId, PostId};
use entrenous_store::{filters as rows, posts, visible::Viewer};

/// The posts in a filter, without deleted ones.
///
/// # Errors
/// `NotFound`.
pub async fn statuses(ctx: &Ctx, owner: AccountId, filter: FilterId) -> Result<Vec<FilterStatus>> {
    ctx.store()
        .read(move |conn| match rows::get(conn, owner, filter)? {
            Some(_) => rows::statuses(conn, owner, Some(filter)).map(Some),
            None => Ok(None),
        })
        .await?
        .ok_or(DomainError::NotFound)
}

/// One post in a filter.
///
/// # Errors
/// `NotFound`.
pub async fn status(ctx: &Ctx, owner: AccountId, id: FilterStatusId) -> Result<FilterStatus> {
    ctx.store()
        .read(move |conn| rows::status(conn, owner, id))
        .await?
        .ok_or(DomainError::NotFound)
}

/// Puts a post that its owner may see into a filter. Twice is once.
///
/// # Errors
/// `NotFound` for the filter, and for a post that may not be seen; `Invalid` for the 201st.
pub async fn add_status(ctx: &Ctx, owner: AccountId, filter: FilterId, post: PostId) -> Result<FilterStatus> {
    work::write(ctx, move |tx| {
        own(tx, owner, filter)?;
        if !posts::may_see(tx, Viewer::Person(owner), post)? {
            return Err(DomainError::NotFound);
        }
        let there = rows::statuses(tx, owner, Some(filter))?;
        if let Some(known) = there.iter().find(|one| one.post == post) {
            return Ok(*known);
        }
        if there.len() >= check::STATUSES {
            return Err(DomainError::invalid("a filter has at most 200 posts"));
        }
        let status = FilterStatus {
            id: FilterStatusId(tx.next_id()),
            filter,
            post,
        };
        rows::insert_status(tx, &status)?;
        changed(tx, owner);
        Ok(status)
    })
    .await
}

/// Takes a post out of a filter.
///
/// # Errors
/// `NotFound`.
pub async fn remove_status(ctx: &Ctx, owner: AccountId, id: FilterStatusId) -> Result<()> {
    work::write(ctx, move |tx| {
        rows::status(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        rows::remove_status(tx, id)?;
        changed(tx, owner);
        Ok(())
    })
    .await
}
