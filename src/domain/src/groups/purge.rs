//! The end of a group.

use super::{Scene, forbidden};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, audit, posts};
use entrenous_model::{AccountId, Event, GroupId, GroupRole, GroupState};
use entrenous_store::{accounts, groups as rows, members, posts as post_rows};

/// Posts that are removed in one transaction.
const PIECE: i64 = 50;

/// Ends a group: nobody sees it or anything in it from now on, and what was said there is removed soon. For its owners, and for
/// administrators of the node, who need not be in it.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn end(ctx: &Ctx, actor: AccountId, id: GroupId) -> Result<()> {
    work::write(ctx, move |tx| {
        let administers = members::by_account(tx, actor)?
            .is_some_and(|member| member.disabled_at.is_none() && member.role.administers());
        match Scene::of(tx, actor, id) {
            Ok(scene) if scene.role == Some(GroupRole::Owner) => {}
            Ok(_) | Err(DomainError::NotFound) if administers => by_administrator(tx, actor, id)?,
            Ok(_) => return Err(forbidden()),
            Err(error) => return Err(error),
        }
        finish(tx, id)
    })
    .await
}

/// An administrator ends a group that is not theirs; the audit trail names it if it is no secret.
fn by_administrator(tx: &mut Work<'_>, actor: AccountId, id: GroupId) -> Result<()> {
    let group = rows::get(tx, id)?
        .filter(|group| group.state == GroupState::Active)
        .ok_or(DomainError::NotFound)?;
    let actor = accounts::by_id(tx, actor)?.ok_or(DomainError::NotFound)?;
    let detail = if group.kind.is_listed() {
        format!("group {id}")
    } else {
        "a secret group".to_owned()
    };
    audit::write(tx, &actor.username, "group.ended", None, None, &detail)?;
    Ok(())
}

/// A group is none any more.
pub(super) fn finish(tx: &mut Work<'_>, id: GroupId) -> Result<()> {
    rows::end(tx, id)?;
    let now = tx.now();
    accounts::set_disabled(tx, id.account(), now)?;
    tx.tell(Event::AccountUpdated {
        account: id.account(),
    })
}

/// Removes some of the posts of a group that has ended. False if there are none.
///
/// # Errors
/// Only the store's.
pub async fn purge_piece(ctx: &Ctx) -> Result<bool> {
    let gone = work::write(ctx, |tx| {
        let Some(group) = rows::ended_with_posts(tx)? else {
            return Ok(None);
        };
        let ids = rows::posts_of(tx, group, PIECE)?;
        let mut bytes_gone = false;
        for id in &ids {
            if let Some(post) = post_rows::get(tx, *id)?.filter(|post| post.deleted_at.is_none()) {
                bytes_gone |= posts::end(tx, &post)?;
            }
        }
        rows::forget_posts(tx, &ids)?;
        Ok(Some(bytes_gone))
    })
    .await?;
    let Some(bytes_gone) = gone else {
        return Ok(false);
    };
    posts::swept(ctx, bytes_gone).await;
    Ok(true)
}
