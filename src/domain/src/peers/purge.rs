//! Removing or hiding what revoked peers gave, piece by piece, so that nobody waits for it. What an earlier process has
//! left is gone on with.

use crate::{Ctx, Result, audit, work};
use entrenous_model::{AtEnd, Event, PeerId};
use entrenous_store::purges::{self, Step};

/// Does the next piece. `false` if nothing waits.
///
/// # Errors
/// The store's, and the file store's.
pub async fn purge_piece(ctx: &Ctx) -> Result<bool> {
    let piece = work::write(ctx, |tx| {
        let now = tx.now();
        let piece = purges::next_piece(tx, now)?;
        match piece.as_ref().map(|piece| &piece.step) {
            Some(Step::Posts { gone, counted }) => {
                for (post, account) in gone {
                    let (post, account) = (*post, *account);
                    tx.announce(Event::PostDeleted { post, account });
                }
                for post in counted {
                    tx.announce(Event::PostCounted { post: *post });
                }
            }
            Some(Step::Marks { counted, polls }) => {
                for post in counted {
                    tx.announce(Event::PostCounted { post: *post });
                }
                for post in polls {
                    crate::polls::recounted(tx, *post)?;
                }
            }
            Some(Step::People(people)) => {
                for account in people {
                    tx.announce(Event::AccountUpdated { account: *account });
                }
            }
            Some(Step::Through) | None => {}
        }
        Ok(piece)
    })
    .await?;
    match piece {
        None => Ok(false),
        Some(piece) => {
            if piece.step == Step::Through {
                crate::attachments::sweep(ctx).await?;
                if piece.how == AtEnd::Purge {
                    crate::custom_emoji::forget_peer(ctx, piece.peer).await?;
                }
                through(ctx, piece.peer).await?;
            }
            Ok(true)
        }
    }
}

async fn through(ctx: &Ctx, id: PeerId) -> Result<()> {
    work::write(ctx, move |tx| {
        let peer = super::life::load(tx, id)?;
        let now = tx.now();
        if !purges::finish(tx, id, now)? {
            return Ok(());
        }
        if let Some(purge) = purges::of_peer(tx, id)? {
            let detail = format!(
                "{}, {}",
                peer.name,
                super::tally_in_words(purge.how, &purge.tally)
            );
            audit::of_peer(tx, "node", "peer.purged", &peer, &detail)?;
        }
        tx.emit(Event::PeerChanged { peer: id })?;
        Ok(())
    })
    .await
}
