//! Lists: some of the people whom someone follows, with a timeline of their own. A list is its owner's alone: to everyone
//! else it does not exist.
//!
//! For clients that know no groups, each group that someone is in is a list as well, under the number of its account, which no
//! list has. It can be read, and changed by the verbs of groups alone.

mod change;
mod members;

pub use change::{Change, create, remove, update};
pub use members::{add, members, remove_members};

use crate::{Ctx, DomainError, Result, groups};
use entrenous_model::{AccountId, GroupId, List, ListId, Page, PostId, RepliesPolicy};
use entrenous_store::{Conn, StoreError, accounts, groups as group_rows, lists as rows, timelines};

/// Longest page.
const MOST: i64 = 80;

/// All lists of a person, in the order in which they were made, then their groups, by name.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, owner: AccountId) -> Result<Vec<List>> {
    let mut all = ctx.store().read(move |conn| rows::of(conn, owner)).await?;
    let groups = groups::of(ctx, owner).await?;
    all.extend(groups.iter().map(|view| as_list(owner, &view.account)));
    Ok(all)
}

/// A group as a list of one who is in it.
fn as_list(owner: AccountId, group: &entrenous_model::Account) -> List {
    List {
        id: ListId(group.id.get()),
        owner,
        title: group.display_name.clone(),
        replies: RepliesPolicy::List,
        exclusive: false,
        created_at: group.created_at,
    }
}

/// The group that a number of a list means, if `owner` is in it.
fn group_of(
    conn: &mut Conn,
    owner: AccountId,
    id: ListId,
) -> std::result::Result<Option<GroupId>, StoreError> {
    let group = GroupId(id.get());
    let membership = group_rows::membership(conn, group, owner)?;
    Ok(membership.and_then(|one| one.member()).map(|_| group))
}

/// Why a list that is to be changed is none of `owner`'s.
fn no_list(conn: &mut Conn, owner: AccountId, id: ListId) -> DomainError {
    match group_of(conn, owner, id) {
        Ok(Some(_)) => DomainError::invalid("This is a group: leave the group instead"),
        Ok(None) => DomainError::NotFound,
        Err(error) => error.into(),
    }
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
    let found = ctx.store().read(move |conn| {
        if let Some(list) = rows::get(conn, owner, id)? {
            return Ok(Some(list));
        }
        let Some(group) = group_of(conn, owner, id)? else {
            return Ok(None);
        };
        let account = accounts::by_id(conn, group.account())?;
        Ok(account.map(|account| as_list(owner, &account)))
    });
    found.await?.ok_or(DomainError::NotFound)
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
            None => match group_of(conn, owner, id)? {
                Some(group) => timelines::group(conn, owner, group, false, &page, now).map(Some),
                None => Ok(None),
            },
        })
        .await?
        .ok_or(DomainError::NotFound)
}
