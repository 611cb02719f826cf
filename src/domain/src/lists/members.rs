//! Who is in a list.

use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{Account, AccountId, Event, GroupId, ListId, MemberState, Page};
use entrenous_store::{Conn, StoreError, follows, groups, lists as rows, person};
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
        let group = super::group_of(conn, owner, id)?;
        if group.is_none() && rows::get(conn, owner, id)?.is_none() {
            return Ok(None);
        }
        if let Some(page) = page {
            return some(conn, (id, group), &page.at_most(super::MOST)).map(Some);
        }
        let (mut all, mut piece) = (Vec::new(), Page::first(PIECE));
        loop {
            let some = some(conn, (id, group), &piece)?;
            piece.max_id = some.last().map(|(row, _)| *row);
            let last = some.len() < usize::try_from(PIECE).unwrap_or(usize::MAX);
            all.extend(some);
            if last || i64::try_from(all.len()).is_ok_and(|all| all >= MEMBERS) {
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

/// Some who are in a list, or in the group that it is.
fn some(
    conn: &mut Conn,
    (list, group): (ListId, Option<GroupId>),
    page: &Page,
) -> std::result::Result<Vec<(i64, AccountId)>, StoreError> {
    let Some(group) = group else {
        return rows::members(conn, list, page);
    };
    let members = groups::list(conn, group, MemberState::Member, &[], page)?;
    Ok(members.into_iter().map(|one| (one.id, one.account)).collect())
}

/// Puts people into a list: those whom its owner follows or has asked to follow, and the owner. Twice is once.
///
/// # Errors
/// `NotFound` for a list that is not theirs, and if one of the people is not followed: then none is put in. `Invalid` for a
/// group, for more than 200 at once, or 1,000 members.
pub async fn add(ctx: &Ctx, owner: AccountId, id: ListId, people: Vec<AccountId>) -> Result<()> {
    check(&people)?;
    work::write(ctx, move |tx| {
        let Some(list) = rows::get(tx, owner, id)? else {
            return Err(super::no_list(tx, owner, id));
        };
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
/// `NotFound` for a list that is not theirs, `Invalid` for a group, and for more than 200 at once.
pub async fn remove_members(ctx: &Ctx, owner: AccountId, id: ListId, people: Vec<AccountId>) -> Result<()> {
    check(&people)?;
    work::write(ctx, move |tx| {
        let Some(list) = rows::get(tx, owner, id)? else {
            return Err(super::no_list(tx, owner, id));
        };
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
