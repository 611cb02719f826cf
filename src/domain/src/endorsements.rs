//! People whom someone features on their profile: some of those whom they follow. Told on this node only.

use crate::{Ctx, DomainError, Result, work};
use entrenous_model::{Account, AccountId, Page};
use entrenous_store::{endorsements as rows, follows};
use std::sync::Arc;

/// People whom one person features.
pub const MOST: i64 = 100;

/// Whom a person features, newest first: (row id for paging, account).
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    let page = page.at_most(MOST);
    let rows = ctx
        .store()
        .read(move |conn| rows::of(conn, account, &page))
        .await?;
    work::with_accounts(ctx, rows).await
}

/// Features someone. Twice is once; it ends with the follow.
///
/// # Errors
/// `Invalid` unless they are followed, and for more than 100.
pub async fn endorse(ctx: &Ctx, account: AccountId, target: AccountId) -> Result<()> {
    work::write(ctx, move |tx| {
        if !follows::between(tx, account, target)?.is_some_and(|follow| follow.accepted) {
            return Err(DomainError::invalid(
                "You must be already following the person you want to endorse",
            ));
        }
        let (row, now) = (tx.next_id(), tx.now());
        rows::insert(tx, row, account, target, now)?;
        if rows::count(tx, account)? > MOST {
            return Err(DomainError::invalid("a profile features at most 100 people"));
        }
        Ok(())
    })
    .await
}

/// No longer features someone; no error if they were not.
///
/// # Errors
/// Only the store's.
pub async fn unendorse(ctx: &Ctx, account: AccountId, target: AccountId) -> Result<()> {
    work::write(ctx, move |tx| Ok(rows::remove(tx, account, target)?)).await
}
