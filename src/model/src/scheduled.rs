//! Posts that are published at a time that their authors have chosen.

use crate::{AccountId, AppId, GroupId, MediaId, PostId, QuoteChoice, ScheduledId, Time, Visibility};
use serde::{Deserialize, Serialize};

/// A post that is not published yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled {
    /// Local id; the post gets one of its own.
    pub id: ScheduledId,
    /// Whose; nobody else learns of it before its time.
    pub account: AccountId,
    /// When it is to be published.
    pub due_at: Time,
    /// What it is made of.
    pub params: ScheduledParams,
    /// Its files, in the order in which they are shown.
    pub files: Vec<MediaId>,
    /// `Idempotency-Key` of the client that made it.
    pub idempotency_key: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// Why it could not be published at its time. It waits for its author then.
    pub failure: Option<Unpublished>,
}

/// What a scheduled post is made of, besides its files. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledParams {
    /// Text as typed.
    pub text: String,
    /// Content warning.
    pub spoiler: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// BCP 47.
    pub language: Option<String>,
    /// The post it answers.
    pub in_reply_to: Option<PostId>,
    /// A poll in it.
    pub poll: Option<ScheduledPoll>,
    /// The post it quotes.
    #[serde(default)]
    pub quoted: Option<PostId>,
    /// Who may quote it.
    #[serde(default)]
    pub quote_choice: Option<QuoteChoice>,
    /// The group it is for.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// The client it was written with.
    pub app: Option<AppId>,
}

impl ScheduledParams {
    /// What stands in the place of what cannot be read any more: nothing, for nobody else.
    #[must_use]
    pub const fn unreadable() -> Self {
        Self {
            text: String::new(),
            spoiler: String::new(),
            sensitive: false,
            visibility: Visibility::Direct,
            language: None,
            in_reply_to: None,
            poll: None,
            quoted: None,
            quote_choice: None,
            group: None,
            app: None,
        }
    }
}

/// The poll of a scheduled post. Its time begins when the post is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledPoll {
    /// What can be chosen.
    pub options: Vec<String>,
    /// Seconds until it ends, from the publication on.
    pub seconds: i64,
    /// More than one may be chosen.
    pub multiple: bool,
    /// How often each was chosen is told at the end only.
    pub hide_totals: bool,
}

/// Why a scheduled post was not published at its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpublished {
    /// What it answers is not there any more, or its author may not see it any more.
    ReplyGone,
    /// The node's bounds have changed, or a file is gone.
    NotValid,
    /// The node could not do it: its log says why.
    Failed,
    /// The node cannot read any more what was to be published.
    Unreadable,
}

impl Unpublished {
    /// As stored, and as clients read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReplyGone => "reply_gone",
            Self::NotValid => "not_valid",
            Self::Failed => "failed",
            Self::Unreadable => "unreadable",
        }
    }
}

impl std::str::FromStr for Unpublished {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "reply_gone" => Ok(Self::ReplyGone),
            "not_valid" => Ok(Self::NotValid),
            "failed" => Ok(Self::Failed),
            "unreadable" => Ok(Self::Unreadable),
            other => Err(format!("an unknown reason: {other}")),
        }
    }
}
