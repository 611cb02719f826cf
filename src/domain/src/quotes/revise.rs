//! What an edit says of a post's quote, and of who may quote it.

use super::{Quoting, Stamp, aim, put};
use crate::posts::gate::Rights;
use crate::work::Work;
use crate::{Result, quotes};
use entrenous_model::{Event, Post, Quote, QuotePolicy, QuoteState};
use entrenous_store::{person::Person, posts as rows};

/// Takes over what the new version of a post says of its quote (a peer's only: here an edit leaves it) and of who may quote
/// it. Answers whether something changed.
///
/// # Errors
/// Those of [`aim`], and the store's.
pub(crate) fn revise(
    tx: &mut Work<'_>,
    rights: Rights,
    author: &Person,
    post: &Post,
    quoting: Option<&Quoting>,
    policy: Option<QuotePolicy>,
) -> Result<bool> {
    let mut changed = false;
    if let Some(policy) = policy.filter(|policy| *policy != post.quote_policy) {
        rows::set_quote_policy(tx, post.id, policy)?;
        changed = true;
    }
    if !post.is_local() && (post.quote.is_some() || quoting.is_some()) {
        // What is answered to it at this very moment is not overwritten.
        let locked = rows::locked(tx, post.id)?;
        let post = locked.as_ref().unwrap_or(post);
        let after = after(tx, rights, author, post, quoting)?;
        if after != post.quote {
            match &after {
                Some(quote) => put(tx, post, quote)?,
                None => {
                    quotes::count(tx, post, post.quote.as_ref(), None)?;
                    rows::set_quote(tx, post.id, None)?;
                    tx.tell(Event::QuoteChanged { post: post.id })?;
                }
            }
            return Ok(true);
        }
    }
    if changed {
        tx.tell(Event::QuoteChanged { post: post.id })?;
    }
    Ok(changed)
}

/// What a peer's post quotes in its new version. What a person of this node took back stays so, also if the post quotes
/// nothing meanwhile, or something else: it would be new to who answers requests, and let once more.
fn after(
    tx: &mut Work<'_>,
    rights: Rights,
    author: &Person,
    post: &Post,
    quoting: Option<&Quoting>,
) -> Result<Option<Quote>> {
    if let Some(known) = &post.quote
        && known.state == QuoteState::Revoked
        && of_ours(tx, known)?
    {
        return Ok(post.quote.clone());
    }
    let aimed = aim(tx, rights, author, quoting, (post.visibility, None), &[])?;
    let Some(fresh) = aimed.bare().cloned() else {
        return Ok(None);
    };
    let Some(known) = post.quote.clone().filter(|known| known.uri == fresh.uri) else {
        return Ok(Some(fresh));
    };
    let linked = Quote {
        post: known.post.or(fresh.post),
        ..known.clone()
    };
    // Of our posts, we know what we have said.
    if aimed.post().is_some_and(Post::is_local) {
        return Ok(Some(linked));
    }
    let stamp = match quoting {
        Some(Quoting::Uri { stamp, .. }) => stamp,
        _ => &Stamp::None,
    };
    Ok(Some(match (known.state, stamp) {
        // They name the leave no more: it was taken back.
        (QuoteState::Accepted, Stamp::None) if known.stamp.is_some() => Quote {
            state: QuoteState::Revoked,
            stamp: None,
            ..linked
        },
        (_, Stamp::Seen(_)) if fresh.post.is_some() => fresh,
        _ if fresh.is_accepted() => fresh,
        _ => linked,
    }))
}

/// Whether a post of this node is quoted.
fn of_ours(tx: &mut Work<'_>, quote: &Quote) -> Result<bool> {
    let quoted = match quote.post {
        Some(id) => rows::get(tx, id)?,
        None => None,
    };
    Ok(quoted.is_some_and(|quoted| quoted.is_local()))
}
