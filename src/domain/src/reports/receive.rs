//! The node of a peer reports somebody of this one.

use super::{BY_PEER, COMMENT, Case, HOUR, POSTS, WAIT, organisation};
use crate::posts::{Viewer, store_viewer};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Receipt, Result, audit, peers, text};
use entrenous_model::{AccountId, Post, ReportCategory};
use entrenous_store::{accounts, posts, reports as rows, visible::Viewer as Seen};

/// Ids that are looked at.
const NAMED: usize = 200;
/// Characters of what was said that are looked at.
const SAID: usize = 20_000;

/// What a `Flag` says.
#[derive(Debug, Clone, Default)]
pub struct Flagged {
    /// ActivityPub ids of a person of this node and of posts of theirs, in any order. Of more than 200 the rest is not
    /// looked at.
    pub named: Vec<String>,
    /// What is wrong: plain text or HTML, of which the text is kept, 1,000 characters of it.
    pub content: String,
}

/// A peer reports the first of this node's people whom it names, with those of the posts it names that are theirs and that
/// it may see. Whatever else it names is not looked up, and nobody is asked. If nobody of this node is named, it has no
/// effect. The report is the organisation's: who there complained is not said.
///
/// # Errors
/// `AlreadyReceived`; `Refused` as [`peers::claim`]; `TooMany` after 60 in an hour.
pub async fn received(ctx: &Ctx, receipt: Receipt, flagged: Flagged) -> Result<()> {
    let seen = store_viewer(ctx, Viewer::Peer(receipt.peer)).await?;
    let said: String = flagged.content.chars().take(SAID).collect();
    let comment: String = text::plain(&said).trim().chars().take(COMMENT).collect();
    let prefix = format!("{}/", ctx.origin().as_str());
    let named: Vec<String> = flagged
        .named
        .into_iter()
        .take(NAMED)
        .filter(|id| id.starts_with(&prefix))
        .collect();
    let limiter = ctx.clone();
    work::write(ctx, move |tx| {
        peers::claim(tx, &receipt)?;
        // Two at once would both find room.
        let peer = entrenous_store::peers::locked(tx, receipt.peer)?.ok_or(DomainError::NotFound)?;
        let Some((target, posts)) = meant(tx, seen, &named)? else {
            return Ok(());
        };
        let now = tx.now();
        if rows::received_since(tx, peer.id, now - HOUR)? >= BY_PEER {
            return Err(DomainError::TooMany(WAIT));
        }
        let case = Case {
            reporter: organisation(tx, &peer)?,
            peer: Some(peer.id),
            target,
            category: ReportCategory::Other,
            comment: comment.clone(),
            rules: Vec::new(),
            posts,
        };
        if case.known(tx)?.is_some() {
            return Ok(());
        }
        let report = case.write(tx, false)?;
        if audit::admits(&limiter, peer.id, "report") {
            let detail = format!("report {}", report.id);
            audit::of_peer(tx, "peer", "report.received", &peer, &detail)?;
        }
        Ok(())
    })
    .await
}

/// Whom of this node's people the ids mean, and which of their posts.
fn meant(tx: &mut Work<'_>, seen: Option<Seen>, named: &[String]) -> Result<Option<(AccountId, Vec<Post>)>> {
    let mut target: Option<AccountId> = None;
    let mut theirs: Vec<Post> = Vec::new();
    for id in named {
        if let Some(account) = accounts::by_uri(tx, id)? {
            if account.is_local()
                && !account.is_own_group()
                && account.disabled_at.is_none()
                && target.is_none()
            {
                target = Some(account.id);
            }
            continue;
        }
        let Some(seen) = seen else { continue };
        let Some(post) = posts::by_uri(tx, id)? else {
            continue;
        };
        let known = theirs.iter().any(|one| one.id == post.id);
        if post.is_local() && post.boost_of.is_none() && !known && posts::may_see(tx, seen, post.id)? {
            theirs.push(post);
        }
    }
    // A report of posts alone is about their author.
    let Some(target) = target.or_else(|| theirs.first().map(|post| post.account)) else {
        return Ok(None);
    };
    theirs.retain(|post| post.account == target);
    // Only now: posts of others, named first, must not crowd out these.
    theirs.truncate(POSTS);
    Ok(Some((target, theirs)))
}
