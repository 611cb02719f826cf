//! Private notes of people about others.

use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::AccountId;
use std::collections::HashMap;

/// Longest note, in characters.
const LONGEST: usize = 2_000;

/// The notes of a person about some of `targets`; those without one are left out.
///
/// # Errors
/// Only the store's.
pub async fn of(
    ctx: &Ctx,
    account: AccountId,
    targets: Vec<AccountId>,
) -> Result<HashMap<AccountId, String>> {
    let notes = ctx
        .store()
        .read(move |conn| entrenous_store::notes::of(conn, account, &targets))
        .await?;
    Ok(notes.into_iter().collect())
}

/// Sets the note of a person about another; an empty one removes it.
///
/// # Errors
/// `NotFound`, `Invalid` if it is longer than 2,000 characters.
pub async fn set(ctx: &Ctx, account: AccountId, target: AccountId, note: &str) -> Result<()> {
    if note.chars().count() > LONGEST {
        return Err(DomainError::invalid("a note has at most 2,000 characters"));
    }
    if accounts::get(ctx, target).await?.is_none() {
        return Err(DomainError::NotFound);
    }
    let note = note.trim().to_owned();
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            entrenous_store::notes::set(tx, account, target, &note, now).map_err(DomainError::from)
        })
        .await
}
