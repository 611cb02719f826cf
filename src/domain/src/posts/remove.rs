//! Removing what somebody else wrote: for those who moderate.

use super::{attachments, delete};
use crate::{Ctx, DomainError, Result, audit, reports, work};
use entrenous_model::{AccountId, Origin, PostId};
use entrenous_store::{accounts, members, peers, posts as rows, visible::Viewer as Seen};

/// Longest reason, in characters.
pub const REASON: usize = 500;

/// Removes a post of anyone, in the name of `by`, who moderates; of a boost, the post that it boosts. It goes as if its author
/// had deleted it: a tombstone stays, peers that have a post of this node are told, and a peer's post does not come back with
/// the next activity about it. Its files go at once: nobody posts them again. The reason is written to the audit trail, and
/// what reports keep of the post stays theirs.
///
/// # Errors
/// `Forbidden` if `by` does not moderate, and for a post of somebody who stands above them; `Invalid` for a reason of more
/// than 500 characters; `NotFound` if the post is not there, or if they may not see it and no report that exists for them is
/// about it.
pub async fn remove(ctx: &Ctx, by: AccountId, id: PostId, reason: &str) -> Result<()> {
    let reason = written(reason)?;
    let bytes_gone = work::write(ctx, move |tx| {
        let member = members::by_account(tx, by)?
            .filter(reports::moderates)
            .ok_or_else(|| DomainError::Forbidden("This action is not allowed".to_owned()))?;
        let actor = accounts::by_id(tx, by)?.ok_or(DomainError::NotFound)?;
        let named = rows::get(tx, id)?.ok_or(DomainError::NotFound)?;
        let post = match named.boost_of {
            Some(boosted) => rows::get(tx, boosted)?.ok_or(DomainError::NotFound)?,
            None => named,
        };
        let there = post.deleted_at.is_none()
            && (rows::may_see(tx, Seen::Person(by), post.id)? || reports::names(tx, &member, &post)?);
        if !there {
            return Err(DomainError::NotFound);
        }
        let author = members::by_account(tx, post.account)?.filter(|author| author.disabled_at.is_none());
        if author.is_some_and(|author| author.role > member.role) {
            return Err(DomainError::Forbidden(
                "A post of somebody with a higher role is removed by somebody with that role".to_owned(),
            ));
        }
        let bytes_gone = attachments::discard(tx, &post)?;
        delete::bury(tx, &post)?;
        let peer = match post.peer {
            Some(peer) => peers::by_id(tx, peer)?.map(|peer| peer.origin),
            None => None,
        };
        let detail = if reason.is_empty() {
            format!("post {}", post.id)
        } else {
            format!("post {}: {reason}", post.id)
        };
        let peer = peer.as_ref().map(Origin::as_str);
        audit::write(tx, &actor.username, "post.removed", None, peer, &detail)?;
        Ok(bytes_gone)
    })
    .await?;
    delete::swept(ctx, bytes_gone).await;
    Ok(())
}

/// A reason as it stands in the trail: one line.
fn written(reason: &str) -> Result<String> {
    let line: String = reason
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = line.trim();
    if line.chars().count() > REASON {
        return Err(DomainError::Invalid(format!(
            "a reason has at most {REASON} characters"
        )));
    }
    Ok(line.to_owned())
}
