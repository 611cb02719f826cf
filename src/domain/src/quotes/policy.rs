//! Who may quote a post, changed after it was published.

use super::answer::send;
use crate::posts::gate;
use crate::work;
use crate::{Ctx, DomainError, Result, Via};
use entrenous_model::{AccountId, Event, PostId, QuoteChoice, QuotePolicy};
use entrenous_store::posts as rows;

/// Sets who may quote a post of one's own from now on; quotes that were let stay. Posts that are not for the network are
/// quoted by nobody else, whatever is chosen.
///
/// # Errors
/// `NotFound` unless it is theirs.
pub async fn set_policy(ctx: &Ctx, owner: AccountId, id: PostId, choice: QuoteChoice) -> Result<()> {
    work::write(ctx, move |tx| {
        gate::actor(tx, &Via::Local, owner)?;
        let post = rows::get(tx, id)?
            .filter(|post| post.account == owner && post.deleted_at.is_none() && post.boost_of.is_none())
            .ok_or(DomainError::NotFound)?;
        let policy = if post.visibility.is_network() {
            QuotePolicy::from(choice)
        } else {
            QuotePolicy::default()
        };
        if policy == post.quote_policy {
            return Ok(());
        }
        rows::set_quote_policy(tx, post.id, policy)?;
        tx.tell(Event::QuoteChanged { post: post.id })?;
        send(tx, &post)
    })
    .await
}
