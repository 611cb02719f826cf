//! The author of a peer's post answers a person of this node who quotes it.

use super::put;
use crate::outbox::{self, Audience};
use crate::posts::gate;
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, Via};
use entrenous_model::{AccountId, OutboundActivity, Post, PostId, Quote, QuoteState};
use entrenous_store::posts as rows;

/// A post of this node may quote one of `author`, with this stamp, which is on their origin (checked by the caller); or,
/// with `None`, may not. Those who have the post are told. What was taken back stays so, and so does the first stamp.
///
/// # Errors
/// `NotFound` unless the post quotes one of theirs.
pub async fn answered(
    ctx: &Ctx,
    via: Via,
    author: AccountId,
    post: PostId,
    stamp: Option<String>,
) -> Result<()> {
    work::write(ctx, move |tx| {
        gate::actor(tx, &via, author)?;
        let post = rows::locked(tx, post)?
            .filter(|post| post.is_local() && post.deleted_at.is_none())
            .ok_or(DomainError::NotFound)?;
        let quote = post.quote.clone().ok_or(DomainError::NotFound)?;
        let quoted = match quote.post {
            Some(id) => rows::get(tx, id)?,
            None => None,
        };
        if quoted.is_none_or(|quoted| quoted.account != author) {
            return Err(DomainError::NotFound);
        }
        let state = match (&stamp, quote.state) {
            // Let once more, with another stamp each time: all who have the post would be told each time.
            (_, QuoteState::Revoked) | (Some(_), QuoteState::Accepted) => return Ok(()),
            (Some(_), _) => QuoteState::Accepted,
            (None, QuoteState::Accepted) => QuoteState::Revoked,
            (None, _) => QuoteState::Rejected,
        };
        let after = Quote {
            state,
            stamp: stamp.clone(),
            ..quote
        };
        if post.quote.as_ref() == Some(&after) {
            return Ok(());
        }
        put(tx, &post, &after)?;
        send(tx, &post)
    })
    .await
}

/// Tells the nodes that have a post of this node what is said of its quote now.
pub(super) fn send(tx: &mut Work<'_>, post: &Post) -> Result<()> {
    let reached = Audience::Reached {
        post: post.id,
        also: Vec::new(),
    };
    let activity = OutboundActivity::UpdatePost { post: post.id };
    outbox::queue(tx, post.account, Some(post.id), &activity, &reached)
}
