//! Following, across nodes.

mod answer;
mod ask;
mod digest;
mod end;
mod synchronise;
mod told;

use crate::{Ctx, Result, work};
use entrenous_model::{Account, AccountId, Page};
use entrenous_store::follows::{self as rows, Side};
use std::sync::Arc;

pub use answer::{accept, reject};
pub use ask::follow;
pub(crate) use digest::Digests;
pub use digest::{FollowerDigest, MOST_COMPARED, compared, digest};
pub(crate) use end::end_between;
pub use end::unfollow;
pub use entrenous_store::follower_sets::{Follower, Place};
pub use synchronise::{Synchronised, own_followers, synchronise};
pub(crate) use told::Told;

/// How to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowOptions {
    /// Boosts appear in the home timeline.
    pub show_boosts: bool,
    /// Each post notifies.
    pub notify: bool,
}

/// Those of `people` who follow `followee`, accepted.
///
/// # Errors
/// Only the store's.
pub async fn among_followers(
    ctx: &Ctx,
    followee: AccountId,
    people: Vec<AccountId>,
) -> Result<Vec<AccountId>> {
    let people: Vec<i64> = people.into_iter().map(AccountId::get).collect();
    let found = ctx
        .store()
        .read(move |conn| rows::followers_among(conn, followee, &people));
    Ok(found.await?)
}

/// A follow by the ActivityPub id of its `Follow`: (follower, followee).
///
/// # Errors
/// Only the store's.
pub async fn by_uri(ctx: &Ctx, uri: &str) -> Result<Option<(AccountId, AccountId)>> {
    let uri = uri.to_owned();
    let found = ctx.store().read(move |conn| rows::by_uri(conn, &uri)).await?;
    Ok(found.map(|follow| (follow.follower, follow.followee)))
}

async fn list(ctx: &Ctx, side: Side, person: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    let page = page.at_most(80);
    let rows = ctx
        .store()
        .read(move |conn| rows::list(conn, side, person, &page))
        .await?;
    work::with_accounts(ctx, rows).await
}

/// Requests waiting for `followee`: (row id for paging, who asks).
///
/// # Errors
/// Only the store's.
pub async fn requests(ctx: &Ctx, followee: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    list(ctx, Side::Requests, followee, page).await
}

/// Followers of an account: (row id for paging, account).
///
/// # Errors
/// Only the store's.
pub async fn followers(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    list(ctx, Side::Followers, account, page).await
}

/// Whom an account follows: (row id for paging, account).
///
/// # Errors
/// Only the store's.
pub async fn following(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    list(ctx, Side::Following, account, page).await
}
