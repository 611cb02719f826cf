//! A person of this node reports somebody.

use super::{BY_PERSON, COMMENT, Case, HOUR, POSTS, TO_PEER, WAIT, line, rules_of};
use crate::outbox;
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, accounts, audit};
use entrenous_model::{
    Account, AccountId, OutboundActivity, Peer, PeerId, Post, PostId, Report, ReportCategory,
};
use entrenous_store::{members, peers, posts, reports as rows, visible::Viewer as Seen};

/// What is to be reported.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Who is reported.
    pub target: AccountId,
    /// Posts of theirs, at most 100.
    pub posts: Vec<PostId>,
    /// What is wrong, plain text of at most 1,000 characters.
    pub comment: String,
    /// What is wrong, in a word; a report that names house rules is always of [`ReportCategory::Violation`].
    pub category: Option<ReportCategory>,
    /// Ids of house rules.
    pub rules: Vec<String>,
    /// Whether the node of the one who is reported is to be told.
    pub forward: bool,
}

/// Reports somebody, with posts of theirs that `reporter` may see. Their node is told if that is wanted, and if the contract
/// with it lets it: it learns what was said of which posts, and not who said it. The same said twice is one report while it is
/// open. Answers the report with its posts.
///
/// # Errors
/// `NotFound` for an unknown account, and for a post that is not theirs or that `reporter` may not see; `Invalid` for oneself,
/// beyond the bounds, and for rules that there are not; `TooMany` after 30 in an hour.
pub async fn make(ctx: &Ctx, reporter: AccountId, wish: Wish) -> Result<(Report, Vec<PostId>)> {
    if wish.comment.trim().chars().count() > COMMENT {
        return Err(DomainError::invalid(format!(
            "Comment is too long (maximum is {COMMENT} characters)"
        )));
    }
    let mut named: Vec<PostId> = Vec::new();
    for id in wish.posts {
        if !named.contains(&id) {
            named.push(id);
        }
        if named.len() > POSTS {
            return Err(DomainError::invalid(format!(
                "a report is about at most {POSTS} posts"
            )));
        }
    }
    let rules = rules_of(ctx, &wish.rules)?;
    let category = if rules.is_empty() {
        wish.category.unwrap_or(ReportCategory::Other)
    } else {
        ReportCategory::Violation
    };
    let target = accounts::get(ctx, wish.target)
        .await?
        .ok_or(DomainError::NotFound)?;
    if target.id == reporter {
        return Err(DomainError::invalid("you cannot report yourself"));
    }
    let (comment, forward) = (wish.comment.trim().to_owned(), wish.forward);
    work::write(ctx, move |tx| {
        // Two at once would both find room.
        members::lock(tx, reporter)?;
        let posts = chosen(tx, reporter, target.id, &named)?;
        let case = Case {
            reporter,
            peer: None,
            target: target.id,
            category,
            comment: comment.clone(),
            rules: rules.clone(),
            posts,
        };
        if let Some(known) = case.known(tx)? {
            return Ok((known, named.clone()));
        }
        let now = tx.now();
        if rows::made_since(tx, reporter, now - HOUR)? >= BY_PERSON {
            return Err(DomainError::TooMany(WAIT));
        }
        let told = match target.peer {
            Some(peer) if forward => forwarded(tx, peer, &target, &case)?,
            _ => None,
        };
        let report = case.write(tx, told.is_some())?;
        line(tx, "a person", "report.made", &report)?;
        if let Some(peer) = told {
            let detail = format!("report {}", report.id);
            audit::of_peer(tx, "a person", "report.forwarded", &peer, &detail)?;
        }
        Ok((report, named.clone()))
    })
    .await
}

/// The posts that were named: all of them theirs, and to be seen.
fn chosen(tx: &mut Work<'_>, reporter: AccountId, target: AccountId, named: &[PostId]) -> Result<Vec<Post>> {
    let mut found = Vec::with_capacity(named.len());
    for id in named {
        let post = posts::get(tx, *id)?
            .filter(|post| post.account == target && post.boost_of.is_none())
            .ok_or(DomainError::NotFound)?;
        if !posts::may_see(tx, Seen::Person(reporter), post.id)? {
            return Err(DomainError::NotFound);
        }
        found.push(post);
    }
    Ok(found)
}

/// Tells their node; `None` if it is not told.
fn forwarded(tx: &mut Work<'_>, peer: PeerId, target: &Account, case: &Case) -> Result<Option<Peer>> {
    let Some(peer) = peers::locked(tx, peer)? else {
        return Ok(None);
    };
    let now = tx.now();
    if rows::forwarded_since(tx, peer.id, now - HOUR)? >= TO_PEER {
        return Ok(None);
    }
    let activity = OutboundActivity::Flag {
        target: target.uri.clone(),
        posts: case.posts.iter().map(|post| post.uri.clone()).collect(),
        content: case.comment.clone(),
    };
    let told = outbox::offer_to(tx, &peer, &target.inbox_uri, &activity)?;
    Ok(told.then_some(peer))
}
