//! People, of this node and of its peers.

use crate::{AccountId, MediaId, Origin, PeerId, Time};
use serde::{Deserialize, Serialize};

/// What kind of actor an account is (ActivityStreams 2.0 vocabulary, actor types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A human.
    Person,
    /// A bot.
    Service,
    /// A group of people.
    Group,
    /// A server.
    Application,
}

impl AccountKind {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
            Self::Group => "group",
            Self::Application => "application",
        }
    }

    /// From the stored form; unknown text is a person.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "service" => Self::Service,
            "group" => Self::Group,
            "application" => Self::Application,
            _ => Self::Person,
        }
    }
}

/// One line of the table on a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileField {
    /// Label, plain text.
    pub name: String,
    /// Value, sanitised HTML.
    pub value: String,
}

/// A person as everyone sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Local id.
    pub id: AccountId,
    /// Name before the `@`; letters, digits, `_`, `-` and `.`.
    pub username: String,
    /// The peer the person belongs to; `None` for this node's own people.
    pub peer: Option<PeerId>,
    /// The origin the person belongs to; `None` for this node's own people.
    pub origin: Option<Origin>,
    /// What kind of actor.
    pub kind: AccountKind,
    /// Name shown, plain text; may be empty.
    pub display_name: String,
    /// Biography, sanitised HTML.
    pub note: String,
    /// Biography as its author typed it; empty for remote people.
    pub note_source: String,
    /// Table on the profile, at most 8 rows.
    pub fields: Vec<ProfileField>,
    /// Picture, if one was set.
    pub avatar: Option<MediaId>,
    /// Header picture, if one was set.
    pub header: Option<MediaId>,
    /// Follow requests wait for approval.
    pub locked: bool,
    /// Listed in the directory.
    pub discoverable: bool,
    /// ActivityPub id.
    pub uri: String,
    /// Page for humans.
    pub url: String,
    /// Inbox.
    pub inbox_uri: String,
    /// Inbox shared by the whole node, if there is one.
    pub shared_inbox_uri: Option<String>,
    /// Followers collection.
    pub followers_uri: String,
    /// Collection of pinned posts; `None` if a peer's actor names none, and for this node's people, whose it is `{uri}/featured`.
    pub featured_uri: Option<String>,
    /// When the account appeared here.
    pub created_at: Time,
    /// Last change of the profile; also its version.
    pub updated_at: Time,
    /// When it last posted.
    pub last_posted_at: Option<Time>,
    /// When it was disabled: it can do nothing and is hidden from then on.
    pub disabled_at: Option<Time>,
    /// Posts known here.
    pub statuses_count: i64,
    /// Accepted followers known here.
    pub followers_count: i64,
    /// Accepted follows known here.
    pub following_count: i64,
}

impl Account {
    /// True for a person of this node.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.peer.is_none()
    }

    /// True for a group of this node. Nobody is told of it but by the verbs of groups, which ask who may know.
    #[must_use]
    pub const fn is_own_group(&self) -> bool {
        self.is_local() && matches!(self.kind, AccountKind::Group)
    }

    /// True for a person of whom nothing is left but what they are known by: their node was revoked, and what it gave was
    /// removed. If it is trusted again, they are fetched anew.
    #[must_use]
    pub fn is_emptied(&self) -> bool {
        !self.is_local() && self.inbox_uri.is_empty()
    }

    /// The handle clients show: `name` for local people, `name@authority` for others.
    #[must_use]
    pub fn acct(&self) -> String {
        self.origin.as_ref().map_or_else(
            || self.username.clone(),
            |o| format!("{}@{}", self.username, o.authority()),
        )
    }
}
