//! Removing people from groups, and keeping them out.

use super::{NOTE, Scene, bounded, join::changed, roles::above};
use crate::work;
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, GroupId, GroupRole};
use entrenous_store::groups::{self as rows, Ban};
use entrenous_store::person;

/// Removes people from a group, all of them or none: from the commit on they see nothing of it, but what they wrote themselves.
/// They may ask again. Who is not in it is no error.
///
/// # Errors
/// `NotFound`; `Forbidden` unless `actor` moderates it and stands above them; `Invalid` for oneself.
pub async fn remove(ctx: &Ctx, actor: AccountId, id: GroupId, people: Vec<AccountId>) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Moderator)?;
        for target in &people {
            let known = rows::membership(tx, id, *target)?;
            above(&scene, actor, *target, known.as_ref())?;
            if known.is_some() {
                rows::remove_member(tx, id, *target)?;
                changed(tx, id, *target)?;
            }
        }
        Ok(())
    })
    .await
}

/// Removes people of this node, and keeps them out until they are let in again; they need not have been in it. All of them or
/// none. `reason` is for those who moderate.
///
/// # Errors
/// `NotFound`, also for somebody who is not there; `Forbidden` and `Invalid` as [`remove`]; `Invalid` for a reason of more than 500
/// characters.
pub async fn ban(
    ctx: &Ctx,
    actor: AccountId,
    id: GroupId,
    people: Vec<AccountId>,
    reason: &str,
) -> Result<()> {
    let reason = bounded(reason, NOTE, "Reason")?;
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Moderator)?;
        for target in &people {
            let known = rows::membership(tx, id, *target)?;
            above(&scene, actor, *target, known.as_ref())?;
            if !person::get(tx, *target)?.is_some_and(|person| person.is_local()) {
                return Err(DomainError::NotFound);
            }
            if known.is_some() {
                rows::remove_member(tx, id, *target)?;
            }
            let ban = Ban {
                account: *target,
                by: Some(actor),
                reason: reason.clone(),
                created_at: tx.now(),
            };
            rows::ban(tx, id, &ban)?;
            changed(tx, id, *target)?;
        }
        Ok(())
    })
    .await
}

/// Lets people join again. Who was not banned is no error.
///
/// # Errors
/// `NotFound`; `Forbidden` unless `actor` moderates the group.
pub async fn unban(ctx: &Ctx, actor: AccountId, id: GroupId, people: Vec<AccountId>) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Moderator)?;
        for target in &people {
            if rows::unban(tx, id, *target)? {
                changed(tx, id, *target)?;
            }
        }
        Ok(())
    })
    .await
}
