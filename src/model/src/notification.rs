//! What a person is told about.

use crate::{AccountId, NotificationId, PostId, ReportId, Time};
use serde::{Deserialize, Serialize};

/// Mastodon notification types that exist here so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Mentioned in a post.
    Mention,
    /// Someone followed posts (with `notify`).
    Status,
    /// A post was boosted.
    Reblog,
    /// A new follower.
    Follow,
    /// A follow request.
    FollowRequest,
    /// A post was favourited.
    Favourite,
    /// A post one boosted was edited.
    Update,
    /// A poll ended that one made or voted in.
    Poll,
    /// One's post was quoted: the notification is about the post that does.
    Quote,
    /// A post that one quoted was edited: the notification is about one's own.
    QuotedUpdate,
    /// Someone was reported: for those who moderate.
    #[serde(rename = "admin.report")]
    AdminReport,
    /// A post was answered with an emoji. Named as Pleroma does; told to clients that ask for it alone.
    #[serde(rename = "pleroma:emoji_reaction")]
    EmojiReaction,
}

impl NotificationKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Mention,
        Self::Status,
        Self::Reblog,
        Self::Follow,
        Self::FollowRequest,
        Self::Favourite,
        Self::Update,
        Self::Poll,
        Self::Quote,
        Self::QuotedUpdate,
        Self::AdminReport,
        Self::EmojiReaction,
    ];
    /// Those that every client knows: what is told if nothing is said.
    pub const USUAL: [Self; 11] = [
        Self::Mention,
        Self::Status,
        Self::Reblog,
        Self::Follow,
        Self::FollowRequest,
        Self::Favourite,
        Self::Update,
        Self::Poll,
        Self::Quote,
        Self::QuotedUpdate,
        Self::AdminReport,
    ];

    /// As stored and as in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Status => "status",
            Self::Reblog => "reblog",
            Self::Follow => "follow",
            Self::FollowRequest => "follow_request",
            Self::Favourite => "favourite",
            Self::Update => "update",
            Self::Poll => "poll",
            Self::Quote => "quote",
            Self::QuotedUpdate => "quoted_update",
            Self::AdminReport => "admin.report",
            Self::EmojiReaction => "pleroma:emoji_reaction",
        }
    }

    /// From the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One notification of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// Local id, time-ordered.
    pub id: NotificationId,
    /// Whom it is for.
    pub account: AccountId,
    /// What happened.
    pub kind: NotificationKind,
    /// Who did it.
    pub from: AccountId,
    /// The post it is about.
    pub post: Option<PostId>,
    /// The report it is about.
    pub report: Option<ReportId>,
    /// When.
    pub created_at: Time,
}
