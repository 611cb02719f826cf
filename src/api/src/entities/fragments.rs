//! Posts as JSON, put together from pieces that are kept.
//!
//! What of a post is the same for everyone is rendered once for each version of it, and so is each account. A piece is
//! the right one if it was made of the very thing that is shown: the domain makes a new one when anything changes.

use super::emoji::{ReactionUrls, reaction_names, reaction_urls};
use super::filter::FilterResult;
use super::status::{Mine, Shared, Status};
use super::{Faces, accounts_of, bodies_of};
use entrenous_domain::cache::Cache;
use entrenous_domain::custom_emoji::{self, Emojis};
use entrenous_domain::filters::{self, Active};
use entrenous_domain::posts::{Body, Flags, PostView, QuoteView};
use entrenous_domain::{Ctx, DomainError, Result, groups};
use entrenous_model::{Account, AccountId, GroupId, PostId, QuotePolicy};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What all pieces of posts, and all of accounts, may take, in bytes each.
const ROOM: u64 = 16 * 1024 * 1024;

/// A piece of JSON, and what it was made of.
struct Piece<T> {
    of: Arc<T>,
    /// What a boost boosts: its counters are shown with the boost.
    boosted: Option<Arc<Body>>,
    json: Box<str>,
}

/// The pieces in memory.
pub(crate) struct Fragments {
    posts: Cache<PostId, Arc<Piece<Body>>>,
    accounts: Cache<AccountId, Arc<Piece<Account>>>,
}

impl Default for Fragments {
    fn default() -> Self {
        Self {
            posts: room(),
            accounts: room(),
        }
    }
}

fn room<K, T>() -> Cache<K, Arc<Piece<T>>>
where
    K: std::hash::Hash + Eq + Clone,
{
    Cache::of_bytes(ROOM, |_, piece| size_of::<Piece<T>>() + piece.json.len())
}

/// Whether a post stands by itself, or in one that quotes it.
#[derive(Clone, Copy)]
enum Depth {
    Whole,
    Quoted,
}

/// Whom one answer is for, and what all of its posts need.
struct Answer<'a> {
    ctx: &'a Ctx,
    viewer: AccountId,
    /// The viewer's filters, if there are any.
    filters: Option<Active<'a>>,
    /// Custom emoji.
    emojis: Arc<Emojis>,
    /// The pictures of those that posts were answered with.
    reactions: ReactionUrls,
    /// The accounts, as JSON.
    people: HashMap<AccountId, Arc<Piece<Account>>>,
    /// The groups that posts stand in, as JSON.
    groups: HashMap<GroupId, String>,
}

impl Answer<'_> {
    fn filtered(&self, view: &PostView) -> Vec<FilterResult> {
        self.filters.as_ref().map_or_else(Vec::new, |filters| {
            filters.matches(view).iter().map(FilterResult::of).collect()
        })
    }
}

impl Fragments {
    /// Posts for one viewer, in the order given.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn statuses(
        &self,
        ctx: &Ctx,
        viewer: AccountId,
        views: &[PostView],
    ) -> Result<Vec<Status>> {
        let answer = self.answer(ctx, viewer, views).await?;
        views
            .iter()
            .map(|view| {
                let mut out = Out::with_room(4_096);
                self.append(&answer, &mut out, view)?;
                out.status()
            })
            .collect()
    }

    /// One post with its text as typed.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn with_text(&self, ctx: &Ctx, viewer: AccountId, view: &PostView) -> Result<Status> {
        let answer = self.answer(ctx, viewer, std::slice::from_ref(view)).await?;
        let mut out = Out::with_room(4_096);
        self.append(&answer, &mut out, view)?;
        // The last brace makes way.
        out.json.pop();
        out.text(",\"text\":");
        out.json(&view.post.source)?;
        out.text("}");
        out.status()
    }

    /// A list of posts as JSON, with nothing copied twice.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn list(&self, ctx: &Ctx, viewer: AccountId, views: &[PostView]) -> Result<Vec<u8>> {
        let answer = self.answer(ctx, viewer, views).await?;
        let mut out = Out::with_room(64 + views.len() * 3_072);
        out.text("[");
        for (n, view) in views.iter().enumerate() {
            if n > 0 {
                out.text(",");
            }
            self.append(&answer, &mut out, view)?;
        }
        out.text("]");
        Ok(out.json)
    }

    /// One post for people who see it alike, of whom `viewer` is one, as these filters leave it: for many they are asked for
    /// once, and none is shown what another's match.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn filtered(
        &self,
        ctx: &Ctx,
        viewer: AccountId,
        view: &PostView,
        filters: Option<Active<'_>>,
    ) -> Result<Status> {
        let answer = self
            .answer_with(ctx, viewer, std::slice::from_ref(view), filters)
            .await?;
        let mut out = Out::with_room(4_096);
        self.append(&answer, &mut out, view)?;
        out.status()
    }

    async fn answer<'a>(&self, ctx: &'a Ctx, viewer: AccountId, views: &[PostView]) -> Result<Answer<'a>> {
        let filters = filters::active(ctx, viewer).await?;
        self.answer_with(ctx, viewer, views, filters).await
    }

    async fn answer_with<'a>(
        &self,
        ctx: &'a Ctx,
        viewer: AccountId,
        views: &[PostView],
        filters: Option<Active<'a>>,
    ) -> Result<Answer<'a>> {
        Ok(Answer {
            ctx,
            viewer,
            filters,
            emojis: custom_emoji::known(ctx).await?,
            reactions: reaction_urls(ctx, &reaction_names(views)).await?,
            people: self.people(ctx, views).await?,
            groups: groups_of(ctx, viewer, views).await?,
        })
    }

    async fn people(&self, ctx: &Ctx, views: &[PostView]) -> Result<HashMap<AccountId, Arc<Piece<Account>>>> {
        let mut people = HashMap::with_capacity(views.len());
        let mut missing = Vec::new();
        for account in views.iter().flat_map(accounts_of) {
            if people.contains_key(&account.id) {
                continue;
            }
            match self.accounts.get(&account.id) {
                Some(piece) if Arc::ptr_eq(&piece.of, account) => {
                    people.insert(account.id, piece);
                }
                _ => missing.push(account),
            }
        }
        if missing.is_empty() {
            return Ok(people);
        }
        let faces = Faces::of(ctx, missing.iter().map(|account| &***account)).await?;
        for account in missing {
            let piece = Arc::new(Piece {
                of: Arc::clone(account),
                boosted: None,
                json: json_of(&faces.account(account))?.into_boxed_str(),
            });
            self.accounts.insert(account.id, Arc::clone(&piece));
            people.insert(account.id, piece);
        }
        Ok(people)
    }

    /// One post that stands by itself.
    fn append(&self, answer: &Answer<'_>, out: &mut Out, view: &PostView) -> Result<()> {
        self.append_at(answer, out, view, &answer.filtered(view), Depth::Whole)
    }

    /// One post. A boost and the post in it are filtered alike.
    fn append_at(
        &self,
        answer: &Answer<'_>,
        out: &mut Out,
        view: &PostView,
        filtered: &[FilterResult],
        depth: Depth,
    ) -> Result<()> {
        let people = &answer.people;
        let boosted = view.boosted.as_deref();
        let shared = self.post(answer, &view.body, boosted.map(|inner| &inner.body))?;
        // Each piece is an object: its last or first brace makes way for what follows or goes before.
        out.text(open(&shared.json));
        out.text(",\"account\":");
        out.text(people.get(&view.account.id).map_or("null", |piece| &piece.json));
        out.text(",\"reblog\":");
        match boosted {
            Some(inner) => self.append_at(answer, out, inner, filtered, depth)?,
            None => out.text("null"),
        }
        out.text(",\"quote\":");
        match view.quote.as_deref() {
            Some(quote) => self.append_quote(answer, out, quote, depth)?,
            None => out.text("null"),
        }
        out.text(",\"group\":");
        let group = view.body.group.and_then(|id| answer.groups.get(&id));
        out.text(group.map_or("null", String::as_str));
        out.text(",");
        out.mine(answer, view, filtered)
    }

    /// What a post quotes: with the quoted post, or, if the post is quoted itself, with its id alone.
    fn append_quote(
        &self,
        answer: &Answer<'_>,
        out: &mut Out,
        quote: &QuoteView,
        depth: Depth,
    ) -> Result<()> {
        out.text("{\"state\":\"");
        out.text(quote.sight.as_str());
        match (depth, &quote.post) {
            (Depth::Whole, Some(post)) => {
                out.text("\",\"quoted_status\":");
                self.append_at(answer, out, post, &answer.filtered(post), Depth::Quoted)?;
            }
            (Depth::Whole, None) => out.text("\",\"quoted_status\":null"),
            (Depth::Quoted, _) => {
                out.text("\",\"quoted_status_id\":");
                out.json(&quote.id.map(|id| id.to_string()))?;
            }
        }
        out.text("}");
        Ok(())
    }

    fn post(
        &self,
        answer: &Answer<'_>,
        body: &Arc<Body>,
        boosted: Option<&Arc<Body>>,
    ) -> Result<Arc<Piece<Body>>> {
        let id = body.post.id;
        if let Some(piece) = self.posts.get(&id)
            && Arc::ptr_eq(&piece.of, body)
            && piece.boosted.as_ref().map(Arc::as_ptr) == boosted.map(Arc::as_ptr)
        {
            return Ok(piece);
        }
        let json = json_of(&Shared::of(
            answer.ctx,
            &answer.emojis,
            body,
            boosted.map(AsRef::as_ref),
        )?)?;
        let piece = Arc::new(Piece {
            of: Arc::clone(body),
            boosted: boosted.cloned(),
            json: json.into_boxed_str(),
        });
        self.posts.insert(id, Arc::clone(&piece));
        Ok(piece)
    }
}

/// The groups that posts stand in, of which the viewer may know, as JSON: what they are now, so that nothing of it is kept.
async fn groups_of(ctx: &Ctx, viewer: AccountId, views: &[PostView]) -> Result<HashMap<GroupId, String>> {
    let mut ids: Vec<GroupId> = views
        .iter()
        .flat_map(bodies_of)
        .filter_map(|body| body.group)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let named = groups::named(ctx, viewer, ids).await?;
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let faces = Faces::of(ctx, named.values().map(|view| &*view.account)).await?;
    named
        .iter()
        .map(|(id, view)| Ok((*id, json_of(&faces.group(ctx, view))?)))
        .collect()
}

fn open(object: &str) -> &str {
    object.strip_suffix('}').unwrap_or(object)
}

fn json_of<T: serde::Serialize>(entity: &T) -> Result<String> {
    // Most are as long as that: nothing grows step by step.
    let mut out = Out::with_room(2_048);
    out.json(entity)?;
    String::from_utf8(out.json).map_err(DomainError::internal)
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` gives")]
fn no_json(error: serde_json::Error) -> DomainError {
    DomainError::Internal(format!("an entity could not be serialised: {error}"))
}

/// JSON being put together.
struct Out {
    json: Vec<u8>,
    /// Viewers' own parts that stand in it already: most posts of a page have the same.
    plain: Vec<(Plain, Range<usize>)>,
}

/// What a viewer's own part says of a post with neither poll nor reactions, which no filter matches.
#[derive(PartialEq)]
struct Plain {
    flags: Flags,
    policy: QuotePolicy,
    pinned: Option<bool>,
}

impl Plain {
    /// Of a post; `None` if there is more to say.
    fn of(viewer: AccountId, view: &PostView, filtered: &[FilterResult]) -> Option<Self> {
        let proper = view.boosted.as_deref().unwrap_or(view);
        let more = proper.poll.is_some() || !proper.reactions.is_empty() || !filtered.is_empty();
        (!more).then(|| Self {
            flags: view.flags,
            policy: proper.post.quote_policy,
            pinned: Mine::pinned(viewer, view),
        })
    }
}

impl Out {
    fn with_room(bytes: usize) -> Self {
        Self {
            json: Vec::with_capacity(bytes),
            plain: Vec::new(),
        }
    }

    fn text(&mut self, text: &str) {
        self.json.extend_from_slice(text.as_bytes());
    }

    fn json<T: serde::Serialize>(&mut self, entity: &T) -> Result<()> {
        serde_json::to_writer(&mut self.json, entity).map_err(no_json)
    }

    /// The viewer's own part of a post, without its first brace.
    fn mine(&mut self, answer: &Answer<'_>, view: &PostView, filtered: &[FilterResult]) -> Result<()> {
        let plain = Plain::of(answer.viewer, view, filtered);
        let known = self.plain.iter().find(|(one, _)| Some(one) == plain.as_ref());
        if let Some((_, range)) = known {
            self.json.extend_from_within(range.clone());
            return Ok(());
        }
        let pictures = (&*answer.emojis, &answer.reactions);
        let mine = Mine::of(answer.ctx, pictures, answer.viewer, view, filtered)?;
        let begin = self.json.len();
        self.json(&mine)?;
        self.json.remove(begin);
        if let Some(plain) = plain {
            self.plain.push((plain, begin..self.json.len()));
        }
        Ok(())
    }

    fn status(self) -> Result<Status> {
        let json = String::from_utf8(self.json);
        Ok(Status::of(json.map_err(DomainError::internal)?))
    }
}
