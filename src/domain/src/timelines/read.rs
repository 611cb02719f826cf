//! Timelines as their readers see them: without what their filters hide there.
//!
//! The rows decide what a page is, so that paging leads through all of a timeline; of a page that is hidden as a whole,
//! the next one is read instead.

use super::{from, home, home_owners, network, network_media, tag};
use crate::posts::{self, PostView, Viewer};
use crate::{Ctx, Result, filters, groups, lists};
use entrenous_model::{AccountId, FilterContext, GroupId, ListId, Page, PostId};
use entrenous_store::{StoreError, lists as list_rows, timelines as rows};

/// Which timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timeline {
    /// One's own.
    Home,
    /// Public posts of this node (`local`), of peers (`remote`), or of both.
    Network {
        /// Only of this node.
        local: bool,
        /// Only of peers.
        remote: bool,
        /// Only with files.
        media: bool,
    },
    /// Public posts with a hashtag (any case).
    Tag {
        /// Without `#`.
        name: String,
        /// Only of this node.
        local: bool,
    },
    /// A list of one's own, or a group that one is in, as clients read it that know no groups.
    List(ListId),
    /// A group that one is in.
    Group {
        /// Which.
        id: GroupId,
        /// Only with files.
        media: bool,
    },
}

impl Timeline {
    /// Where filters say that they apply to it.
    const fn context(&self) -> FilterContext {
        match self {
            Self::Home | Self::List(_) | Self::Group { .. } => FilterContext::Home,
            Self::Network { .. } | Self::Tag { .. } => FilterContext::Public,
        }
    }
}

/// A page of a timeline.
pub struct TimelinePage {
    /// What is shown, newest first.
    pub views: Vec<PostView>,
    /// The newest row that was looked at.
    pub newest: Option<PostId>,
    /// The oldest row that was looked at.
    pub oldest: Option<PostId>,
    /// How many rows the last look found: fewer than asked for means that there are no more.
    pub rows: usize,
}

/// Reads a page.
///
/// # Errors
/// `NotFound` for a list of someone else, or none.
pub async fn read(ctx: &Ctx, reader: AccountId, timeline: &Timeline, page: Page) -> Result<TimelinePage> {
    let mut found = once(ctx, reader, timeline, page).await?;
    let Some(active) = filters::hiding(ctx, reader, timeline.context()).await? else {
        return Ok(found);
    };
    let shown = |view: &PostView| !active.hidden_in(view).holds(timeline.context());
    found.views.retain(shown);
    let mut asked = page;
    for _ in 1..filters::LOOKS {
        let full = i64::try_from(found.rows).is_ok_and(|rows| rows >= page.limit);
        if !found.views.is_empty() || !full {
            break;
        }
        asked = asked.further(found.newest.map(PostId::get), found.oldest.map(PostId::get));
        let mut next = once(ctx, reader, timeline, asked).await?;
        next.views.retain(shown);
        found.views = next.views;
        found.rows = next.rows;
        if asked.ascending() {
            found.newest = next.newest.or(found.newest);
        } else {
            found.oldest = next.oldest.or(found.oldest);
        }
    }
    Ok(found)
}

async fn once(ctx: &Ctx, reader: AccountId, timeline: &Timeline, page: Page) -> Result<TimelinePage> {
    let ids = match timeline {
        Timeline::Home => {
            let found = home(ctx, reader, page).await?;
            return Ok(between(found.views, &found.ids));
        }
        Timeline::Network {
            local,
            remote,
            media: true,
        } => network_media(ctx, reader, *local, *remote, page).await?,
        Timeline::Network {
            local,
            remote,
            media: false,
        } => network(ctx, reader, *local, *remote, page).await?,
        Timeline::Tag { name, local } => tag(ctx, reader, name, *local, page).await?,
        Timeline::List(id) => lists::timeline(ctx, reader, *id, page).await?,
        Timeline::Group { id, media } => groups::timeline(ctx, reader, *id, *media, page).await?,
    };
    let views = posts::views(ctx, Viewer::Person(reader), ids.clone()).await?;
    Ok(between(views, &ids))
}

/// Those of `viewers` whose timeline has the post, whatever their filters say: for streams. Read in one
/// turn, so some hundreds at once. A list is nobody's but its owner's.
///
/// # Errors
/// Only the store's.
pub async fn showing(
    ctx: &Ctx,
    timeline: &Timeline,
    post: PostId,
    viewers: Vec<AccountId>,
) -> Result<Vec<AccountId>> {
    let (from, tag, with_files) = match timeline {
        Timeline::Home => return home_owners(ctx, post, viewers).await,
        Timeline::List(id) => {
            let asked: Vec<_> = viewers.into_iter().map(|viewer| (viewer, *id)).collect();
            let shown = shown_in_lists(ctx, post, asked.clone()).await?;
            let both = asked.into_iter().zip(shown);
            return Ok(both
                .filter_map(|((viewer, _), shown)| shown.then_some(viewer))
                .collect());
        }
        Timeline::Group { id, media } => {
            let (id, media, now) = (*id, *media, ctx.now());
            let found = ctx.store().read(move |conn| {
                let shown = viewers.into_iter().map(|viewer| {
                    let found = rows::group(conn, viewer, id, media, &only(post), now)?;
                    Ok(found.contains(&post).then_some(viewer))
                });
                let shown = shown.collect::<std::result::Result<Vec<_>, StoreError>>()?;
                Ok(shown.into_iter().flatten().collect())
            });
            return Ok(found.await?);
        }
        Timeline::Network { local, remote, media } => (from(*local, *remote), None, *media),
        Timeline::Tag { name, local } => match crate::text::hashtag(name) {
            Some(tag) => (from(*local, false), Some(tag), false),
            None => return Ok(Vec::new()),
        },
    };
    let Some(from) = from else {
        return Ok(Vec::new());
    };
    let now = ctx.now();
    let viewers: Vec<i64> = viewers.into_iter().map(AccountId::get).collect();
    let found = ctx
        .store()
        .read(move |conn| rows::readers_among(conn, post, (from, tag.as_deref(), with_files), &viewers, now));
    Ok(found.await?)
}

/// The page on which a post stands alone.
fn only(post: PostId) -> Page {
    Page {
        max_id: Some(post.0.saturating_add(1)),
        since_id: Some(post.0.saturating_sub(1)),
        min_id: None,
        limit: 1,
    }
}

/// Whether each of these lists, of a viewer each, has the post; as [`showing`].
///
/// # Errors
/// Only the store's.
pub async fn shown_in_lists(ctx: &Ctx, post: PostId, asked: Vec<(AccountId, ListId)>) -> Result<Vec<bool>> {
    let (now, only) = (ctx.now(), only(post));
    let found = ctx.store().read(move |conn| {
        let has = |(viewer, id): &(AccountId, ListId)| {
            // It may have been removed since; or it is a group.
            let found = match list_rows::get(conn, *viewer, *id)? {
                Some(list) => rows::list(conn, &list, &only, now)?,
                None => rows::group(conn, *viewer, GroupId(id.get()), false, &only, now)?,
            };
            Ok(found.contains(&post))
        };
        asked
            .iter()
            .map(has)
            .collect::<std::result::Result<Vec<bool>, StoreError>>()
    });
    Ok(found.await?)
}

fn between(views: Vec<PostView>, ids: &[PostId]) -> TimelinePage {
    TimelinePage {
        views,
        newest: ids.first().copied(),
        oldest: ids.last().copied(),
        rows: ids.len(),
    }
}
