//! Search of people, posts and hashtags that the viewer may see.

mod query;

use crate::{Ctx, DomainError, Result, accounts as people, groups, posts as all_posts, work};
use entrenous_model::{Account, AccountId, PostId, Time, first_id_at};
use entrenous_store::{
    posts as post_rows,
    search::{self as rows, AccountQuery, PostQuery, Term},
    visible::Viewer as Seen,
};
use query::Query;
use std::sync::Arc;

/// Longest name or hashtag looked for, in characters; what is longer is cut.
const LONGEST: usize = 200;
/// The same of what posts are looked for by.
const LONGEST_OF_POSTS: usize = 2_048;

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
        first = match people::known_by_handle(ctx, &handle).await? {
            None => groups::mentioned(ctx, viewer, &handle).await?,
            found => found,
        };
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
    let mut found = groups::accounts(ctx, viewer, ids.await?).await?;
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

/// What is asked of [`posts`].
#[derive(Debug, Clone, Copy, Default)]
pub struct PostSearch<'a> {
    /// What was typed: words, operators, or a URL.
    pub query: &'a str,
    /// Look a URL of a trusted peer up there.
    pub resolve: bool,
    /// Only posts of this person.
    pub account: Option<AccountId>,
    /// Only older ones.
    pub max_id: Option<PostId>,
    /// Only newer ones.
    pub min_id: Option<PostId>,
    /// Results to leave out.
    pub offset: i64,
    /// How many, 1 to 80.
    pub limit: i64,
}

/// Posts that have all words of the query, in any form, case and accents, that fulfil its operators, and that the viewer may
/// see and wants, newest first; with `resolve`, a URL of a post on a trusted peer is looked up there.
///
/// # Errors
/// As [`accounts`].
pub async fn posts(ctx: &Ctx, viewer: AccountId, asked: PostSearch<'_>) -> Result<Vec<PostId>> {
    let typed = asked.query.trim();
    if is_url(typed) && typed.len() <= 2_000 {
        return by_url(ctx, viewer, typed, &asked).await;
    }
    let typed: String = typed.chars().take(LONGEST_OF_POSTS).collect();
    let mut query = Query::read(&typed);
    if !query.from.is_empty() {
        let people = people_of(ctx, viewer, &query.from).await?;
        query.must.push(Term::From(people));
    }
    if !query.not_from.is_empty() {
        let people = people_of(ctx, viewer, &query.not_from).await?;
        query.not.push(Term::From(people));
    }
    let asks = !(query.must.is_empty() && query.not.is_empty() && !query.library)
        || query.since.is_some()
        || query.until.is_some();
    if !asks {
        return Ok(Vec::new());
    }
    if let Some(account) = asked.account {
        query.must.push(Term::From(vec![account]));
    }
    let first = |at: Time| PostId(first_id_at(at));
    let from = query
        .since
        .map(first)
        .max(asked.min_id.map(|id| PostId(id.get().saturating_add(1))));
    let below = [query.until.map(first), asked.max_id].into_iter().flatten().min();
    let PostSearch { offset, limit, .. } = asked;
    let now = ctx.now();
    let found = ctx.store().read(move |conn| {
        let query = PostQuery {
            must: &query.must,
            not: &query.not,
            library: query.library,
            below,
            from,
            offset,
            limit,
        };
        rows::posts(conn, viewer, &query, now)
    });
    Ok(found.await?)
}

async fn by_url(ctx: &Ctx, viewer: AccountId, url: &str, asked: &PostSearch<'_>) -> Result<Vec<PostId>> {
    if asked.offset > 0 {
        return Ok(Vec::new());
    }
    let id = match all_posts::known_by_uri(ctx, url).await? {
        Some(post) => Some(post.id),
        None if asked.resolve => or_nothing(remote_post(ctx, url).await)?,
        None => None,
    };
    let Some(id) = id else { return Ok(Vec::new()) };
    let seen = ctx
        .store()
        .read(move |conn| post_rows::may_see(conn, Seen::Person(viewer), id))
        .await?;
    Ok(if seen { vec![id] } else { Vec::new() })
}

/// The people of handles; whom nobody knows here is left out. `me` is the viewer.
async fn people_of(ctx: &Ctx, viewer: AccountId, handles: &[String]) -> Result<Vec<AccountId>> {
    let mut found = Vec::with_capacity(handles.len());
    for handle in handles {
        if handle == "me" {
            found.push(viewer);
        } else {
            found.extend(
                people::known_by_handle(ctx, handle)
                    .await?
                    .map(|account| account.id),
            );
        }
    }
    Ok(found)
}

/// Makes the next hundred of the posts from before there was an index found, in a transaction of their own. `false` when all
/// are; what an earlier process left is gone on with.
///
/// # Errors
/// Only the store's.
pub async fn index_piece(ctx: &Ctx) -> Result<bool> {
    work::write(ctx, |tx| Ok(rows::index_piece(tx)?)).await
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
