//! Posts with everything a client shows, in a constant number of queries.

use super::{
    Body, Flags, PostView, Reacted, Viewer,
    gate::store_viewer,
    quoted::{Quotes, SeenQuote},
    reactions,
};
use crate::{
    Ctx, DomainError, Result,
    accounts::{self, Caches},
    marks::{Mark, StripedMarks},
    quotes::QuoteLeave,
};
use entrenous_model::{Account, AccountId, PostId, Time};
use entrenous_store::{Conn, StoreError, posts as rows, visible::Viewer as Seen};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Ids taken at once; more are taken in turns.
const BATCH: usize = 80;

/// A post a viewer may see, as it was read: without its people.
#[derive(Clone)]
pub(crate) struct Seeable {
    /// The post or boost.
    pub(crate) body: Arc<Body>,
    /// The boosted post.
    pub(crate) boosted: Option<Arc<Body>>,
    /// The viewer's flags.
    pub(crate) flags: Flags,
    /// What of the reactions is otherwise for the viewer.
    pub(crate) reacted: Arc<Reacted>,
    /// What it, or the boosted post, quotes.
    pub(crate) quote: Option<SeenQuote>,
}

impl Seeable {
    /// All posts that are shown with it, itself included.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &Arc<Body>> {
        let quoted = self.quote.as_ref().and_then(|quote| quote.body.as_ref());
        std::iter::once(&self.body).chain(&self.boosted).chain(quoted)
    }
}

/// Those of `ids` that the viewer may see, in the order asked, with everything a client shows. One query per kind, not per post.
///
/// # Errors
/// Only the store's.
pub async fn views(ctx: &Ctx, viewer: Viewer, ids: Vec<PostId>) -> Result<Vec<PostView>> {
    let Some(seen) = store_viewer(ctx, viewer).await? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(BATCH) {
        all.extend(with_people(ctx, &read(ctx, seen, some).await?).await?);
    }
    Ok(all)
}

/// One post as each of the viewers may see it, without those who may not: for streams. Read in one turn, so not many at once.
///
/// # Errors
/// Only the store's.
pub async fn view_for_each(
    ctx: &Ctx,
    id: PostId,
    viewers: Vec<AccountId>,
) -> Result<Vec<(AccountId, PostView)>> {
    let reader = ctx.clone();
    let found = ctx.store().read(move |conn| {
        let marked = Marked::before_reading(reader.caches());
        let mut found = Vec::with_capacity(viewers.len());
        for viewer in viewers {
            let seen = Seen::Person(viewer);
            let visible = rows::visible_of(conn, seen, &[id.get()])?;
            let posts = seeable(conn, reader.caches(), &marked, seen, &visible, reader.now())?;
            found.extend(posts.into_iter().map(|post| (viewer, post)));
        }
        Ok(found)
    });
    let (viewers, posts): (Vec<AccountId>, Vec<Seeable>) = found.await?.into_iter().unzip();
    let people = people_of(ctx, &posts).await?;
    let views = posts.iter().map(|post| with(&people, post));
    Ok(viewers
        .into_iter()
        .zip(views)
        .filter_map(|(viewer, view)| Some((viewer, view?)))
        .collect())
}

/// One post the viewer may see.
///
/// # Errors
/// `NotFound`, the same for none and not visible.
pub async fn view(ctx: &Ctx, viewer: Viewer, id: PostId) -> Result<PostView> {
    views(ctx, viewer, vec![id])
        .await?
        .pop()
        .ok_or(DomainError::NotFound)
}

/// [`view`] with the text as it is in the database now, whatever is kept: for what is sent once and never put right.
///
/// # Errors
/// As [`view`].
pub async fn view_anew(ctx: &Ctx, viewer: Viewer, id: PostId) -> Result<PostView> {
    ctx.caches().posts().forget(id);
    view(ctx, viewer, id).await
}

/// Those of `ids` that the viewer may see, in the order asked.
pub(crate) async fn read(ctx: &Ctx, viewer: Seen, ids: &[PostId]) -> Result<Vec<Seeable>> {
    let (reader, order, now) = (ctx.clone(), ids.to_vec(), ctx.now());
    let found = ctx.store().read(move |conn| {
        let marked = Marked::before_reading(reader.caches());
        let wanted: Vec<i64> = order.iter().map(|id| id.get()).collect();
        let visible: HashMap<PostId, Option<PostId>> =
            rows::visible_of(conn, viewer, &wanted)?.into_iter().collect();
        // Each once, should one be asked for twice.
        let mut taken = HashSet::new();
        let rows: Vec<(PostId, Option<PostId>)> = order
            .into_iter()
            .filter(|id| taken.insert(*id))
            .filter_map(|id| visible.get(&id).map(|boosted| (id, *boosted)))
            .collect();
        seeable(conn, reader.caches(), &marked, viewer, &rows, now)
    });
    Ok(found.await?)
}

/// The marks of what [`seeable`] keeps.
pub(crate) struct Marked {
    posts: Mark,
    accounts: StripedMarks,
}

impl Marked {
    /// To be taken before the first query of the read.
    pub(crate) fn before_reading(caches: &Caches) -> Self {
        Self {
            posts: caches.posts().mark(),
            accounts: caches.mark_accounts(),
        }
    }

    /// Of posts.
    pub(crate) const fn posts(&self) -> Mark {
        self.posts
    }
}

/// Reads posts that are known to be visible to the viewer: (post, post it boosts).
pub(crate) fn seeable(
    conn: &mut Conn,
    caches: &Caches,
    marked: &Marked,
    viewer: Seen,
    visible: &[(PostId, Option<PostId>)],
    now: Time,
) -> std::result::Result<Vec<Seeable>, StoreError> {
    let all: HashSet<i64> = visible
        .iter()
        .flat_map(|(id, boosted)| std::iter::once(*id).chain(*boosted))
        .map(PostId::get)
        .collect();
    let all: Vec<i64> = all.into_iter().collect();
    let mut bodies = caches.posts().of(conn, marked.posts, &all)?;
    let quotes = match viewer {
        Seen::Person(id) => Quotes::of(conn, id, now, &bodies)?,
        Seen::Peer(_) => Quotes::default(),
    };
    // Those who may not see them are never given them: they are not even read.
    let quoted = quotes.shown();
    if !quoted.is_empty() {
        bodies.extend(caches.posts().of(conn, marked.posts, &quoted)?);
    }
    let all: Vec<i64> = bodies.keys().map(|id| id.get()).collect();
    let nested = match viewer {
        Seen::Person(id) if !quoted.is_empty() => Quotes::of(conn, id, now, &bodies)?,
        _ => Quotes::default(),
    };
    // [`with_people`] asks for them next: read along, they cost no further turn of a reader thread.
    let people: HashSet<AccountId> = bodies.values().map(|body| body.post.account).collect();
    let people: Vec<AccountId> = people.into_iter().collect();
    accounts::known_in(conn, caches, &marked.accounts, &people)?;
    let flags = match viewer {
        Seen::Person(id) => {
            let conversations: HashSet<i64> =
                bodies.values().map(|body| body.post.conversation.get()).collect();
            let conversations: Vec<i64> = conversations.into_iter().collect();
            let mut flags = rows::flags_of(conn, id, &all, &conversations)?;
            let asking: HashSet<i64> = bodies
                .values()
                .filter(|body| QuoteLeave::asks_for_follows(&body.post))
                .map(|body| body.post.account.get())
                .collect();
            flags.followed = rows::followed_among(conn, id, &asking.into_iter().collect::<Vec<_>>())?;
            flags
        }
        Seen::Peer(_) => rows::FlagSets::default(),
    };
    let reacted = match viewer {
        Seen::Person(id) => reactions::of_viewer(conn, id, bodies.values().map(AsRef::as_ref), now)?,
        Seen::Peer(_) => HashMap::new(),
    };
    let nothing = Arc::new(Reacted::default());
    let reacted_to = |body: &Body| Arc::clone(reacted.get(&body.post.id).unwrap_or(&nothing));
    let of = |body: &Body| {
        let id = body.post.id.get();
        Flags {
            favourited: flags.favourited.contains(&id),
            boosted: flags.boosted.contains(&id),
            bookmarked: flags.bookmarked.contains(&id),
            muted: flags.muted.contains(&body.post.conversation.get()),
            chosen: flags.chosen.get(&id).copied().unwrap_or_default(),
            quote: match viewer {
                Seen::Person(id) => {
                    QuoteLeave::of(&body.post, id, flags.followed.contains(&body.post.account))
                }
                Seen::Peer(_) => QuoteLeave::Denied,
            },
        }
    };
    Ok(visible
        .iter()
        .filter_map(|(id, boosted)| {
            let body = Arc::clone(bodies.get(id)?);
            let boosted = match boosted {
                Some(boosted) => Some(Arc::clone(bodies.get(boosted)?)),
                None => None,
            };
            // The flags of a boost are those of the post in it.
            let proper = boosted.as_ref().unwrap_or(&body);
            let flags = of(proper);
            let quote = quotes.seen(&proper.post, &bodies, &nested, &of, &reacted_to);
            Some(Seeable {
                reacted: reacted_to(proper),
                body,
                boosted,
                flags,
                quote,
            })
        })
        .collect())
}

/// Posts with their people; those whose author or booster has gone are left out.
pub(crate) async fn with_people(ctx: &Ctx, posts: &[Seeable]) -> Result<Vec<PostView>> {
    let people = people_of(ctx, posts).await?;
    Ok(posts.iter().filter_map(|post| with(&people, post)).collect())
}

type People = HashMap<AccountId, Arc<Account>>;

async fn people_of(ctx: &Ctx, posts: &[Seeable]) -> Result<People> {
    let people: HashSet<AccountId> = posts
        .iter()
        .flat_map(Seeable::bodies)
        .map(|body| body.post.account)
        .collect();
    let people = accounts::get_many(ctx, people.into_iter().collect()).await?;
    Ok(people.into_iter().map(|one| (one.id, one)).collect())
}

/// One post with its people; `None` if its author or booster has gone.
fn with(people: &People, post: &Seeable) -> Option<PostView> {
    let view = |body: &Arc<Body>, flags: Flags, reacted: &Arc<Reacted>| {
        Some(PostView {
            account: Arc::clone(people.get(&body.post.account)?),
            body: Arc::clone(body),
            boosted: None,
            flags,
            reacted: Arc::clone(reacted),
            quote: None,
        })
    };
    let proper = PostView {
        quote: post.quote.as_ref().map(|quote| Box::new(quote.view(view))),
        ..view(
            post.boosted.as_ref().unwrap_or(&post.body),
            post.flags,
            &post.reacted,
        )?
    };
    if post.boosted.is_none() {
        return Some(proper);
    }
    Some(PostView {
        boosted: Some(Box::new(proper)),
        ..view(&post.body, post.flags, &post.reacted)?
    })
}
