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
    /// Whether the same is shown.
    fn is_like(&self, other: &Self) -> bool {
        let of = |one: &Self| {
            let boosted = one.boosted.as_ref().map(Arc::as_ptr);
            (Arc::as_ptr(&one.body), boosted, one.flags)
        };
        let quote = match (&self.quote, &other.quote) {
            (Some(one), Some(two)) => one.is_like(two),
            (None, None) => true,
            _ => false,
        };
        quote && of(self) == of(other) && self.reacted == other.reacted
    }

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

/// A post as it is for some viewers alike.
pub struct Alike {
    /// Who sees it so: never an author of what is shown beside others.
    pub viewers: Vec<AccountId>,
    /// What they see. Their filters are not looked at.
    pub view: PostView,
}

/// One post as each of the viewers may see it, without those who may not: for streams. Those who see the same stand
/// together, so that it is made once for them. Read in one turn, so some hundreds at once.
///
/// # Errors
/// Only the store's.
pub async fn view_for_each(ctx: &Ctx, id: PostId, viewers: Vec<AccountId>) -> Result<Vec<Alike>> {
    let reader = ctx.clone();
    let found = ctx.store().read(move |conn| {
        let marked = Marked::before_reading(reader.caches());
        let viewers: Vec<i64> = viewers.into_iter().map(AccountId::get).collect();
        let viewers = rows::viewers_among(conn, id, &viewers)?;
        let Some(boosted) = rows::boosted_in(conn, id)? else {
            return Ok(Vec::new());
        };
        let visible = [(id, boosted)];
        let looked = Looked::at(conn, reader.caches(), &marked, &viewers, &visible, reader.now())?;
        let (mut authors, mut found) = (Vec::new(), Vec::<(Vec<AccountId>, Seeable)>::new());
        for viewer in viewers.into_iter().map(AccountId) {
            let Some(seen) = looked.by(Some(viewer), &visible).pop() else {
                continue;
            };
            if seen.bodies().any(|body| body.post.account == viewer) {
                authors.push((vec![viewer], seen));
                continue;
            }
            // Most see it as everyone does: few kinds are there, and theirs is among the first.
            match found.iter_mut().find(|(_, one)| one.is_like(&seen)) {
                Some((viewers, _)) => viewers.push(viewer),
                None => found.push((vec![viewer], seen)),
            }
        }
        found.append(&mut authors);
        Ok(found)
    });
    let (viewers, posts): (Vec<Vec<AccountId>>, Vec<Seeable>) = found.await?.into_iter().unzip();
    let people = people_of(ctx, &posts).await?;
    let views = posts.iter().map(|post| with(&people, post));
    Ok(viewers
        .into_iter()
        .zip(views)
        .filter_map(|(viewers, view)| Some(Alike { viewers, view: view? }))
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
    let person = match viewer {
        Seen::Person(id) => Some(id),
        Seen::Peer(_) => None,
    };
    let viewers: Vec<i64> = person.into_iter().map(AccountId::get).collect();
    Ok(Looked::at(conn, caches, marked, &viewers, visible, now)?.by(person, visible))
}

/// Some posts, and what of them is otherwise for each of some viewers: who is in none of it sees them as a stranger does.
struct Looked {
    bodies: HashMap<PostId, Arc<Body>>,
    flags: HashMap<AccountId, rows::FlagSets>,
    /// Who follows whom, of the authors whose policy asks.
    follows: HashSet<(AccountId, AccountId)>,
    quotes: HashMap<AccountId, Quotes>,
    /// What the quoted posts quote.
    nested: HashMap<AccountId, Quotes>,
    reacted: reactions::OfViewers,
    nothing: (rows::FlagSets, Quotes, Arc<Reacted>),
}

impl Looked {
    /// Reads it, for people to whom the posts are visible: (post, post it boosts). A constant number of queries.
    fn at(
        conn: &mut Conn,
        caches: &Caches,
        marked: &Marked,
        viewers: &[i64],
        visible: &[(PostId, Option<PostId>)],
        now: Time,
    ) -> std::result::Result<Self, StoreError> {
        let all: HashSet<i64> = visible
            .iter()
            .flat_map(|(id, boosted)| std::iter::once(*id).chain(*boosted))
            .map(PostId::get)
            .collect();
        let all: Vec<i64> = all.into_iter().collect();
        let mut bodies = caches.posts().of(conn, marked.posts, &all)?;
        let quotes = Quotes::of(conn, viewers, now, &bodies)?;
        // Those that none of them may see are not even read.
        let quoted: HashSet<i64> = quotes.values().flat_map(Quotes::shown).collect();
        let mut nested = HashMap::new();
        if !quoted.is_empty() {
            let quoted: Vec<i64> = quoted.into_iter().collect();
            bodies.extend(caches.posts().of(conn, marked.posts, &quoted)?);
            nested = Quotes::of(conn, viewers, now, &bodies)?;
        }
        // [`with_people`] asks for them next: read along, they cost no further turn of a reader thread.
        let people: HashSet<AccountId> = bodies.values().map(|body| body.post.account).collect();
        let people: Vec<AccountId> = people.into_iter().collect();
        accounts::known_in(conn, caches, &marked.accounts, &people)?;
        let all: Vec<i64> = bodies.keys().map(|id| id.get()).collect();
        let conversations: HashSet<i64> = bodies.values().map(|body| body.post.conversation.get()).collect();
        let conversations: Vec<i64> = conversations.into_iter().collect();
        let asking: HashSet<i64> = bodies
            .values()
            .filter(|body| QuoteLeave::asks_for_follows(&body.post))
            .map(|body| body.post.account.get())
            .collect();
        let asking: Vec<i64> = asking.into_iter().collect();
        Ok(Self {
            flags: rows::flags_of(conn, viewers, &all, &conversations)?,
            follows: rows::follows_between(conn, viewers, &asking)?,
            reacted: reactions::of_viewers(conn, viewers, bodies.values().map(AsRef::as_ref), now)?,
            bodies,
            quotes,
            nested,
            nothing: Default::default(),
        })
    }

    /// The posts as one of the viewers sees them, in the order asked; as a peer does, which has no flags, for `None`.
    fn by(&self, viewer: Option<AccountId>, visible: &[(PostId, Option<PostId>)]) -> Vec<Seeable> {
        let (no_flags, no_quotes, nothing) = &self.nothing;
        let flags = viewer
            .and_then(|viewer| self.flags.get(&viewer))
            .unwrap_or(no_flags);
        let reacted = |body: &Body| {
            let own = viewer.and_then(|viewer| self.reacted.get(&(viewer, body.post.id)));
            Arc::clone(own.unwrap_or(nothing))
        };
        let of = |body: &Body| {
            let id = body.post.id.get();
            Flags {
                favourited: flags.favourited.contains(&id),
                boosted: flags.boosted.contains(&id),
                bookmarked: flags.bookmarked.contains(&id),
                muted: flags.muted.contains(&body.post.conversation.get()),
                chosen: flags.chosen.get(&id).copied().unwrap_or_default(),
                quote: viewer.map_or(QuoteLeave::Denied, |viewer| {
                    let follows = self.follows.contains(&(viewer, body.post.account));
                    QuoteLeave::of(&body.post, viewer, follows)
                }),
            }
        };
        let quotes = viewer
            .and_then(|viewer| self.quotes.get(&viewer))
            .unwrap_or(no_quotes);
        let nested = viewer
            .and_then(|viewer| self.nested.get(&viewer))
            .unwrap_or(no_quotes);
        let post = |(id, boosted): &(PostId, Option<PostId>)| {
            let body = Arc::clone(self.bodies.get(id)?);
            let boosted = match boosted {
                Some(boosted) => Some(Arc::clone(self.bodies.get(boosted)?)),
                None => None,
            };
            // The flags of a boost are those of the post in it.
            let proper = boosted.as_ref().unwrap_or(&body);
            Some(Seeable {
                flags: of(proper),
                reacted: reacted(proper),
                quote: quotes.seen(&proper.post, &self.bodies, nested, &of, &reacted),
                body,
                boosted,
            })
        };
        visible.iter().filter_map(post).collect()
    }
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
