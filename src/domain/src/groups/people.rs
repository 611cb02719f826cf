//! Who is in a group, and who may not be.

use super::{MOST, forbidden, look};
use crate::{Ctx, DomainError, Result, accounts as people};
use entrenous_model::{Account, AccountId, Group, GroupId, GroupRole, MemberState, Membership, Page};
use entrenous_store::groups::{self as rows, Ban};
use std::collections::HashMap;
use std::sync::Arc;

/// Somebody and what they are to a group.
#[derive(Debug, Clone)]
pub struct Someone {
    /// What they are to it.
    pub membership: Membership,
    /// Who.
    pub account: Arc<Account>,
    /// Who invited them.
    pub invited_by: Option<Arc<Account>>,
}

/// Somebody who may not join a group again.
#[derive(Debug, Clone)]
pub struct Banned {
    /// Since when, and why.
    pub ban: Ban,
    /// Who.
    pub account: Arc<Account>,
    /// Who said so.
    pub by: Option<Arc<Account>>,
}

/// The members of a group, newest first; with one of these roles, or, if none is given, with any.
///
/// # Errors
/// `NotFound`; `Forbidden` for who is no member.
pub async fn members(
    ctx: &Ctx,
    viewer: AccountId,
    id: GroupId,
    roles: &'static [GroupRole],
    page: Page,
) -> Result<Vec<Someone>> {
    with_people(ctx, viewer, id, MemberState::Member, roles, page, |_, role| {
        role.is_some()
    })
    .await
}

/// Those who are this to a group, for who may ask for them.
pub(super) async fn with_people(
    ctx: &Ctx,
    viewer: AccountId,
    id: GroupId,
    state: MemberState,
    roles: &'static [GroupRole],
    page: Page,
    may: fn(&Group, Option<GroupRole>) -> bool,
) -> Result<Vec<Someone>> {
    let page = page.at_most(MOST);
    let found = ctx.store().read(move |conn| {
        let Some(group) = look::known(conn, viewer, id)? else {
            return Ok(Err(DomainError::NotFound));
        };
        let mine = rows::membership(conn, id, viewer)?.and_then(|one| one.member());
        if !may(&group, mine) {
            return Ok(Err(forbidden()));
        }
        rows::list(conn, id, state, roles, &page).map(Ok)
    });
    let found = found.await??;
    let ids = found
        .iter()
        .flat_map(|one| std::iter::once(one.account).chain(one.invited_by));
    let known = named(ctx, ids.collect()).await?;
    Ok(found
        .into_iter()
        .filter_map(|membership| {
            Some(Someone {
                account: Arc::clone(known.get(&membership.account)?),
                invited_by: membership.invited_by.and_then(|by| known.get(&by)).cloned(),
                membership,
            })
        })
        .collect())
}

async fn named(ctx: &Ctx, ids: Vec<AccountId>) -> Result<HashMap<AccountId, Arc<Account>>> {
    let accounts = people::get_many(ctx, ids).await?;
    Ok(accounts
        .into_iter()
        .map(|account| (account.id, account))
        .collect())
}

/// Who is banned from a group, paged by the numbers of their accounts.
///
/// # Errors
/// `NotFound`; `Forbidden` unless `viewer` moderates.
pub async fn bans(ctx: &Ctx, viewer: AccountId, id: GroupId, page: Page) -> Result<Vec<Banned>> {
    let page = page.at_most(MOST);
    let found = ctx.store().read(move |conn| {
        if look::known(conn, viewer, id)?.is_none() {
            return Ok(Err(DomainError::NotFound));
        }
        let mine = rows::membership(conn, id, viewer)?.and_then(|one| one.member());
        if mine < Some(GroupRole::Moderator) {
            return Ok(Err(forbidden()));
        }
        rows::bans(conn, id, &page).map(Ok)
    });
    let found = found.await??;
    let ids = found
        .iter()
        .flat_map(|one| std::iter::once(one.account).chain(one.by));
    let known = named(ctx, ids.collect()).await?;
    Ok(found
        .into_iter()
        .filter_map(|ban| {
            Some(Banned {
                account: Arc::clone(known.get(&ban.account)?),
                by: ban.by.and_then(|by| known.get(&by)).cloned(),
                ban,
            })
        })
        .collect())
}

/// What a person was invited to and has not answered, newest first, with who invited them.
///
/// # Errors
/// Only the store's.
pub async fn invited_to(ctx: &Ctx, viewer: AccountId) -> Result<Vec<(Someone, look::View)>> {
    let found = ctx
        .store()
        .read(move |conn| rows::of_person(conn, viewer, MemberState::Invited));
    let found = found.await?;
    let mut groups = look::named(ctx, viewer, found.iter().map(|one| one.group).collect()).await?;
    let mut all = Vec::with_capacity(found.len());
    for some in found.chunks(100) {
        let ids = some
            .iter()
            .flat_map(|one| std::iter::once(one.account).chain(one.invited_by));
        let known = named(ctx, ids.collect()).await?;
        for membership in some {
            let (Some(account), Some(view)) =
                (known.get(&membership.account), groups.remove(&membership.group))
            else {
                continue;
            };
            let someone = Someone {
                account: Arc::clone(account),
                invited_by: membership.invited_by.and_then(|by| known.get(&by)).cloned(),
                membership: membership.clone(),
            };
            all.push((someone, view));
        }
    }
    Ok(all)
}
