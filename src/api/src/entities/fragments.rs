//! Posts as JSON, put together from pieces that are kept.
//!
//! What of a post is the same for everyone is rendered once for each version of it, and so is each account. A piece is
//! the right one if it was made of the very thing that is shown: the domain makes a new one when anything changes.

use super::emoji::{ReactionUrls, reaction_names, reaction_urls};
use super::filter::FilterResult;
use super::status::{Mine, Shared, Status};
use super::{Faces, accounts_of, bodies_of};
use entrenous_domain::custom_emoji::{self, Emojis};
use entrenous_domain::filters::{self, Active};
use entrenous_domain::posts::{Body, PostView, QuoteView};
use entrenous_domain::{Ctx, DomainError, Result, groups};
use entrenous_model::{Account, AccountId, GroupId, PostId};
use moka::sync::Cache;
use std::collections::HashMap;
use std::io::{self, Write};
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
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(ROOM)
        .weigher(|_: &K, piece: &Arc<Piece<T>>| {
            u32::try_from(size_of::<Piece<T>>() + piece.json.len()).unwrap_or(u32::MAX)
        })
        .build()
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
                let mut json = String::with_capacity(4_096);
                self.append(&answer, &mut json, view, &answer.filtered(view), Depth::Whole)?;
                Ok(Status::of(json))
            })
            .collect()
    }

    /// One post with its text as typed.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn with_text(&self, ctx: &Ctx, viewer: AccountId, view: &PostView) -> Result<Status> {
        let answer = self.answer(ctx, viewer, std::slice::from_ref(view)).await?;
        let mut json = String::new();
        self.append(&answer, &mut json, view, &answer.filtered(view), Depth::Whole)?;
        let text = json_of(&view.post.source)?;
        Ok(Status::of(format!("{},\"text\":{text}}}", open(&json))))
    }

    /// A list of posts as JSON, with nothing copied twice.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn list(&self, ctx: &Ctx, viewer: AccountId, views: &[PostView]) -> Result<String> {
        let answer = self.answer(ctx, viewer, views).await?;
        let mut json = String::with_capacity(64 + views.len() * 3_072);
        json.push('[');
        for (n, view) in views.iter().enumerate() {
            if n > 0 {
                json.push(',');
            }
            self.append(&answer, &mut json, view, &answer.filtered(view), Depth::Whole)?;
        }
        json.push(']');
        Ok(json)
    }

    async fn answer<'a>(&self, ctx: &'a Ctx, viewer: AccountId, views: &[PostView]) -> Result<Answer<'a>> {
        Ok(Answer {
            ctx,
            viewer,
            filters: filters::active(ctx, viewer).await?,
            emojis: custom_emoji::known(ctx).await?,
            reactions: reaction_urls(ctx, &reaction_names(views)).await?,
            people: self.people(ctx, views).await?,
            groups: groups_of(ctx, views).await?,
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

    /// One post. A boost and the post in it are filtered alike.
    fn append(
        &self,
        answer: &Answer<'_>,
        json: &mut String,
        view: &PostView,
        filtered: &[FilterResult],
        depth: Depth,
    ) -> Result<()> {
        let people = &answer.people;
        let boosted = view.boosted.as_deref();
        let shared = self.post(answer, &view.body, boosted.map(|inner| &inner.body))?;
        // Each piece is an object: its last or first brace makes way for what follows or goes before.
        json.push_str(open(&shared.json));
        json.push_str(",\"account\":");
        json.push_str(people.get(&view.account.id).map_or("null", |piece| &piece.json));
        json.push_str(",\"reblog\":");
        match boosted {
            Some(inner) => self.append(answer, json, inner, filtered, depth)?,
            None => json.push_str("null"),
        }
        json.push_str(",\"quote\":");
        match view.quote.as_deref() {
            Some(quote) => self.append_quote(answer, json, quote, depth)?,
            None => json.push_str("null"),
        }
        json.push_str(",\"group\":");
        let group = view.body.group.and_then(|id| answer.groups.get(&id));
        json.push_str(group.map_or("null", String::as_str));
        let pictures = (&*answer.emojis, &answer.reactions);
        let mine = Mine::of(answer.ctx, pictures, answer.viewer, view, filtered)?;
        let brace = json.len();
        serde_json::to_writer(Text(json), &mine).map_err(no_json)?;
        json.replace_range(brace..=brace, ",");
        Ok(())
    }

    /// What a post quotes: with the quoted post, or, if the post is quoted itself, with its id alone.
    fn append_quote(
        &self,
        answer: &Answer<'_>,
        json: &mut String,
        quote: &QuoteView,
        depth: Depth,
    ) -> Result<()> {
        json.push_str("{\"state\":\"");
        json.push_str(quote.sight.as_str());
        match (depth, &quote.post) {
            (Depth::Whole, Some(post)) => {
                json.push_str("\",\"quoted_status\":");
                self.append(answer, json, post, &answer.filtered(post), Depth::Quoted)?;
            }
            (Depth::Whole, None) => json.push_str("\",\"quoted_status\":null"),
            (Depth::Quoted, _) => {
                json.push_str("\",\"quoted_status_id\":");
                json.push_str(&json_of(&quote.id.map(|id| id.to_string()))?);
            }
        }
        json.push('}');
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

/// The groups that posts stand in, as JSON: what they are now, so that nothing of it is kept.
async fn groups_of(ctx: &Ctx, views: &[PostView]) -> Result<HashMap<GroupId, String>> {
    let mut ids: Vec<GroupId> = views
        .iter()
        .flat_map(bodies_of)
        .filter_map(|body| body.group)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let named = groups::named(ctx, ids).await?;
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
    serde_json::to_string(entity).map_err(no_json)
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` gives")]
fn no_json(error: serde_json::Error) -> DomainError {
    DomainError::Internal(format!("an entity could not be serialised: {error}"))
}

/// Appends JSON to a text, without a text of its own for each post.
struct Text<'a>(&'a mut String);

impl Write for Text<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // It comes in whole words and signs.
        let text =
            str::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.0.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
