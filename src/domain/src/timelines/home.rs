//! Home timelines, and the newest page of each in memory.
//!
//! What is kept is a list of posts that the owner may see. It goes when anything of the owner's changes: a post comes
//! in, someone is followed, blocked or muted, a bookmark is set. Each post in it is what the cache of posts holds, by
//! identity: one that was edited, counted or deleted since is asked for anew, and with it whether it may still be seen.

use super::MOST;
use crate::cache::Cache;
use crate::marks::{Mark, Striped};
use crate::posts::{self, PostView, Seeable};
use crate::{Ctx, Result};
use entrenous_model::{AccountId, Page, PostId, Time};
use entrenous_store::{timelines as rows, visible::Viewer as Seen};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// People whose newest page is kept: those who look at the same time, on a large node.
const OWNERS: u64 = 10_000;
/// The longest a page lives should an event be missed.
const BACKSTOP: Duration = Duration::from_secs(60);

/// A page of a home timeline.
pub struct HomePage {
    /// Its posts, newest first.
    pub views: Vec<PostView>,
    /// The ids at its ends, and how many rows lie between them: what the next page is asked for by.
    pub ids: Vec<PostId>,
}

/// The newest rows of one home timeline.
struct Newest {
    posts: Vec<Seeable>,
    /// There are no older ones.
    whole: bool,
    /// When a mute ends, which brings posts back without an event.
    until: Option<Time>,
    /// Where forgetting posts was when all of these were known to be what is kept: as long as it is there, they are.
    held: Mutex<Mark>,
}

/// The newest pages in memory.
pub(crate) struct Homes {
    kept: Cache<AccountId, Arc<Newest>>,
    marks: Striped,
}

impl Default for Homes {
    fn default() -> Self {
        Self {
            kept: Cache::of_entries(OWNERS).living(BACKSTOP),
            marks: Striped::default(),
        }
    }
}

impl Homes {
    /// Something changed that `owner` sees.
    pub(crate) fn forget(&self, owner: AccountId) {
        if let Some(marks) = self.marks.of(owner.get()) {
            marks.forget(|| self.kept.forget(&owner));
        }
    }

    /// What is older than it may be.
    pub(crate) fn forget_ended(&self) {
        self.kept.forget_ended();
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.marks.forget_all();
        self.kept.forget_all();
    }

    fn mark(&self, owner: AccountId) -> Option<Mark> {
        self.marks.of(owner.get()).map(crate::marks::Marks::mark)
    }

    fn keep(&self, owner: AccountId, mark: Option<Mark>, newest: Newest) -> Arc<Newest> {
        let newest = Arc::new(newest);
        if let (Some(marks), Some(mark)) = (self.marks.of(owner.get()), mark) {
            marks.keep(mark, || self.kept.insert(owner, Arc::clone(&newest)));
        }
        newest
    }
}

/// The home timeline: own posts, posts and boosts of people followed (not of blocked or muted ones).
///
/// # Errors
/// Only the store's.
pub async fn home(ctx: &Ctx, owner: AccountId, page: Page) -> Result<HomePage> {
    let page = page.at_most(MOST);
    let homes = ctx.caches().homes();
    let mark = homes.mark(owner);
    if let Some(newest) = homes.kept.get(&owner)
        && newest.until.is_none_or(|until| ctx.now() < until)
        && newest.cut(&page).is_some()
    {
        let newest = refreshed(ctx, owner, mark, newest).await?;
        if let Some(posts) = newest.cut(&page) {
            return shown(ctx, posts).await;
        }
    }
    let read = read(ctx, owner, page).await?;
    if page == Page::first(page.limit) {
        let newest = homes.keep(owner, mark, read);
        return shown(ctx, &newest.posts).await;
    }
    shown(ctx, &read.posts).await
}

async fn shown(ctx: &Ctx, posts: &[Seeable]) -> Result<HomePage> {
    Ok(HomePage {
        views: posts::with_people(ctx, posts).await?,
        ids: posts.iter().map(|one| one.body.post.id).collect(),
    })
}

/// One look at the database for all of it.
async fn read(ctx: &Ctx, owner: AccountId, page: Page) -> Result<Newest> {
    let (reader, now) = (ctx.clone(), ctx.now());
    // Older pages are not kept.
    let first = page == Page::first(page.limit);
    let newest = ctx.store().read(move |conn| {
        let marked = posts::Marked::before_reading(reader.caches());
        let visible = rows::home(conn, owner, &page, now)?;
        let posts = posts::seeable(conn, reader.caches(), &marked, Seen::Person(owner), &visible, now)?;
        Ok(Newest {
            whole: i64::try_from(visible.len()).is_ok_and(|rows| rows < page.limit),
            until: match first {
                true => rows::next_unmuted(conn, owner, now)?,
                false => None,
            },
            posts,
            held: Mutex::new(marked.posts()),
        })
    });
    Ok(newest.await?)
}

/// The same page without what has gone, and with what has changed as it is now.
async fn refreshed(
    ctx: &Ctx,
    owner: AccountId,
    mark: Option<Mark>,
    newest: Arc<Newest>,
) -> Result<Arc<Newest>> {
    let bodies = ctx.caches().posts();
    // Before they are looked at: what is forgotten meanwhile is looked at the next time.
    let now = bodies.mark();
    if newest.held() == now {
        return Ok(newest);
    }
    let stale: Vec<PostId> = newest
        .posts
        .iter()
        .filter(|one| !one.bodies().all(|body| bodies.holds(body)))
        .map(|one| one.body.post.id)
        .collect();
    if stale.is_empty() {
        newest.hold(now);
        return Ok(newest);
    }
    let mut fresh: HashMap<PostId, Seeable> = posts::read(ctx, Seen::Person(owner), &stale)
        .await?
        .into_iter()
        .map(|one| (one.body.post.id, one))
        .collect();
    let posts = newest
        .posts
        .iter()
        .filter_map(|one| {
            let id = one.body.post.id;
            if stale.contains(&id) {
                fresh.remove(&id)
            } else {
                Some(one.clone())
            }
        })
        .collect();
    let newest = Newest {
        posts,
        whole: newest.whole,
        until: newest.until,
        held: Mutex::new(now),
    };
    Ok(ctx.caches().homes().keep(owner, mark, newest))
}

impl Newest {
    fn held(&self) -> Mark {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, now: Mark) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// The posts of a page, if all of them are here.
    fn cut(&self, page: &Page) -> Option<&[Seeable]> {
        if page.max_id.is_some() {
            return None;
        }
        let limit = usize::try_from(page.limit).ok()?;
        let above = page.since_id.max(page.min_id).unwrap_or(i64::MIN);
        let newer = self
            .posts
            .iter()
            .take_while(|one| one.body.post.id.get() > above)
            .count();
        let newer = self.posts.get(..newer)?;
        // Whether everything newer than asked is here: else what was cut off may belong to the page.
        let complete = self.whole || newer.len() < self.posts.len();
        if page.ascending() {
            return complete
                .then(|| newer.get(newer.len().saturating_sub(limit)..))
                .flatten();
        }
        (complete || newer.len() >= limit)
            .then(|| newer.get(..limit.min(newer.len())))
            .flatten()
    }
}
