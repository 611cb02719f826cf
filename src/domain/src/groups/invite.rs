//! Inviting, and letting in who asks.

use super::{
    Scene, Someone, forbidden,
    join::{changed, let_in},
    look::may_invite,
    people::with_people,
};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result};
use chrono::TimeDelta;
use entrenous_model::{AccountId, GroupId, GroupRole, MemberState, Membership, Page};
use entrenous_store::{blocks, groups as rows, person};

/// People who are invited at once.
const AT_ONCE: usize = 20;
/// Invitations of a group that wait for an answer.
const OPEN: i64 = 500;
/// Invitations of one person in an hour.
const BY_PERSON: i64 = 100;
/// When who has invited too many may go on, in seconds.
const WAIT: u64 = 600;

/// Invites people of this node, whatever the kind of the group. Who was invited already stays so, who is in it stays in it, and
/// who has asked to be let in is.
///
/// # Errors
/// `NotFound` for a group or a person that is not there for `actor`; `Forbidden` unless they may invite; `Invalid` for more than
/// 20 at once, and for somebody who is banned; `Conflict` when there is no room; `TooMany` after a hundred in an hour.
pub async fn invite(ctx: &Ctx, actor: AccountId, id: GroupId, people: Vec<AccountId>) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        if !may_invite(&scene.group, scene.role) {
            return Err(forbidden());
        }
        if people.len() > AT_ONCE {
            return Err(DomainError::Invalid(format!("at most {AT_ONCE} people at once")));
        }
        let hour = tx.now() - TimeDelta::hours(1);
        let invited = rows::invited_since(tx, actor, hour)?;
        let more = i64::try_from(people.len()).unwrap_or(i64::MAX);
        if invited.saturating_add(more) > BY_PERSON {
            return Err(DomainError::TooMany(WAIT));
        }
        for target in &people {
            one(tx, &scene, actor, *target)?;
        }
        if rows::count(tx, id, MemberState::Invited)? > OPEN {
            return Err(DomainError::Conflict(
                "too many invitations of this group wait for an answer".to_owned(),
            ));
        }
        Ok(())
    })
    .await
}

fn one(tx: &mut Work<'_>, scene: &Scene, actor: AccountId, target: AccountId) -> Result<()> {
    let group = scene.group.id;
    let there = person::get(tx, target)?.is_some_and(|person| person.active && person.is_local());
    if !there || blocks::between(tx, actor, target)? {
        return Err(DomainError::NotFound);
    }
    if rows::is_banned(tx, group, target)? {
        return Err(DomainError::invalid("they are banned from this group"));
    }
    match rows::membership(tx, group, target)? {
        Some(known) if known.state == MemberState::Requested => {
            let invited = Membership {
                invited_by: Some(actor),
                ..known
            };
            let_in(tx, &scene.group, invited)
        }
        Some(_) => Ok(()),
        None => {
            let now = tx.now();
            let invited = Membership {
                id: tx.next_id(),
                group,
                account: target,
                role: GroupRole::Member,
                state: MemberState::Invited,
                note: String::new(),
                invited_by: Some(actor),
                created_at: now,
                joined_at: None,
            };
            rows::insert_member(tx, &invited)?;
            changed(tx, group, target)
        }
    }
}

/// Takes invitations back: one's own, or, for moderators, any. Who was not invited is no error.
///
/// # Errors
/// `NotFound`; `Forbidden` for an invitation of somebody else.
pub async fn uninvite(ctx: &Ctx, actor: AccountId, id: GroupId, people: Vec<AccountId>) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Guest)?;
        for target in &people {
            let known = rows::membership(tx, id, *target)?;
            let Some(known) = known.filter(|known| known.state == MemberState::Invited) else {
                continue;
            };
            if known.invited_by != Some(actor) {
                scene.at_least(GroupRole::Moderator)?;
            }
            rows::remove_member(tx, id, *target)?;
            changed(tx, id, *target)?;
        }
        Ok(())
    })
    .await
}

/// Who is invited and has not answered, newest first.
///
/// # Errors
/// `NotFound`; `Forbidden` unless `actor` may invite.
pub async fn invitations(ctx: &Ctx, actor: AccountId, id: GroupId, page: Page) -> Result<Vec<Someone>> {
    with_people(ctx, actor, id, MemberState::Invited, &[], page, may_invite).await
}

/// Who asks to be let in, newest first.
///
/// # Errors
/// `NotFound`; `Forbidden` unless `actor` moderates.
pub async fn requests(ctx: &Ctx, actor: AccountId, id: GroupId, page: Page) -> Result<Vec<Someone>> {
    with_people(ctx, actor, id, MemberState::Requested, &[], page, |_, role| {
        role >= Some(GroupRole::Moderator)
    })
    .await
}

/// Lets somebody in who asks, or does not. Of two answers the second has no effect.
///
/// # Errors
/// `NotFound`, also for somebody who has not asked; `Forbidden` unless `actor` moderates; `Conflict` when there is no room.
pub async fn answer(ctx: &Ctx, actor: AccountId, id: GroupId, asks: AccountId, yes: bool) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Moderator)?;
        match rows::membership(tx, id, asks)? {
            Some(known) if known.state == MemberState::Requested && yes => let_in(tx, &scene.group, known),
            Some(known) if known.state == MemberState::Requested => {
                rows::remove_member(tx, id, asks)?;
                changed(tx, id, asks)
            }
            // Another moderator was faster.
            Some(known) if known.state == MemberState::Member => Ok(()),
            _ => Err(DomainError::NotFound),
        }
    })
    .await
}
