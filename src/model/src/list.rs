//! Lists: some of the people whom someone follows, with a timeline of their own.

use crate::{AccountId, ListId, Time};
use std::str::FromStr;

/// Which replies of its members a list shows, beside those to themselves and to its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepliesPolicy {
    /// To anyone whom the owner follows.
    Followed,
    /// To members of the list.
    List,
    /// None.
    None,
}

impl RepliesPolicy {
    /// As stored, and as clients write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Followed => "followed",
            Self::List => "list",
            Self::None => "none",
        }
    }
}

impl FromStr for RepliesPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "followed" => Ok(Self::Followed),
            "list" => Ok(Self::List),
            "none" => Ok(Self::None),
            _ => Err("replies_policy is one of: followed, list, none".to_owned()),
        }
    }
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Local id.
    pub id: ListId,
    /// Whose; nobody else ever learns of it.
    pub owner: AccountId,
    /// Its name.
    pub title: String,
    /// Which replies it shows.
    pub replies: RepliesPolicy,
    /// What its members post stays out of the home timeline.
    pub exclusive: bool,
    /// Since when.
    pub created_at: Time,
}
