//! Forgetting what has served its purpose.

use crate::{Ctx, Result};
use chrono::TimeDelta;
use entrenous_store::{StoreError, maintenance as rows};

/// Removes receipts of activities older than `receipts` (longer than any sender tries), events of more than a week,
/// idempotency keys of more than a day, expired codes and sessions, introductions that nobody has accepted, and finished deliveries that no post needs.
/// How posts were that were reported goes 30 days after the report was resolved. Files that have waited for a post for a day go too, unless one is scheduled with them. Answers how many rows went.
///
/// # Errors
/// Only the store's.
pub async fn forget_old(ctx: &Ctx, receipts: TimeDelta) -> Result<usize> {
    let removed = ctx
        .store()
        .write(move |tx| -> std::result::Result<usize, StoreError> {
            let now = tx.now();
            let mut removed = entrenous_store::received::forget(tx, now - receipts)?;
            removed += rows::forget_events(tx, now - TimeDelta::days(7))?;
            removed += rows::forget_idempotency_keys(tx, now - TimeDelta::days(1))?;
            removed += rows::forget_codes(tx, now - TimeDelta::days(1))?;
            removed += rows::forget_sessions(tx, now - TimeDelta::days(1))?;
            // Each goes with its person; one may have been made at that very moment.
            removed += entrenous_store::ledger::forget_keys_of_leavers(tx)?;
            removed += entrenous_store::introductions::forget_old(tx, now - TimeDelta::days(7))?;
            removed += rows::forget_deliveries(tx, now - crate::deliveries::PATIENCE)?;
            removed += entrenous_store::reports::forget_evidence(tx, now - crate::reports::KEPT)?;
            Ok(removed)
        })
        .await?;
    // What stood in groups that have ended; nobody has seen it since.
    while crate::groups::purge_piece(ctx).await? {}
    // One that was revoked long ago needs our former keys no more.
    crate::own_keys::end_old(ctx).await?;
    Ok(removed + crate::push::forget_old(ctx).await? + crate::attachments::expire(ctx).await?)
}
