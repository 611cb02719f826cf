//! The node's own people: adding, profile, password, role, leaving.

mod add;
mod leave;
mod login;
mod profile;

pub use add::{NewPerson, add};
pub(crate) use add::{check_username, prepare};
pub(crate) use leave::end_access;
pub use leave::{disable, disable_by};
pub(crate) use login::LoginGuard;
pub use login::{authenticate, change_password, set_password};
pub use profile::{ProfileChange, update_profile};

use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::{Account, AccountId, Member, Page};
use entrenous_store as store;
pub use entrenous_store::members::Wanted;
use std::sync::Arc;

/// All people with a login, by name, disabled ones too; `after` is the last name of the page before; limit 1 to 500.
///
/// # Errors
/// Only the store's.
pub async fn list(ctx: &Ctx, after: Option<String>, limit: i64) -> Result<Vec<(Arc<Account>, Member)>> {
    let limit = limit.clamp(1, 500);
    let ids = ctx
        .store()
        .read(move |conn| store::members::page(conn, after.as_deref(), limit))
        .await?;
    with_logins(ctx, &ids).await
}

/// People with a login, those who came last first; at most 200.
///
/// # Errors
/// Only the store's.
pub async fn newest(ctx: &Ctx, wanted: Wanted, page: Page) -> Result<Vec<(Arc<Account>, Member)>> {
    let page = page.at_most(200);
    let ids = ctx
        .store()
        .read(move |conn| store::members::newest(conn, &wanted, &page))
        .await?;
    with_logins(ctx, &ids).await
}

/// One person with a login, disabled or not.
///
/// # Errors
/// `NotFound`.
pub async fn one(ctx: &Ctx, id: AccountId) -> Result<(Arc<Account>, Member)> {
    with_logins(ctx, &[id]).await?.pop().ok_or(DomainError::NotFound)
}

async fn with_logins(ctx: &Ctx, ids: &[AccountId]) -> Result<Vec<(Arc<Account>, Member)>> {
    let known = accounts::known(ctx, ids).await?;
    Ok(ids
        .iter()
        .filter_map(|id| known.get(id))
        .filter_map(|known| Some((Arc::clone(&known.account), known.member.as_deref()?.clone())))
        .collect())
}

/// A person's login data, also of a disabled one.
///
/// # Errors
/// Only the store's.
pub async fn member(ctx: &Ctx, id: AccountId) -> Result<Option<Member>> {
    Ok(accounts::known_one(ctx, id)
        .await?
        .and_then(|known| known.member.as_deref().cloned()))
}
