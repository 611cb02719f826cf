//! Somebody of a peer asks to quote a post of this node.

use super::{QuoteLeave, aim::tell, put, stamp_of};
use crate::outbox::{self, Audience};
use crate::posts::gate;
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, Via};
use entrenous_model::{AccountId, OutboundActivity, Post, PostId, Quote, QuoteAsked, QuoteState};
use entrenous_store::posts as rows;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// ActivityPub id of the request.
    pub request: String,
    /// The post to be quoted, of this node.
    pub quoted: PostId,
    /// The post that quotes, of the person who asks.
    pub post: PostId,
}

/// Answers a request to quote, as the policy of the quoted post says. The same request twice has the same answer; a quote
/// that was taken back stays so.
///
/// # Errors
/// `NotFound` if the quoted post is not there for who asks; `Refused` if the post is not theirs, or quotes something else.
pub async fn requested(ctx: &Ctx, via: Via, by: AccountId, asked: Asked) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, by)?;
        let quoted = gate::target(tx, rights, &person, asked.quoted)?;
        if !quoted.is_local() || quoted.id != asked.quoted {
            return Err(DomainError::NotFound);
        }
        let post = rows::locked(tx, asked.post)?
            .filter(|post| post.account == by && post.deleted_at.is_none())
            .ok_or(DomainError::NotFound)?;
        let Some(quote) = post.quote.clone().filter(|quote| quote.uri == quoted.uri) else {
            return Err(DomainError::Refused("quote_mismatch"));
        };
        let told = QuoteAsked {
            request: asked.request.clone(),
            object: quoted.uri.clone(),
            instrument: post.uri.clone(),
            by,
        };
        let leave = match quote.state {
            QuoteState::Accepted => QuoteLeave::Automatic,
            QuoteState::Revoked => QuoteLeave::Denied,
            QuoteState::Pending | QuoteState::Rejected => QuoteLeave::given(tx, &quoted, by)?,
        };
        let accepted = leave == QuoteLeave::Automatic;
        let stamp = stamp_of(&origin, quoted.id, post.id);
        if accepted && !quote.is_accepted() {
            let after = Quote {
                post: Some(quoted.id),
                state: QuoteState::Accepted,
                stamp: Some(stamp.clone()),
                ..quote
            };
            put(tx, &post, &after)?;
            rows::add_mention(tx, post.id, quoted.account, true)?;
            tell(tx, &quoted, &post)?;
        } else if !accepted && quote.state == QuoteState::Pending {
            let after = Quote {
                post: Some(quoted.id),
                state: QuoteState::Rejected,
                ..quote
            };
            put(tx, &post, &after)?;
        }
        let activity = if accepted {
            OutboundActivity::AcceptQuote { asked: told, stamp }
        } else {
            OutboundActivity::RejectQuote { asked: told }
        };
        answer(tx, &quoted, &post, &activity)
    })
    .await
}

/// To the node of who asked, in order with all else about the quoted post.
fn answer(tx: &mut Work<'_>, quoted: &Post, post: &Post, activity: &OutboundActivity) -> Result<()> {
    let to = Audience::People(vec![post.account]);
    outbox::queue(tx, quoted.account, Some(quoted.id), activity, &to)
}
