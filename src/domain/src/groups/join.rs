//! Joining and leaving.

use super::{NOTE, REQUESTS, Scene, bounded, make::room, purge::finish};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result};
use entrenous_model::{
    AccountId, Event, Group, GroupId, GroupKind, GroupRole, MemberState, Membership, Role,
};
use entrenous_store::{groups as rows, members};

/// Somebody wants to be in a group: an open one at once, a closed one when a moderator lets them in, any one if they were
/// invited. `note` is what they say to the moderators.
///
/// # Errors
/// `NotFound`; `Forbidden` if they are banned; `Invalid` if they are in it already or have asked, and for a note of more than 500
/// characters; `Conflict` if the group, its requests or the person's groups are full.
pub async fn join(ctx: &Ctx, actor: AccountId, id: GroupId, note: &str) -> Result<()> {
    let note = bounded(note, NOTE, "Note")?;
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        if rows::is_banned(tx, id, actor)? {
            return Err(DomainError::Forbidden(
                "You are banned from this group".to_owned(),
            ));
        }
        match rows::membership(tx, id, actor)? {
            Some(known) if known.state == MemberState::Member => {
                Err(DomainError::invalid("You are a member of this group already"))
            }
            Some(known) if known.state == MemberState::Requested && scene.group.kind != GroupKind::Open => {
                Err(DomainError::invalid("You have asked to be let in already"))
            }
            Some(known) => let_in(tx, &scene.group, known),
            None => first(tx, &scene.group, actor, &note),
        }
    })
    .await
}

/// Somebody follows a group, in a client that knows no groups: they join it. Twice is once.
///
/// # Errors
/// As [`join`].
pub(crate) async fn follow(ctx: &Ctx, actor: AccountId, id: GroupId) -> Result<()> {
    let known = ctx.store().read(move |conn| rows::membership(conn, id, actor));
    match known.await?.map(|one| one.state) {
        Some(MemberState::Member | MemberState::Requested) => Ok(()),
        Some(MemberState::Invited) | None => join(ctx, actor, id, "").await,
    }
}

/// Somebody comes who was nothing to the group before.
fn first(tx: &mut Work<'_>, group: &Group, account: AccountId, note: &str) -> Result<()> {
    let asks = match group.kind {
        GroupKind::Open => false,
        GroupKind::Closed => true,
        // Nobody who is not invited knows of it.
        GroupKind::Secret => return Err(DomainError::NotFound),
    };
    if asks && rows::count(tx, group.id, MemberState::Requested)? >= REQUESTS {
        return Err(DomainError::Conflict(
            "too many people ask to be let in; try again later".to_owned(),
        ));
    }
    let now = tx.now();
    let one = Membership {
        id: tx.next_id(),
        group: group.id,
        account,
        role: GroupRole::Member,
        state: MemberState::Requested,
        note: if asks { note.to_owned() } else { String::new() },
        invited_by: None,
        created_at: now,
        joined_at: None,
    };
    rows::insert_member(tx, &one)?;
    if asks {
        return changed(tx, group.id, account);
    }
    let_in(tx, group, one)
}

/// Somebody who asked or was invited is a member from now on. Guests of the node are guests of the group.
///
/// # Errors
/// `Conflict` if there is no room.
pub(super) fn let_in(tx: &mut Work<'_>, group: &Group, mut one: Membership) -> Result<()> {
    room(tx, group, one.account)?;
    let member = members::by_account(tx, one.account)?;
    if member.is_none_or(|member| member.role == Role::Guest) {
        one.role = GroupRole::Guest;
    }
    one.state = MemberState::Member;
    one.note = String::new();
    one.joined_at = Some(tx.now());
    rows::update_member(tx, &one)?;
    changed(tx, group.id, one.account)
}

/// What somebody is to a group has changed.
pub(super) fn changed(tx: &mut Work<'_>, group: GroupId, account: AccountId) -> Result<()> {
    tx.tell(Event::RelationshipChanged {
        account,
        target: group.account(),
    })
}

/// Somebody is in a group no longer, asks no longer, or does not want what they were invited to. With its last member a group
/// ends. Who is nothing to it may leave as well.
///
/// # Errors
/// `NotFound`; `Invalid` for the last owner, while others are in it.
pub async fn leave(ctx: &Ctx, actor: AccountId, id: GroupId) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        let Some(known) = rows::membership(tx, id, actor)? else {
            return Ok(());
        };
        let last = known.member().is_some() && scene.group.members <= 1;
        if !last
            && known.member() == Some(GroupRole::Owner)
            && rows::count_role(tx, id, GroupRole::Owner)? <= 1
        {
            return Err(DomainError::invalid("the last owner names another first"));
        }
        rows::remove_member(tx, id, actor)?;
        if last {
            finish(tx, id)?;
        }
        changed(tx, id, actor)
    })
    .await
}
