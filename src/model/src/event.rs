//! What happened: one row per use-case, written in the same transaction, told to the workers after the commit.

use crate::{
    AccountId, AnnouncementId, ConversationId, NotificationId, PeerId, PostId, ScheduledId, TokenId,
};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A post or boost appeared.
    PostCreated {
        /// The post.
        post: PostId,
        /// Its author or booster.
        account: AccountId,
    },
    /// A post was edited.
    PostUpdated {
        /// The post.
        post: PostId,
        /// Its author.
        account: AccountId,
    },
    /// A post or boost went.
    PostDeleted {
        /// The post.
        post: PostId,
        /// Its author or booster.
        account: AccountId,
    },
    /// Counters of a post changed (favourites, boosts, replies).
    PostCounted {
        /// The post.
        post: PostId,
    },
    /// The counts of a post's poll changed, or it ended: shown to those who look at it.
    PollCounted {
        /// The post.
        post: PostId,
    },
    /// What a post says of its quote, or of who may quote it, is another one: let, refused or taken back, or the quoted post
    /// has gone. Shown to those who look at it.
    QuoteChanged {
        /// The post.
        post: PostId,
    },
    /// A poll will end, or news of it will go out. Told to this process only: the rows of `polls` say the same.
    PollQueued {
        /// The post.
        post: PostId,
    },
    /// A post will be published later, or at another time. Told to this process only: the rows of `scheduled_posts` say
    /// the same.
    PostScheduled {
        /// Which.
        scheduled: ScheduledId,
    },
    /// A conversation is another one for its owner: something came or went, or it was read. Told to this process only: the
    /// rows of `conversations` say the same.
    ConversationChanged {
        /// Which.
        conversation: ConversationId,
        /// Whose.
        account: AccountId,
    },
    /// A post came into home timelines. Told to this process only: the rows of `feed` say the same.
    FeedFilled {
        /// The post.
        post: PostId,
        /// Whose timelines.
        owners: Vec<AccountId>,
    },
    /// A post waits to be put into many home timelines.
    SpreadQueued {
        /// The post.
        post: PostId,
    },
    /// What only one person sees on posts changed: a bookmark, a muted conversation.
    MarksChanged {
        /// Whose.
        account: AccountId,
    },
    /// A person changed what they filter.
    FiltersChanged {
        /// Whose.
        account: AccountId,
    },
    /// Someone is to be told something.
    Notified {
        /// The notification.
        notification: NotificationId,
        /// Whom.
        account: AccountId,
    },
    /// Something waits to be sent to push services. Told to this process only: the rows of `pushes` say the same.
    PushQueued,
    /// An announcement appeared or changed.
    Announced {
        /// Which.
        announcement: AnnouncementId,
    },
    /// An announcement was taken back.
    AnnouncementRemoved {
        /// Which.
        announcement: AnnouncementId,
    },
    /// People answered an announcement with an emoji, or took that back.
    AnnouncementAnswered {
        /// Which.
        announcement: AnnouncementId,
        /// The emoji, or the shortcode of a custom one.
        name: String,
    },
    /// People answered a post with an emoji, or took that back: shown to those who look at it.
    PostReacted {
        /// The post.
        post: PostId,
    },
    /// Custom emoji came, changed or went.
    EmojisChanged {
        /// Whose they are: a peer's, or this node's own.
        #[serde(default)]
        peer: Option<PeerId>,
    },
    /// A profile changed.
    AccountUpdated {
        /// Whose.
        account: AccountId,
    },
    /// A relationship between two people changed.
    RelationshipChanged {
        /// Who acted.
        account: AccountId,
        /// On whom.
        target: AccountId,
    },
    /// A login was disabled, or its sessions ended: streams must close.
    SessionsEnded {
        /// Whose.
        account: AccountId,
    },
    /// One token was revoked: its streams must close.
    TokenRevoked {
        /// Which.
        token: TokenId,
    },
    /// A peer's state, contract or keys changed: caches must go.
    PeerChanged {
        /// Which.
        peer: PeerId,
    },
    /// Deliveries wait for peers, or a silent peer was heard from.
    DeliveriesQueued {
        /// Which.
        peers: Vec<PeerId>,
    },
    /// An administrator changed the node's look: name, colours, pictures, house rules.
    LookChanged,
    /// The node's own keys were changed, or former ones have ended.
    OwnKeysChanged,
}
