//! Who is in a list.

use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{Account, AccountId, Event, ListId, Page};
use entrenous_store::{follows, lists as rows, person};
use std::sync::Arc;

/// Members of one list.
const MEMBERS: i64 = 1_000;
/// People put in or taken out at once.
const AT_ONCE: usize = 200;

/// Members of a list, newest first: (row id for paging, account). Without a page all of them, at most 1,000.
///
/// # Errors
/// `NotFound`.
pub async fn members(
    ctx: &Ctx,
    owner: AccountId,
    id: ListId,
    page: Option<Page>,
) -> Result<Vec<(i64, Arc<Account>)>> {
    /// What the store gives and people are read in at once.
    const PIECE: i64 = 200;
    let found = ctx.store().read(move |conn| {
        if rows::get(conn, owner, id)?.is_none() {
            return Ok(None);
        }
        if let Some(page) = page {
            return rows::members(conn, id, &page.at_most(super::MOST)).map(Some);
        }
        let (mut all, mut piece) = (Vec::new(), Page::first(PIECE));
        loop {
            let some = rows::members(conn, id, &piece)?;
            piece.max_id = some.last().map(|(row, _)| *row);
            let last = some.len() < usize::try_from(PIECE).unwrap_or(usize::MAX);
            all.extend(some);
            if last {
                return Ok(Some(all));
            }
        }
    });
    let found = found.await?.ok_or(DomainError::NotFound)?;
    let mut members = Vec::with_capacity(found.len());
    for piece in found.chunks(AT_ONCE) {
        members.extend(work::with_accounts(ctx, piece.to_vec()).await?);
    }
    Ok(members)
}

/// Puts people into a list: those whom its owner follows or has asked to follow, and the owner. Twice is once.
///
/// # Errors
/// `NotFound` for a list that is not theirs, and if one of the people is not followed: then none is put in. `Invalid`
/// for more than 200 at once, or 1,000 members.
pub async fn add(ctx: &Ctx, owner: AccountId, id: ListId, people: Vec<AccountId>) -> Result<()> {
    check(&people)?;
    work::write(ctx, move |tx| {
        let list = rows::get(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        for member in &people {
            if *member != owner && follows::between(tx, owner, *member)?.is_none() {
                return Err(DomainError::NotFound);
            }
            person::get(tx, *member)?.ok_or(DomainError::NotFound)?;
            let row = tx.next_id();
            rows::add_member(tx, row, &list, *member)?;
        }
        if rows::count_members(tx, id)? > MEMBERS {
            return Err(DomainError::invalid("a list has at most 1,000 members"));
        }
        if list.exclusive {
            tx.announce(Event::MarksChanged { account: owner });
        }
        Ok(())
    })
    .await
}

/// Takes people out of a list; who is not in it is no error.
///
/// # Errors
/// `NotFound` for a list that is not theirs, `Invalid` for more than 200 at once.
pub async fn remove_members(ctx: &Ctx, owner: AccountId, id: ListId, people: Vec<AccountId>) -> Result<()> {
    check(&people)?;
    work::write(ctx, move |tx| {
        let list = rows::get(tx, owner, id)?.ok_or(DomainError::NotFound)?;
        for member in &people {
            rows::remove_member(tx, id, *member)?;
        }
        if list.exclusive {
            tx.announce(Event::MarksChanged { account: owner });
        }
        Ok(())
    })
    .await
}

fn check(people: &[AccountId]) -> Result<()> {
    if people.len() > AT_ONCE {
        return Err(DomainError::invalid("at most 200 people at once"));
    }
    Ok(())
}
