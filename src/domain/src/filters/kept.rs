//! People's filters, compiled, and the texts of posts as filters read them, in memory.

use super::fold::readable;
use super::matcher::Matcher;
use crate::Result;
use crate::cache::Cache;
use crate::marks::{Mark, Striped};
use crate::posts::Body;
use entrenous_model::{
    AccountId, Filter, FilterAction, FilterContext, FilterContexts, FilterKeyword, FilterStatus, PostId, Time,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What all compiled filters, and all texts, may take, in bytes each.
const ROOM: u64 = 16 * 1024 * 1024;
/// The longest an entry lives should an event be missed.
const BACKSTOP: Duration = Duration::from_secs(60);

/// A person's filters, as posts are held against them.
pub(super) struct Compiled {
    /// Those that had not ended when they were read.
    pub(super) filters: Vec<Arc<Filter>>,
    /// The keywords of all of them, each with the place of its filter.
    pub(super) keywords: Vec<(usize, String)>,
    pub(super) matcher: Option<Matcher>,
    /// Single posts, with the places of the filters they are in.
    pub(super) posts: HashMap<PostId, Vec<usize>>,
    /// Where some filter hides.
    pub(super) hides: FilterContexts,
}

impl Compiled {
    /// # Errors
    /// As [`Matcher::new`].
    pub(super) fn of(
        filters: Vec<Filter>,
        keywords: Vec<FilterKeyword>,
        statuses: Vec<FilterStatus>,
        now: Time,
    ) -> Result<Self> {
        let filters: Vec<Arc<Filter>> = filters
            .into_iter()
            .filter(|filter| filter.is_active(now))
            .map(Arc::new)
            .collect();
        let places: HashMap<_, _> = filters
            .iter()
            .enumerate()
            .map(|(place, filter)| (filter.id, place))
            .collect();
        let keywords: Vec<(usize, FilterKeyword)> = keywords
            .into_iter()
            .filter_map(|one| Some((*places.get(&one.filter)?, one)))
            .collect();
        let matcher = Matcher::new(
            keywords
                .iter()
                .map(|(_, one)| (one.keyword.as_str(), one.whole_word)),
        )?;
        let mut posts: HashMap<PostId, Vec<usize>> = HashMap::new();
        for one in statuses {
            if let Some(place) = places.get(&one.filter) {
                posts.entry(one.post).or_default().push(*place);
            }
        }
        let hides = filters
            .iter()
            .filter(|filter| filter.action == FilterAction::Hide)
            .fold(FilterContexts::default(), |all, filter| all.and(filter.contexts));
        Ok(Self {
            filters,
            keywords: keywords
                .into_iter()
                .map(|(place, one)| (place, one.keyword))
                .collect(),
            matcher,
            posts,
            hides,
        })
    }

    /// Whether nothing is ever matched.
    pub(super) fn is_idle(&self, now: Time) -> bool {
        (self.matcher.is_none() && self.posts.is_empty())
            || !self.filters.iter().any(|one| one.is_active(now))
    }

    /// Whether some filter that is active hides there.
    pub(super) fn hides(&self, context: FilterContext, now: Time) -> bool {
        self.hides.holds(context)
            && self.filters.iter().any(|filter| {
                filter.action == FilterAction::Hide && filter.contexts.holds(context) && filter.is_active(now)
            })
    }

    fn weight(&self) -> usize {
        let titles: usize = self
            .filters
            .iter()
            .map(|one| size_of::<Filter>() + one.title.len())
            .sum();
        let keywords: usize = self.keywords.iter().map(|(_, one)| 32 + one.len()).sum();
        let matcher = self.matcher.as_ref().map_or(0, Matcher::weight);
        size_of::<Self>() + titles + keywords + matcher + self.posts.len() * 64
    }
}

/// A post's text, and what it was read from.
struct Text {
    of: Arc<Body>,
    folded: Box<str>,
}

/// What is in memory.
pub(crate) struct Filters {
    kept: Cache<AccountId, Arc<Compiled>>,
    marks: Striped,
    texts: Cache<PostId, Arc<Text>>,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            kept: Cache::of_large(ROOM, |_, one: &Arc<Compiled>| one.weight()).living(BACKSTOP),
            marks: Striped::default(),
            texts: Cache::of_bytes(ROOM, |_, one: &Arc<Text>| size_of::<Text>() + one.folded.len()),
        }
    }
}

impl Filters {
    /// Someone's filters have changed.
    pub(crate) fn forget(&self, owner: AccountId) {
        if let Some(marks) = self.marks.of(owner.get()) {
            marks.forget(|| self.kept.forget(&owner));
        }
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.marks.forget_all();
        self.kept.forget_all();
    }

    /// What is older than it may be.
    pub(crate) fn forget_ended(&self) {
        self.kept.forget_ended();
    }

    pub(super) fn get(&self, owner: AccountId) -> Option<Arc<Compiled>> {
        self.kept.get(&owner)
    }

    /// Taken before the filters are read.
    pub(super) fn mark(&self, owner: AccountId) -> Option<Mark> {
        self.marks.of(owner.get()).map(crate::marks::Marks::mark)
    }

    pub(super) fn keep(&self, owner: AccountId, mark: Option<Mark>, compiled: &Arc<Compiled>) {
        if let (Some(marks), Some(mark)) = (self.marks.of(owner.get()), mark) {
            marks.keep(mark, || self.kept.insert(owner, Arc::clone(compiled)));
        }
    }

    /// Runs `read` on a post's text. It is kept for as long as the post does not change.
    pub(super) fn with_text<T>(&self, body: &Arc<Body>, read: impl FnOnce(&str) -> T) -> T {
        if let Some(text) = self.texts.get(&body.post.id)
            && Arc::ptr_eq(&text.of, body)
        {
            return read(&text.folded);
        }
        let text = Arc::new(Text {
            of: Arc::clone(body),
            folded: readable(body).into_boxed_str(),
        });
        self.texts.insert(body.post.id, Arc::clone(&text));
        read(&text.folded)
    }
}
