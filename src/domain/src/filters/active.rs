//! What a person's filters do to posts.

use super::kept::Compiled;
use crate::posts::{self, PostView, Viewer};
use crate::{Ctx, Result};
use entrenous_model::{
    AccountId, Filter, FilterAction, FilterContext, FilterContexts, FilterKeyword, FilterStatus,
    Notification, NotificationId, PostId, Time,
};
use entrenous_store::{Conn, StoreError, filters as rows};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A filter that matches a post, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The filter.
    pub filter: Arc<Filter>,
    /// Its keywords that were found, as typed.
    pub keywords: Vec<String>,
    /// The post, or the boost of it, if it is in the filter itself.
    pub posts: Vec<PostId>,
}

/// A person's filters as they are now.
#[derive(Clone)]
pub struct Active<'a> {
    ctx: &'a Ctx,
    owner: AccountId,
    compiled: Arc<Compiled>,
    now: Time,
}

/// The filters of a person; `None` if none of them has an effect now. A look into memory for most people, most of the time.
///
/// # Errors
/// Only the store's.
pub async fn active(ctx: &Ctx, owner: AccountId) -> Result<Option<Active<'_>>> {
    let (compiled, now) = (compiled(ctx, owner).await?, ctx.now());
    Ok((!compiled.is_idle(now)).then_some(Active {
        ctx,
        owner,
        compiled,
        now,
    }))
}

/// As [`active`], if some of them hide posts in that place.
///
/// # Errors
/// Only the store's.
pub(crate) async fn hiding(
    ctx: &Ctx,
    owner: AccountId,
    context: FilterContext,
) -> Result<Option<Active<'_>>> {
    let active = active(ctx, owner).await?;
    Ok(active.filter(|active| active.compiled.hides(context, active.now)))
}

/// As [`active`] for each of many people, without those for whom it is `None`. What is not in memory is read in one turn.
///
/// # Errors
/// Only the store's.
pub async fn active_among<'a>(ctx: &'a Ctx, people: &[AccountId]) -> Result<HashMap<AccountId, Active<'a>>> {
    let (cache, now) = (ctx.caches().filters(), ctx.now());
    let mut found = HashMap::new();
    let mut missing = Vec::new();
    for owner in people {
        match cache.get(*owner) {
            Some(compiled) => {
                found.insert(*owner, compiled);
            }
            None => missing.push((*owner, cache.mark(*owner))),
        }
    }
    if !missing.is_empty() {
        let owners: Vec<i64> = missing.iter().map(|(owner, _)| owner.get()).collect();
        let read = ctx.store().read(move |conn| {
            let having = rows::owners_among(conn, &owners)?;
            let each = having.into_iter().map(|owner| Ok((owner, read(conn, owner)?)));
            each.collect::<std::result::Result<HashMap<_, _>, StoreError>>()
        });
        let mut read = read.await?;
        for (owner, mark) in missing {
            let (filters, keywords, statuses) = read.remove(&owner).unwrap_or_default();
            let compiled = Arc::new(Compiled::of(filters, keywords, statuses, now)?);
            cache.keep(owner, mark, &compiled);
            found.insert(owner, compiled);
        }
    }
    let active = found.into_iter().filter(|(_, compiled)| !compiled.is_idle(now));
    Ok(active
        .map(|(owner, compiled)| {
            let active = Active {
                ctx,
                owner,
                compiled,
                now,
            };
            (owner, active)
        })
        .collect())
}

async fn compiled(ctx: &Ctx, owner: AccountId) -> Result<Arc<Compiled>> {
    let cache = ctx.caches().filters();
    if let Some(compiled) = cache.get(owner) {
        return Ok(compiled);
    }
    let mark = cache.mark(owner);
    let (filters, keywords, statuses) = ctx.store().read(move |conn| read(conn, owner)).await?;
    let compiled = Arc::new(Compiled::of(filters, keywords, statuses, ctx.now())?);
    cache.keep(owner, mark, &compiled);
    Ok(compiled)
}

type Rows = (Vec<Filter>, Vec<FilterKeyword>, Vec<FilterStatus>);

fn read(conn: &mut Conn, owner: AccountId) -> std::result::Result<Rows, StoreError> {
    let filters = rows::of(conn, owner)?;
    if filters.is_empty() {
        return Ok((filters, Vec::new(), Vec::new()));
    }
    Ok((
        filters,
        rows::keywords(conn, owner, None)?,
        rows::statuses(conn, owner, None)?,
    ))
}

impl Active<'_> {
    /// The filters that match a post, in the order in which they were made. Of a boost, the boosted post is looked at; what
    /// a person wrote themselves is never filtered.
    #[must_use]
    pub fn matches(&self, view: &PostView) -> Vec<Match> {
        let proper = view.boosted.as_deref().unwrap_or(view);
        if proper.post.account == self.owner {
            return Vec::new();
        }
        let compiled = &self.compiled;
        let mut by: BTreeMap<usize, (Vec<String>, Vec<PostId>)> = BTreeMap::new();
        if let Some(matcher) = &compiled.matcher {
            let found = self
                .ctx
                .caches()
                .filters()
                .with_text(&proper.body, |text| matcher.found(text));
            for (place, keyword) in found.iter().filter_map(|place| compiled.keywords.get(*place)) {
                by.entry(*place).or_default().0.push(keyword.clone());
            }
        }
        for post in std::iter::once(view.post.id).chain(view.post.boost_of) {
            for place in compiled.posts.get(&post).into_iter().flatten() {
                by.entry(*place).or_default().1.push(post);
            }
        }
        by.into_iter()
            .filter_map(|(place, (keywords, posts))| {
                let filter = compiled.filters.get(place)?;
                filter.is_active(self.now).then(|| Match {
                    filter: Arc::clone(filter),
                    keywords,
                    posts,
                })
            })
            .collect()
    }

    /// Where a post is hidden.
    #[must_use]
    pub fn hidden_in(&self, view: &PostView) -> FilterContexts {
        self.matches(view)
            .iter()
            .filter(|one| one.filter.action == FilterAction::Hide)
            .fold(FilterContexts::default(), |all, one| all.and(one.filter.contexts))
    }
}

/// Those of a person's notifications that their filters hide: which are about a post that is hidden there.
///
/// # Errors
/// Only the store's.
pub(crate) async fn hidden_notifications(
    ctx: &Ctx,
    owner: AccountId,
    notifications: &[Notification],
) -> Result<HashSet<NotificationId>> {
    let Some(active) = hiding(ctx, owner, FilterContext::Notifications).await? else {
        return Ok(HashSet::new());
    };
    let about: HashSet<PostId> = notifications.iter().filter_map(|one| one.post).collect();
    let views = posts::views(ctx, Viewer::Person(owner), about.into_iter().collect()).await?;
    let hidden: HashSet<PostId> = views
        .iter()
        .filter(|view| active.hidden_in(view).holds(FilterContext::Notifications))
        .map(|view| view.post.id)
        .collect();
    Ok(notifications
        .iter()
        .filter(|one| one.post.is_some_and(|post| hidden.contains(&post)))
        .map(|one| one.id)
        .collect())
}
