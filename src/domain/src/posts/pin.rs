//! Posts on top of their author's profile.

use super::gate;
use crate::{
    Ctx, DomainError, Result, Via,
    outbox::{self, Audience},
    work,
};
use entrenous_model::{AccountId, Event, OutboundActivity, Post, PostId, Visibility};
use entrenous_store::posts as rows;

/// Most posts that one person pins; of what a peer's people pin beyond it, nothing is kept.
pub const MOST_PINNED: i64 = 5;

/// Puts a post of one's own on top of the profile. Twice is once. It goes to the nodes that have the post.
///
/// # Errors
/// `NotFound` for a post the person may not see; `Invalid` for a post of someone else, a boost, a post that is not for the
/// author's followers, and beyond [`MOST_PINNED`].
pub async fn pin(ctx: &Ctx, via: Via, account: AccountId, id: PostId) -> Result<()> {
    set(ctx, via, account, id, true).await
}

/// Takes it down again. One that was not pinned is no error.
///
/// # Errors
/// `NotFound` for a post the person may not see; `Invalid` for a post of someone else.
pub async fn unpin(ctx: &Ctx, via: Via, account: AccountId, id: PostId) -> Result<()> {
    set(ctx, via, account, id, false).await
}

async fn set(ctx: &Ctx, via: Via, account: AccountId, id: PostId, on: bool) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let post = rows::get(tx, id)?.ok_or(DomainError::NotFound)?;
        if !gate::may_see(tx, rights, &person, &post)? {
            return Err(DomainError::NotFound);
        }
        if post.account != account {
            return Err(DomainError::invalid("Someone else's post cannot be pinned"));
        }
        if post.pinned_at.is_some() == on {
            return Ok(());
        }
        if on {
            may_be_pinned(&post)?;
            if rows::pinned_count(tx, account)? >= MOST_PINNED {
                return Err(DomainError::invalid(
                    "You have already pinned the maximum number of posts",
                ));
            }
        }
        let at = on.then(|| tx.now());
        rows::pin(tx, post.id, at)?;
        tx.tell(Event::PostCounted { post: post.id })?;
        if person.is_local() {
            let object = post.uri.clone();
            let activity = if on {
                OutboundActivity::Pin { object }
            } else {
                OutboundActivity::Unpin { object }
            };
            let reached = Audience::Reached {
                post: post.id,
                also: Vec::new(),
            };
            outbox::queue(tx, account, Some(post.id), &activity, &reached)?;
        }
        Ok(())
    })
    .await
}

fn may_be_pinned(post: &Post) -> Result<()> {
    if post.boost_of.is_some() {
        return Err(DomainError::invalid("A boost cannot be pinned"));
    }
    if post.visibility == Visibility::Direct {
        return Err(DomainError::invalid(
            "Posts that are only visible to mentioned users cannot be pinned",
        ));
    }
    if post.visibility == Visibility::Group {
        return Err(DomainError::invalid(
            "A group's post cannot be pinned to a profile",
        ));
    }
    Ok(())
}
