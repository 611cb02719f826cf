//! Who may do what in a group.

use super::{Scene, forbidden, join::changed};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, GroupId, GroupRole, Membership, Role};
use entrenous_store::{groups as rows, members};

/// Owners of one group.
const OWNERS: i64 = 5;
/// Moderators of one group.
const MODERATORS: i64 = 200;

/// Gives members another role: all of them, or none.
///
/// # Errors
/// `NotFound`, also for who is no member; `Forbidden` unless `actor` owns the group; `Invalid` for the last owner, a sixth owner, a
/// 201st moderator, and for a guest of the node, who is a guest in every group.
pub async fn set_role(
    ctx: &Ctx,
    actor: AccountId,
    id: GroupId,
    people: Vec<AccountId>,
    role: GroupRole,
) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Owner)?;
        for target in &people {
            let target = member(tx, id, *target)?;
            give(tx, &target, role)?;
        }
        bounds(tx, id)
    })
    .await
}

/// An owner hands the group over: another member owns it, and they are a member like any other.
///
/// # Errors
/// As [`set_role`]; `Invalid` for oneself.
pub async fn transfer(ctx: &Ctx, actor: AccountId, id: GroupId, to: AccountId) -> Result<()> {
    work::write(ctx, move |tx| {
        let scene = Scene::of(tx, actor, id)?;
        scene.at_least(GroupRole::Owner)?;
        if actor == to {
            return Err(DomainError::invalid("you own it already"));
        }
        let (to, from) = (member(tx, id, to)?, member(tx, id, actor)?);
        give(tx, &to, GroupRole::Owner)?;
        give(tx, &from, GroupRole::Member)?;
        bounds(tx, id)
    })
    .await
}

/// A member of a group.
fn member(tx: &mut Work<'_>, id: GroupId, account: AccountId) -> Result<Membership> {
    rows::membership(tx, id, account)?
        .filter(|one| one.member().is_some())
        .ok_or(DomainError::NotFound)
}

fn give(tx: &mut Work<'_>, one: &Membership, role: GroupRole) -> Result<()> {
    if one.role == role {
        return Ok(());
    }
    let guest = members::by_account(tx, one.account)?.is_none_or(|member| member.role == Role::Guest);
    if guest && role != GroupRole::Guest {
        return Err(DomainError::invalid(
            "a guest of this node is a guest in its groups",
        ));
    }
    let after = Membership { role, ..one.clone() };
    rows::update_member(tx, &after)?;
    changed(tx, one.group, one.account)
}

/// Asked once all have their roles: it is what comes out that counts.
fn bounds(tx: &mut Work<'_>, id: GroupId) -> Result<()> {
    let owners = rows::count_role(tx, id, GroupRole::Owner)?;
    if owners < 1 {
        return Err(DomainError::invalid("the last owner names another first"));
    }
    if owners > OWNERS {
        return Err(DomainError::Invalid(format!(
            "a group has at most {OWNERS} owners"
        )));
    }
    if rows::count_role(tx, id, GroupRole::Moderator)? > MODERATORS {
        return Err(DomainError::Invalid(format!(
            "a group has at most {MODERATORS} moderators"
        )));
    }
    Ok(())
}

/// That `actor` moderates the group, and stands above somebody in it. Who is not in it has no role.
///
/// # Errors
/// `Forbidden`; `Invalid` for oneself.
pub(super) fn above(
    scene: &Scene,
    actor: AccountId,
    target: AccountId,
    known: Option<&Membership>,
) -> Result<()> {
    let role = scene.at_least(GroupRole::Moderator)?;
    if actor == target {
        return Err(DomainError::invalid(
            "you leave a group, you do not remove yourself",
        ));
    }
    if known
        .and_then(Membership::member)
        .is_some_and(|other| other >= role)
    {
        return Err(forbidden());
    }
    Ok(())
}
