//! People whom someone could follow: colleagues, and those whom the people they follow do.

use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::{Account, AccountId};
use entrenous_store::{StoreError, suggestions as rows};
use std::collections::HashSet;
use std::sync::Arc;

/// Most at once.
const MOST: i64 = 80;

/// Somebody to follow.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Who.
    pub account: Arc<Account>,
    /// A person of this node.
    pub colleague: bool,
    /// Somebody whom the person follows follows them.
    pub friend_of_friend: bool,
}

/// Whom a person could follow, at most 80: in turns a colleague (who wrote or came last, first) and somebody whom most of
/// those follow whom they follow. Only people who want to be found.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, me: AccountId, limit: i64) -> Result<Vec<Suggestion>> {
    let (limit, now) = (limit.clamp(1, MOST), ctx.now());
    let found = ctx
        .store()
        .read(move |conn| -> std::result::Result<_, StoreError> {
            let colleagues = rows::colleagues(conn, me, limit, now)?;
            let friends = rows::friends_of_friends(conn, me, limit, now)?;
            Ok((colleagues, friends))
        });
    let (colleagues, friends) = found.await?;
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for place in 0..colleagues.len().max(friends.len()) {
        let both = [colleagues.get(place), friends.get(place)];
        order.extend(both.into_iter().flatten().filter(|id| seen.insert(**id)).copied());
    }
    order.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let friends: HashSet<AccountId> = friends.into_iter().collect();
    let people = accounts::get_many(ctx, order).await?;
    Ok(people
        .into_iter()
        .map(|account| Suggestion {
            colleague: account.is_local(),
            friend_of_friend: friends.contains(&account.id),
            account,
        })
        .collect())
}

/// Somebody is not to be suggested any more.
///
/// # Errors
/// `NotFound` for somebody who is not there.
pub async fn dismiss(ctx: &Ctx, me: AccountId, target: AccountId) -> Result<()> {
    accounts::get(ctx, target).await?.ok_or(DomainError::NotFound)?;
    ctx.store()
        .write(move |tx| -> Result<()> {
            let now = tx.now();
            Ok(rows::dismiss(tx, me, target, now)?)
        })
        .await
}
