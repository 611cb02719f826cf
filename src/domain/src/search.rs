//! Search of people, posts and hashtags that the viewer may see.

use crate::{Ctx, DomainError, Result, accounts as people, posts as all_posts};
use entrenous_model::{Account, AccountId, PostId};
use entrenous_store::{
    posts as post_rows,
    search::{self as rows, AccountQuery, PostQuery},
    visible::Viewer as Seen,
};
use std::sync::Arc;

/// Longest query, in characters; what is longer is cut.
const LONGEST: usize = 200;
/// Words of a query.
const WORDS: usize = 10;

fn cut(query: &str) -> String {
    query
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}

fn is_url(query: &str) -> bool {
    (query.starts_with("https://") || query.starts_with("http://")) && !query.contains(char::is_whitespace)
}

/// A peer that does not answer is no error but no result.
fn or_nothing<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(found),
        Err(error @ (DomainError::Store(_) | DomainError::Internal(_))) => Err(error),
        Err(error) => {
            tracing::debug!(%error, "a lookup found nothing");
            Ok(None)
        }
    }
}

/// People by handle prefix or part of the display name, those followed first. With `resolve`, `@name@authority` and URLs
/// of trusted peers are looked up there. Limit 1 to 80.
///
/// # Errors
/// Only the store's; a peer that does not answer is no error but no result.
pub async fn accounts(
    ctx: &Ctx,
    viewer: AccountId,
    query: &str,
    resolve: bool,
    following_only: bool,
    offset: i64,
    limit: i64,
) -> Result<Vec<Arc<Account>>> {
    let query = cut(query);
    if is_url(&query) {
        if offset > 0 || following_only {
            return Ok(Vec::new());
        }
        let found = match people::known_by_uri(ctx, &query).await? {
            Some(account) => people::get(ctx, account.id).await?,
            None if resolve => match or_nothing(remote_account_by_uri(ctx, &query).await)? {
                Some(id) => people::get(ctx, id).await?,
                None => None,
            },
            None => None,
        };
        return Ok(found.into_iter().collect());
    }
    let handle = query.strip_prefix('@').unwrap_or(&query).to_lowercase();
    let (name, authority) = match handle.split_once('@') {
        Some((name, authority)) => (name.to_owned(), Some(authority.to_owned())),
        None => (handle.clone(), None),
    };
    if name.is_empty() {
        return Ok(Vec::new());
    }
    // Exactly this person first.
    let mut first = None;
    if let Some(authority) = authority.as_deref().filter(|authority| !authority.is_empty())
        && offset == 0
        && !following_only
    {
        first = people::known_by_handle(ctx, &handle).await?;
        if first.is_none() && resolve && authority != ctx.origin().authority() {
            first = match or_nothing(remote_account(ctx, &name, authority).await)? {
                Some(id) => people::get(ctx, id).await?,
                None => None,
            };
        }
    }
    let ids = ctx.store().read(move |conn| {
        let query = AccountQuery {
            text: &name,
            authority: authority.as_deref(),
            following_only,
            offset,
            limit,
        };
        rows::accounts(conn, viewer, &query)
    });
    let mut found = people::get_many(ctx, ids.await?).await?;
    if let Some(first) = first {
        found.retain(|account| account.id != first.id);
        found.insert(0, first);
        found.truncate(usize::try_from(limit.clamp(1, 80)).unwrap_or(80));
    }
    Ok(found)
}

async fn remote_account(ctx: &Ctx, name: &str, authority: &str) -> Result<Option<AccountId>> {
    ctx.lookup()?.account_by_handle(name, authority).await
}

async fn remote_account_by_uri(ctx: &Ctx, uri: &str) -> Result<Option<AccountId>> {
    ctx.lookup()?.account_by_uri(uri).await
}

async fn remote_post(ctx: &Ctx, uri: &str) -> Result<Option<PostId>> {
    ctx.lookup()?.post_by_uri(uri).await
}

/// Posts whose text holds all words of the query (any case) and that the viewer may see, newest first; with `resolve`,
/// a URL of a post on a trusted peer is looked up there.
///
/// # Errors
/// As [`accounts`].
#[expect(
    clippy::too_many_arguments,
    reason = "the parameters of the Mastodon API's search"
)]
pub async fn posts(
    ctx: &Ctx,
    viewer: AccountId,
    query: &str,
    resolve: bool,
    account: Option<AccountId>,
    max_id: Option<PostId>,
    offset: i64,
    limit: i64,
) -> Result<Vec<PostId>> {
    let query = query.trim();
    if is_url(query) && query.len() <= 2_000 {
        if offset > 0 {
            return Ok(Vec::new());
        }
        let id = match all_posts::known_by_uri(ctx, query).await? {
            Some(post) => Some(post.id),
            None if resolve => or_nothing(remote_post(ctx, query).await)?,
            None => None,
        };
        let Some(id) = id else { return Ok(Vec::new()) };
        let seen = ctx
            .store()
            .read(move |conn| post_rows::may_see(conn, Seen::Person(viewer), id))
            .await?;
        return Ok(if seen { vec![id] } else { Vec::new() });
    }
    let words: Vec<String> = cut(query)
        .split_whitespace()
        .take(WORDS)
        .map(str::to_owned)
        .collect();
    let now = ctx.now();
    let found = ctx.store().read(move |conn| {
        rows::posts(
            conn,
            viewer,
            &PostQuery {
                words: &words,
                account,
                max_id,
                offset,
                limit,
            },
            now,
        )
    });
    Ok(found.await?)
}

/// Hashtags that begin with the query: (tag, number of uses).
///
/// # Errors
/// Only the store's.
pub async fn tags(ctx: &Ctx, query: &str, offset: i64, limit: i64) -> Result<Vec<(String, i64)>> {
    let text = cut(query).trim_start_matches('#').to_lowercase();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Ok(Vec::new());
    }
    Ok(ctx
        .store()
        .read(move |conn| rows::tags(conn, &text, offset, limit))
        .await?)
}
