//! Looking at groups.

use super::MOST;
use crate::{Ctx, DomainError, Result, accounts as people};
use entrenous_model::{
    Account, AccountId, Group, GroupId, GroupPolicy, GroupRole, MemberState, Membership, Page, PostId,
    Visibility,
};
use entrenous_store::{
    Conn, StoreError, accounts as account_rows, groups as rows, posts as post_rows, timelines, words::folded,
};
use std::collections::HashMap;
use std::sync::Arc;

pub use entrenous_store::groups::Wanted;

/// A group with its account.
#[derive(Debug, Clone)]
pub struct View {
    /// The group.
    pub group: Group,
    /// Its name, words and pictures.
    pub account: Arc<Account>,
}

/// Groups with their accounts, in the order given.
async fn views(ctx: &Ctx, groups: Vec<Group>) -> Result<Vec<View>> {
    let ids: Vec<AccountId> = groups.iter().map(|group| group.id.account()).collect();
    let known = people::known(ctx, &ids).await?;
    Ok(groups
        .into_iter()
        .filter_map(|group| {
            let known = known.get(&group.id.account())?;
            Some(View {
                account: Arc::clone(&known.account),
                group,
            })
        })
        .collect())
}

/// One group.
///
/// # Errors
/// `NotFound`, the same for none and for one that the viewer may not know of.
pub async fn get(ctx: &Ctx, viewer: AccountId, id: GroupId) -> Result<View> {
    let found = ctx.store().read(move |conn| known(conn, viewer, id));
    let group = found.await?.ok_or(DomainError::NotFound)?;
    views(ctx, vec![group]).await?.pop().ok_or(DomainError::NotFound)
}

/// One group, if the viewer may know of it.
pub(super) fn known(
    conn: &mut Conn,
    viewer: AccountId,
    id: GroupId,
) -> std::result::Result<Option<Group>, StoreError> {
    if rows::known_among(conn, viewer, &[id.get()])?.is_empty() {
        return Ok(None);
    }
    rows::get(conn, id)
}

/// The groups that a person is in, by name.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, viewer: AccountId) -> Result<Vec<View>> {
    let groups = ctx
        .store()
        .read(move |conn| rows::of_member(conn, viewer))
        .await?;
    let mut all = views(ctx, groups).await?;
    all.sort_by_cached_key(|view| (folded(&view.account.display_name), view.group.id));
    Ok(all)
}

/// Groups that the viewer may know of, those with most members first.
///
/// # Errors
/// Only the store's.
pub async fn find(ctx: &Ctx, viewer: AccountId, wanted: Wanted) -> Result<Vec<View>> {
    let groups = ctx
        .store()
        .read(move |conn| rows::find(conn, viewer, &wanted))
        .await?;
    views(ctx, groups).await
}

/// The group that is called `@name` here (any case); `None` also for one that the viewer may not know of.
///
/// # Errors
/// Only the store's.
pub async fn by_name(ctx: &Ctx, viewer: AccountId, name: &str) -> Result<Option<View>> {
    let name = name.trim().trim_start_matches('@').to_owned();
    let name = match name.split_once('@') {
        Some((name, authority)) if authority.eq_ignore_ascii_case(ctx.origin().authority()) => {
            name.to_owned()
        }
        Some(_) => return Ok(None),
        None => name,
    };
    let found = ctx.store().read(move |conn| {
        match account_rows::local_by_username(conn, &name)?.filter(Account::is_own_group) {
            Some(account) => known(conn, viewer, account.id.into()),
            None => Ok(None),
        }
    });
    match found.await? {
        Some(group) => Ok(views(ctx, vec![group]).await?.pop()),
        None => Ok(None),
    }
}

/// Whether the number is that of a group of this node, which is not to say that anyone may know of it.
pub(crate) async fn is_group(ctx: &Ctx, id: AccountId) -> Result<bool> {
    let known = people::known_one(ctx, id).await?;
    Ok(known.is_some_and(|known| known.account.is_own_group()))
}

/// The account of the group that a text mentions by this handle, if its author may know of it.
pub(crate) async fn mentioned(ctx: &Ctx, author: AccountId, handle: &str) -> Result<Option<Arc<Account>>> {
    Ok(by_name(ctx, author, handle).await?.map(|view| view.account))
}

/// Groups by their numbers, of which the viewer may know: for posts that the viewer sees. Who was removed sees what they wrote
/// themselves, and not what has become of the group.
///
/// # Errors
/// Only the store's.
pub async fn named(ctx: &Ctx, viewer: AccountId, ids: Vec<GroupId>) -> Result<HashMap<GroupId, View>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let groups = ctx.store().read(move |conn| {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let known = rows::known_among(conn, viewer, &ids)?;
        rows::by_ids(conn, &known.into_iter().map(GroupId::get).collect::<Vec<_>>())
    });
    let all = views(ctx, groups.await?).await?;
    Ok(all.into_iter().map(|view| (view.group.id, view)).collect())
}

/// Many accounts, in the order asked: people as [`people::get_many`] gives them, and groups that the viewer may know of. At
/// most 200 ids.
///
/// # Errors
/// Only the store's.
pub async fn accounts(ctx: &Ctx, viewer: AccountId, mut ids: Vec<AccountId>) -> Result<Vec<Arc<Account>>> {
    ids.truncate(200);
    let known = people::known(ctx, &ids).await?;
    let groups: Vec<i64> = known
        .values()
        .filter(|known| known.account.is_own_group())
        .map(|known| known.account.id.get())
        .collect();
    let groups = if groups.is_empty() {
        Vec::new()
    } else {
        let found = ctx
            .store()
            .read(move |conn| rows::known_among(conn, viewer, &groups));
        found.await?
    };
    Ok(ids
        .iter()
        .filter_map(|id| known.get(id))
        .filter(|known| known.visible() || groups.contains(&known.account.id.into()))
        .map(|known| Arc::clone(&known.account))
        .collect())
}

/// What somebody is to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The group.
    pub group: GroupId,
    /// A member, invited, or one who asks.
    pub membership: Option<Membership>,
    /// They may not join.
    pub banned: bool,
    /// People ask to be let in, and they may answer.
    pub pending: bool,
    /// They may begin a thread.
    pub can_post: bool,
    /// They may invite.
    pub can_invite: bool,
}

impl Relation {
    /// Of somebody who is nothing to the group.
    #[must_use]
    pub const fn none(group: GroupId) -> Self {
        Self {
            group,
            membership: None,
            banned: false,
            pending: false,
            can_post: false,
            can_invite: false,
        }
    }
}

/// What somebody is to each of these groups, in the order asked; groups that they may not know of are left out. At most 100.
///
/// # Errors
/// Only the store's.
pub async fn relations(ctx: &Ctx, viewer: AccountId, mut ids: Vec<GroupId>) -> Result<Vec<Relation>> {
    ids.truncate(100);
    let found = ctx.store().read(move |conn| {
        let numbers: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let known = rows::known_among(conn, viewer, &numbers)?;
        let numbers: Vec<i64> = known.iter().map(|id| id.get()).collect();
        let groups: HashMap<GroupId, Group> = rows::by_ids(conn, &numbers)?
            .into_iter()
            .map(|group| (group.id, group))
            .collect();
        let mut mine: HashMap<GroupId, Membership> = rows::memberships_of(conn, viewer, &numbers)?
            .into_iter()
            .map(|one| (one.group, one))
            .collect();
        let banned = rows::banned_among(conn, viewer, &numbers)?;
        ids.iter()
            .filter_map(|id| groups.get(id))
            .map(|group| relation(conn, group, mine.remove(&group.id), &banned))
            .collect::<std::result::Result<Vec<_>, StoreError>>()
    });
    Ok(found.await?)
}

fn relation(
    conn: &mut Conn,
    group: &Group,
    membership: Option<Membership>,
    banned: &[GroupId],
) -> std::result::Result<Relation, StoreError> {
    let role = membership.as_ref().and_then(Membership::member);
    let moderates = role >= Some(GroupRole::Moderator);
    Ok(Relation {
        group: group.id,
        banned: membership.is_none() && banned.contains(&group.id),
        pending: moderates && rows::count(conn, group.id, MemberState::Requested)? > 0,
        can_post: role.is_some() && (moderates || group.posting == GroupPolicy::Members),
        can_invite: may_invite(group, role),
        membership,
    })
}

/// Whether who has this role may invite.
pub(super) fn may_invite(group: &Group, role: Option<GroupRole>) -> bool {
    role >= Some(GroupRole::Moderator)
        || (role >= Some(GroupRole::Member) && group.invites == GroupPolicy::Members)
}

/// The posts of a group that a member may see and wants, newest first; `media`: only with files.
///
/// # Errors
/// `NotFound` for who is no member.
pub async fn timeline(
    ctx: &Ctx,
    viewer: AccountId,
    id: GroupId,
    media: bool,
    page: Page,
) -> Result<Vec<PostId>> {
    let (page, now) = (page.at_most(MOST), ctx.now());
    ctx.store()
        .read(move |conn| {
            if rows::membership(conn, id, viewer)?.is_none_or(|one| one.member().is_none()) {
                return Ok(None);
            }
            timelines::group(conn, viewer, id, media, &page, now).map(Some)
        })
        .await?
        .ok_or(DomainError::NotFound)
}

/// Those of `people` who may hear that a post went which stood in a group: who is in it. `None` for a post that stood in none.
///
/// # Errors
/// Only the store's.
pub async fn among_readers(
    ctx: &Ctx,
    post: PostId,
    people: Vec<AccountId>,
) -> Result<Option<Vec<AccountId>>> {
    let people: Vec<i64> = people.into_iter().map(AccountId::get).collect();
    let found = ctx.store().read(move |conn| {
        if post_rows::get(conn, post)?.is_none_or(|post| post.visibility != Visibility::Group) {
            return Ok(None);
        }
        match rows::of_post(conn, post)? {
            Some(group) => rows::members_among(conn, group, &people).map(Some),
            // Its group has ended.
            None => Ok(Some(Vec::new())),
        }
    });
    Ok(found.await?)
}
