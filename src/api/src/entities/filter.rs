//! `Filter`, `FilterResult` and their parts, and the filter of the first version.

use super::stamp;
use entrenous_domain::filters::{Match, Single, Whole};
use entrenous_model::{self as model, FilterAction};
use schemars::JsonSchema;
use serde::Serialize;

/// A filter of mine.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Filter {
    /// What it is.
    #[serde(flatten)]
    about: AboutFilter,
    /// Its words and phrases.
    keywords: Vec<FilterKeyword>,
    /// Single posts in it.
    statuses: Vec<FilterStatus>,
}

/// A filter without what it looks for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct AboutFilter {
    /// Local id.
    id: String,
    /// Its name, shown with the warning.
    title: String,
    /// Where it applies: `home` (lists as well), `notifications`, `public`, `thread`, `account`.
    context: Vec<&'static str>,
    /// When it ends, or ended; null for never.
    expires_at: Option<String>,
    /// `warn`: the post waits behind a warning. `hide`: it is not shown. `blur`: its media wait behind a warning.
    filter_action: &'static str,
}

/// A word or phrase of a filter.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct FilterKeyword {
    /// Local id.
    id: String,
    /// As typed.
    keyword: String,
    /// Not inside a longer word.
    whole_word: bool,
}

/// A single post in a filter.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct FilterStatus {
    /// Local id.
    id: String,
    /// The post.
    status_id: String,
}

/// A filter of the viewer's that matches a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct FilterResult {
    /// The filter.
    filter: AboutFilter,
    /// Its keywords that were found; null if none was.
    keyword_matches: Option<Vec<String>>,
    /// The post's id if it is in the filter itself, else null.
    status_matches: Option<Vec<String>>,
}

/// A keyword with its filter, as clients of the first version know filters.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct V1Filter {
    /// Local id, of the keyword.
    id: String,
    /// The keyword.
    phrase: String,
    /// As in `Filter`.
    context: Vec<&'static str>,
    /// Not inside a longer word.
    whole_word: bool,
    /// As in `Filter`.
    expires_at: Option<String>,
    /// Matching posts are hidden.
    irreversible: bool,
}

impl AboutFilter {
    fn of(filter: &model::Filter) -> Self {
        Self {
            id: filter.id.to_string(),
            title: filter.title.clone(),
            context: contexts(filter),
            expires_at: filter.expires_at.map(stamp),
            filter_action: filter.action.as_str(),
        }
    }
}

fn contexts(filter: &model::Filter) -> Vec<&'static str> {
    filter.contexts.iter().map(model::FilterContext::as_str).collect()
}

impl Filter {
    pub(crate) fn of(whole: &Whole) -> Self {
        Self {
            about: AboutFilter::of(&whole.filter),
            keywords: whole.keywords.iter().map(FilterKeyword::of).collect(),
            statuses: whole.statuses.iter().map(FilterStatus::of).collect(),
        }
    }
}

impl FilterKeyword {
    pub(crate) fn of(keyword: &model::FilterKeyword) -> Self {
        Self {
            id: keyword.id.to_string(),
            keyword: keyword.keyword.clone(),
            whole_word: keyword.whole_word,
        }
    }
}

impl FilterStatus {
    pub(crate) fn of(status: &model::FilterStatus) -> Self {
        Self {
            id: status.id.to_string(),
            status_id: status.post.to_string(),
        }
    }
}

impl FilterResult {
    pub(super) fn of(found: &Match) -> Self {
        let posts = found.posts.iter().map(ToString::to_string).collect();
        Self {
            filter: AboutFilter::of(&found.filter),
            keyword_matches: some(found.keywords.clone()),
            status_matches: some(posts),
        }
    }
}

fn some(list: Vec<String>) -> Option<Vec<String>> {
    (!list.is_empty()).then_some(list)
}

impl V1Filter {
    pub(crate) fn of(single: &Single) -> Self {
        let Single { filter, keyword } = single;
        Self {
            id: keyword.id.to_string(),
            phrase: keyword.keyword.clone(),
            context: contexts(filter),
            whole_word: keyword.whole_word,
            expires_at: filter.expires_at.map(stamp),
            irreversible: filter.action == FilterAction::Hide,
        }
    }
}
