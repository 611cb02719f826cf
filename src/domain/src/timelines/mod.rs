//! Timelines: lists of post ids the viewer may see, newest first, by keyset.

mod home;
mod read;
mod spread;

pub(crate) use home::Homes;
pub use home::{HomePage, home};
pub use read::{Timeline, TimelinePage, read, showing, shown_in_lists};
pub use spread::spread_waiting;
pub(crate) use spread::{Spread, spread};

use crate::posts::{Viewer, store_viewer};
use crate::{Ctx, Result};
use entrenous_model::{AccountId, Page, PostId};
use entrenous_store::{
    feed,
    timelines::{self as rows, From, Marks},
};

/// Longest page.
const MOST: i64 = 80;

/// Which posts of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the parameters of the Mastodon API are a list of flags"
)]
pub struct AccountFilter {
    /// Without replies to others.
    pub exclude_replies: bool,
    /// Without boosts.
    pub exclude_boosts: bool,
    /// Only with files.
    pub only_media: bool,
    /// Only pinned ones.
    pub pinned: bool,
}

fn from(local_only: bool, remote_only: bool) -> Option<From> {
    match (local_only, remote_only) {
        (false, false) => Some(From::All),
        (true, false) => Some(From::Here),
        (false, true) => Some(From::Peers),
        (true, true) => None,
    }
}

/// Public posts of this node (`local_only`) or of this node and its peers ("known"; `remote_only` for peers alone),
/// without blocked and muted people.
///
/// # Errors
/// Only the store's.
pub async fn network(
    ctx: &Ctx,
    viewer: AccountId,
    local_only: bool,
    remote_only: bool,
    page: Page,
) -> Result<Vec<PostId>> {
    let Some(from) = from(local_only, remote_only) else {
        return Ok(Vec::new());
    };
    let (page, now) = (page.at_most(MOST), ctx.now());
    Ok(ctx
        .store()
        .read(move |conn| rows::network(conn, viewer, from, &page, now))
        .await?)
}

/// As [`network`], only posts with files.
///
/// # Errors
/// Only the store's.
pub async fn network_media(
    ctx: &Ctx,
    viewer: AccountId,
    local_only: bool,
    remote_only: bool,
    page: Page,
) -> Result<Vec<PostId>> {
    let Some(from) = from(local_only, remote_only) else {
        return Ok(Vec::new());
    };
    let (page, now) = (page.at_most(MOST), ctx.now());
    Ok(ctx
        .store()
        .read(move |conn| rows::network_media(conn, viewer, from, &page, now))
        .await?)
}

/// Public posts with a hashtag (any case).
///
/// # Errors
/// Only the store's.
pub async fn tag(
    ctx: &Ctx,
    viewer: AccountId,
    tag: &str,
    local_only: bool,
    page: Page,
) -> Result<Vec<PostId>> {
    let Some(tag) = crate::text::hashtag(tag) else {
        return Ok(Vec::new());
    };
    let from = if local_only { From::Here } else { From::All };
    let (page, now) = (page.at_most(MOST), ctx.now());
    Ok(ctx
        .store()
        .read(move |conn| rows::tag(conn, viewer, &tag, from, &page, now))
        .await?)
}

/// The posts of one account that the viewer may see.
///
/// # Errors
/// Only the store's.
pub async fn account(
    ctx: &Ctx,
    viewer: Viewer,
    account: AccountId,
    filter: AccountFilter,
    page: Page,
) -> Result<Vec<PostId>> {
    let Some(viewer) = store_viewer(ctx, viewer).await? else {
        return Ok(Vec::new());
    };
    let page = page.at_most(MOST);
    let without = rows::Without {
        replies: filter.exclude_replies,
        boosts: filter.exclude_boosts,
        text_alone: filter.only_media,
        unpinned: filter.pinned,
    };
    Ok(ctx
        .store()
        .read(move |conn| rows::account(conn, viewer, account, without, &page))
        .await?)
}

/// Favourites of a person: (row id for paging, post).
///
/// # Errors
/// Only the store's.
pub async fn favourites(ctx: &Ctx, owner: AccountId, page: Page) -> Result<Vec<(i64, PostId)>> {
    let page = page.at_most(MOST);
    Ok(ctx
        .store()
        .read(move |conn| rows::marked(conn, owner, Marks::Favourites, &page))
        .await?)
}

/// Bookmarks of a person: (row id for paging, post).
///
/// # Errors
/// Only the store's.
pub async fn bookmarks(ctx: &Ctx, owner: AccountId, page: Page) -> Result<Vec<(i64, PostId)>> {
    let page = page.at_most(MOST);
    Ok(ctx
        .store()
        .read(move |conn| rows::marked(conn, owner, Marks::Bookmarks, &page))
        .await?)
}

/// Which of `owners` have the post in their home timeline (for streams).
///
/// # Errors
/// Only the store's.
pub async fn home_owners(ctx: &Ctx, post: PostId, owners: Vec<AccountId>) -> Result<Vec<AccountId>> {
    let now = ctx.now();
    let owners: Vec<i64> = owners.into_iter().map(AccountId::get).collect();
    Ok(ctx
        .store()
        .read(move |conn| feed::owners(conn, post, &owners, now))
        .await?)
}
