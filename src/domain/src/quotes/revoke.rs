//! The author of a quoted post takes their leave back.

use super::{answer::send, put};
use crate::outbox::{self, Audience};
use crate::posts::gate;
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, Via};
use entrenous_model::{AccountId, OutboundActivity, Post, PostId, Quote, QuoteState};
use entrenous_store::posts as rows;

/// Quotes that are taken back when somebody is blocked.
const AT_ONCE: i64 = 500;

/// A person of this node takes a post of theirs out of one that quotes it, for everyone. A quote that waits is so
/// as well. Twice is once.
///
/// # Errors
/// `NotFound` unless `quoted` is theirs and `post` quotes it; `Invalid` for a post of their own.
pub async fn revoke(ctx: &Ctx, owner: AccountId, quoted: PostId, post: PostId) -> Result<()> {
    work::write(ctx, move |tx| {
        gate::actor(tx, &Via::Local, owner)?;
        let quoted = rows::get(tx, quoted)?
            .filter(|post| post.account == owner && post.deleted_at.is_none())
            .ok_or(DomainError::NotFound)?;
        let (post, quote) = rows::locked(tx, post)?
            .filter(|post| post.deleted_at.is_none())
            .and_then(|post| {
                let quote = post.quote.clone()?;
                (quote.post == Some(quoted.id)).then_some((post, quote))
            })
            .ok_or(DomainError::NotFound)?;
        if post.account == owner {
            return Err(DomainError::invalid(
                "Your own quote cannot be taken back: delete the post instead",
            ));
        }
        take_back(tx, &quoted, &post, quote)
    })
    .await
}

/// Somebody is blocked: what they quote of who blocks them is taken back.
pub(crate) fn part(tx: &mut Work<'_>, owner: AccountId, other: AccountId) -> Result<()> {
    for (quoted, post) in rows::quoted_between(tx, owner, other, AT_ONCE)? {
        let (Some(quoted), Some(post)) = (rows::get(tx, quoted)?, rows::locked(tx, post)?) else {
            continue;
        };
        if let Some(quote) = post.quote.clone() {
            take_back(tx, &quoted, &post, quote)?;
        }
    }
    Ok(())
}

fn take_back(tx: &mut Work<'_>, quoted: &Post, post: &Post, quote: Quote) -> Result<()> {
    if matches!(quote.state, QuoteState::Rejected | QuoteState::Revoked) {
        return Ok(());
    }
    let stamp = quote.stamp.clone();
    // Also of one that waits: the request may come later, and the policy would let what its author does not want.
    let after = Quote {
        state: QuoteState::Revoked,
        stamp: None,
        ..quote
    };
    put(tx, post, &after)?;
    if let Some(stamp) = stamp {
        let reached = Audience::Reached {
            post: quoted.id,
            also: vec![post.account],
        };
        let activity = OutboundActivity::RevokeQuote { stamp };
        outbox::queue(tx, quoted.account, Some(quoted.id), &activity, &reached)?;
    }
    if post.is_local() { send(tx, post) } else { Ok(()) }
}

/// Whether a stamp of that id is known here.
///
/// # Errors
/// Only the store's.
pub async fn stamped(ctx: &Ctx, stamp: &str) -> Result<bool> {
    let stamp = stamp.to_owned();
    let found = ctx.store().read(move |conn| rows::by_stamp(conn, &stamp));
    Ok(found.await?.is_some())
}

/// A person of a peer takes the stamp of a quote back. One that is not known here is no error.
///
/// # Errors
/// `Refused` if what is quoted is not theirs.
pub async fn revoked(ctx: &Ctx, via: Via, author: AccountId, stamp: String) -> Result<()> {
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, author)?;
        if person.is_local() {
            return Err(DomainError::Refused("author"));
        }
        let Some(post) = rows::by_stamp(tx, &stamp)? else {
            return Ok(());
        };
        // Its author may have changed it at this very moment.
        let found = rows::locked(tx, post.id)?.and_then(|post| {
            let quote = post.quote.clone()?;
            (quote.stamp.as_deref() == Some(stamp.as_str())).then_some((post, quote))
        });
        let Some((post, quote)) = found else {
            return Ok(());
        };
        let quoted = match quote.post {
            Some(id) => rows::get(tx, id)?,
            None => None,
        };
        if quoted.is_none_or(|quoted| quoted.account != author) {
            return Err(DomainError::Refused("foreign_object"));
        }
        let after = Quote {
            state: QuoteState::Revoked,
            stamp: None,
            ..quote
        };
        put(tx, &post, &after)?;
        if post.is_local() { send(tx, &post) } else { Ok(()) }
    })
    .await
}

/// The quote that a stamp of this node lets: the quoted post and the one that quotes it, if it still does.
///
/// # Errors
/// Only the store's.
pub async fn authorized(ctx: &Ctx, quoted: PostId, post: PostId) -> Result<Option<Post>> {
    let found = ctx.store().read(move |conn| rows::get(conn, post));
    Ok(found.await?.filter(|post| {
        post.deleted_at.is_none()
            && post.quote.as_ref().is_some_and(|quote| {
                quote.is_accepted() && quote.post == Some(quoted) && quote.stamp.is_some()
            })
    }))
}
