//! What posts quote, as one viewer may see it.

use super::{Body, Flags, PostView, Reacted};
use crate::quotes::QuoteSight;
use entrenous_model::{AccountId, Post, PostId, Time};
use entrenous_store::{Conn, StoreError, posts as rows};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a post quotes, for one viewer.
#[derive(Debug, Clone)]
pub struct QuoteView {
    /// How it is shown.
    pub sight: QuoteSight,
    /// The quoted post, if the viewer may see it. What that one quotes in turn is named by its id alone.
    pub post: Option<PostView>,
    /// Its id, if the viewer may see it.
    pub id: Option<PostId>,
}

/// What a post quotes, as it was read: without its people.
#[derive(Clone)]
pub(crate) struct SeenQuote {
    sight: QuoteSight,
    /// The quoted post, if the viewer may see it.
    pub(super) body: Option<Arc<Body>>,
    flags: Flags,
    reacted: Arc<Reacted>,
    /// What that one quotes.
    inner: Option<(QuoteSight, Option<PostId>)>,
}

impl SeenQuote {
    /// Whether the same is shown.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let of = |one: &Self| {
            (
                one.sight,
                one.body.as_ref().map(Arc::as_ptr),
                one.flags,
                one.inner,
            )
        };
        of(self) == of(other) && self.reacted == other.reacted
    }

    /// With its people; without the quoted post if its author has gone.
    pub(super) fn view(
        &self,
        with_people: impl Fn(&Arc<Body>, Flags, &Arc<Reacted>) -> Option<PostView>,
    ) -> QuoteView {
        let body = self.body.as_ref();
        let post = body.and_then(|body| with_people(body, self.flags, &self.reacted));
        let post = post.map(|post| PostView {
            quote: self.inner.map(|(sight, id)| {
                Box::new(QuoteView {
                    sight,
                    post: None,
                    id,
                })
            }),
            ..post
        });
        let gone = self.sight.shows() && post.is_none();
        QuoteView {
            sight: if gone {
                QuoteSight::Unauthorized
            } else {
                self.sight
            },
            id: post.as_ref().map(|post| post.body.post.id),
            post,
        }
    }
}

/// What one viewer sees of what some posts quote.
#[derive(Default)]
pub(super) struct Quotes(HashMap<PostId, rows::Sight>);

impl Quotes {
    /// Of these posts, what each of the viewers sees; who sees nothing is not in it. One query, none if nothing is quoted.
    pub(super) fn of(
        conn: &mut Conn,
        viewers: &[i64],
        now: Time,
        bodies: &HashMap<PostId, Arc<Body>>,
    ) -> Result<HashMap<AccountId, Self>, StoreError> {
        let quoted: HashSet<i64> = bodies
            .values()
            .filter_map(|body| body.post.quote.as_ref())
            .filter(|quote| quote.is_accepted())
            .filter_map(|quote| quote.post)
            .map(PostId::get)
            .collect();
        let quoted: Vec<i64> = quoted.into_iter().collect();
        let mut found: HashMap<AccountId, Self> = HashMap::new();
        for (viewer, sight) in rows::sights(conn, viewers, &quoted, now)? {
            found.entry(viewer).or_default().0.insert(sight.post, sight);
        }
        Ok(found)
    }

    /// The quoted posts that are shown.
    pub(super) fn shown(&self) -> impl Iterator<Item = i64> {
        let there = self.0.values().filter(|sight| !sight.deleted);
        there.map(|sight| sight.post.get())
    }

    /// How the quote of a post is shown, and the id of the quoted post if the viewer may see it.
    fn sight(&self, post: &Post) -> Option<(QuoteSight, Option<PostId>)> {
        let quote = post.quote.as_ref()?;
        let sight = quote.post.and_then(|id| self.0.get(&id)).copied();
        let shown = QuoteSight::of(quote, sight);
        Some((shown, quote.post.filter(|_| shown.shows())))
    }

    /// What a post quotes.
    pub(super) fn seen(
        &self,
        post: &Post,
        bodies: &HashMap<PostId, Arc<Body>>,
        nested: &Self,
        flags: &impl Fn(&Body) -> Flags,
        reacted: &impl Fn(&Body) -> Arc<Reacted>,
    ) -> Option<SeenQuote> {
        let (sight, id) = self.sight(post)?;
        let body = id.and_then(|id| bodies.get(&id)).cloned();
        Some(SeenQuote {
            sight,
            flags: body.as_ref().map(|body| flags(body)).unwrap_or_default(),
            reacted: body.as_ref().map(|body| reacted(body)).unwrap_or_default(),
            inner: body.as_ref().and_then(|body| nested.sight(&body.post)),
            body,
        })
    }
}
