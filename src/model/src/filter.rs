//! Filters: what a person does not want to read, or not at once.

use crate::{AccountId, FilterId, FilterKeywordId, FilterStatusId, PostId, Time};
use std::fmt;
use std::str::FromStr;

/// Where a filter applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterContext {
    /// The home timeline and lists.
    Home,
    /// Notifications.
    Notifications,
    /// Timelines of the network and of hashtags.
    Public,
    /// What comes before and after a post that was opened.
    Thread,
    /// Profiles.
    Account,
}

impl FilterContext {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Home,
        Self::Notifications,
        Self::Public,
        Self::Thread,
        Self::Account,
    ];

    /// As stored, and as clients write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
            Self::Public => "public",
            Self::Thread => "thread",
            Self::Account => "account",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Home => 1,
            Self::Notifications => 2,
            Self::Public => 4,
            Self::Thread => 8,
            Self::Account => 16,
        }
    }
}

impl FromStr for FilterContext {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|context| context.as_str() == text)
            .ok_or_else(|| {
                "context is one or more of: home, notifications, public, thread, account".to_owned()
            })
    }
}

/// Some of the places.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct FilterContexts(u8);

impl FilterContexts {
    /// Whether that place is among them.
    #[must_use]
    pub const fn holds(self, context: FilterContext) -> bool {
        self.0 & context.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, those: Self) -> Self {
        Self(self.0 | those.0)
    }

    /// One by one, in the order of [`FilterContext::ALL`].
    pub fn iter(self) -> impl Iterator<Item = FilterContext> {
        FilterContext::ALL
            .into_iter()
            .filter(move |context| self.holds(*context))
    }
}

impl FromIterator<FilterContext> for FilterContexts {
    fn from_iter<I: IntoIterator<Item = FilterContext>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |bits, context| bits | context.bit()))
    }
}

/// As stored: the words, separated by spaces.
impl fmt::Display for FilterContexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, context) in self.iter().enumerate() {
            f.write_str(if n > 0 { " " } else { "" })?;
            f.write_str(context.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for FilterContexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromStr for FilterContexts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split_whitespace().map(FilterContext::from_str).collect()
    }
}

/// What becomes of a post that a filter matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterAction {
    /// Its text waits behind a warning that names the filter.
    Warn,
    /// It is not shown.
    Hide,
    /// Its media wait behind a warning.
    Blur,
}

impl FilterAction {
    /// As stored, and as clients write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Hide => "hide",
            Self::Blur => "blur",
        }
    }
}

impl FromStr for FilterAction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "warn" => Ok(Self::Warn),
            "hide" => Ok(Self::Hide),
            // The documentation of Mastodon's methods has the longer word.
            "blur" | "blur_media" => Ok(Self::Blur),
            _ => Err("filter_action is one of: warn, hide, blur".to_owned()),
        }
    }
}

/// A filter, without its keywords and posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Local id.
    pub id: FilterId,
    /// Whose; nobody else ever learns of it.
    pub owner: AccountId,
    /// Its name, shown with the warning.
    pub title: String,
    /// Where it applies; never nowhere.
    pub contexts: FilterContexts,
    /// What it does.
    pub action: FilterAction,
    /// When it ends; it stays, without effect, until it is removed or given another end.
    pub expires_at: Option<Time>,
    /// Since when.
    pub created_at: Time,
}

impl Filter {
    /// Whether it has an effect at that time.
    #[must_use]
    pub fn is_active(&self, now: Time) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// A word or phrase of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterKeyword {
    /// Local id.
    pub id: FilterKeywordId,
    /// Of which filter.
    pub filter: FilterId,
    /// As typed.
    pub keyword: String,
    /// Not inside a longer word.
    pub whole_word: bool,
}

/// A single post in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterStatus {
    /// Local id.
    pub id: FilterStatusId,
    /// In which filter.
    pub filter: FilterId,
    /// The post.
    pub post: PostId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_written_in_one_order() {
        let contexts: FilterContexts = "account  home account".parse().unwrap();
        assert_eq!(contexts.to_string(), "home account");
        assert_eq!(contexts.to_string().parse(), Ok(contexts));
        assert!(contexts.holds(FilterContext::Home) && !contexts.holds(FilterContext::Public));
        assert!("home nowhere".parse::<FilterContexts>().is_err());
        assert!(FilterContexts::default().is_empty());
    }
}
