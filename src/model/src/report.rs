//! What people say is wrong with somebody, or with what they wrote.

use crate::{AccountId, PeerId, PostId, ReportId, Time, Visibility};
use serde::{Deserialize, Serialize};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportCategory {
    /// Unwanted or repetitive.
    Spam,
    /// Against the law.
    Legal,
    /// Against rules of the house.
    Violation,
    /// Anything else.
    Other,
}

impl ReportCategory {
    /// As stored and as in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Legal => "legal",
            Self::Violation => "violation",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for ReportCategory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "spam" => Ok(Self::Spam),
            "legal" => Ok(Self::Legal),
            "violation" => Ok(Self::Violation),
            "other" => Ok(Self::Other),
            _ => Err("a category is one of: spam, legal, violation, other".to_owned()),
        }
    }
}

/// A house rule that a report names, as it was then. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedRule {
    /// Its id at that time.
    pub id: String,
    /// Its text at that time.
    pub text: String,
}

/// One report. Only those who moderate learn of it, and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Local id.
    pub id: ReportId,
    /// Who reports: a person of this node, or the account of the organisation whose node sent it.
    pub reporter: AccountId,
    /// The node that sent it; `None` for one of this node's people.
    pub peer: Option<PeerId>,
    /// Who is reported.
    pub target: AccountId,
    /// What is wrong.
    pub category: ReportCategory,
    /// In the words of the one who reports: plain text, at most 1,000 characters.
    pub comment: String,
    /// The house rules it names.
    pub rules: Vec<ReportedRule>,
    /// The node of the one who is reported was told.
    pub forwarded: bool,
    /// When it was made.
    pub created_at: Time,
    /// When something of it changed last.
    pub updated_at: Time,
    /// Who of those who moderate looks after it.
    pub assigned: Option<AccountId>,
    /// When it was resolved; `None` while it is open.
    pub settled_at: Option<Time>,
    /// Who resolved it.
    pub settled_by: Option<AccountId>,
}

/// A post as it was when it was reported. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// ActivityPub id.
    pub uri: String,
    /// Page for humans.
    pub url: String,
    /// Sanitised HTML.
    pub content: String,
    /// Content warning.
    pub spoiler: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// Who could see it.
    pub visibility: Visibility,
    /// BCP 47.
    pub language: Option<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it had last been edited.
    pub edited_at: Option<Time>,
}

/// A post that a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedPost {
    /// Which.
    pub post: PostId,
    /// As it was; `None` once that is forgotten.
    pub evidence: Option<Evidence>,
    /// It is not here any more: deleted since, or gone with the peer that gave it.
    pub gone: bool,
}
