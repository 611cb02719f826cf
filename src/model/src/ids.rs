//! Identifiers: 64-bit, positive, time-ordered, and strings in JSON.
//!
//! The upper 47 bits are milliseconds since the Unix epoch, the lower 16 a counter, so that ids of one node
//! sort by creation, also as Mastodon clients compare them (by length, then as text).

use crate::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            /// The number as it is stored.
            #[must_use]
            pub const fn get(self) -> i64 { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> { s.parse().map(Self) }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(&self.0) }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

/// The first id of a millisecond: those given later are above it.
#[must_use]
pub fn first_id_at(at: Time) -> i64 {
    at.timestamp_millis().clamp(0, i64::MAX >> 16) << 16
}

id! {
    /// A person, group or service, of this node or of a peer.
    AccountId,
    /// A post or a boost.
    PostId,
    /// A peer node.
    PeerId,
    /// A follow, pending or accepted.
    FollowId,
    /// A notification.
    NotificationId,
    /// A personal invitation to sign up.
    InviteId,
    /// A federated invitation from one administrator to another.
    PeerInviteId,
    /// One node made known to another by a peer of both.
    IntroductionId,
    /// A registered OAuth client.
    AppId,
    /// An OAuth access token.
    TokenId,
    /// A browser session of the sign-in pages.
    SessionId,
    /// An outgoing activity.
    ActivityId,
    /// One activity on its way to one peer.
    DeliveryId,
    /// An uploaded or fetched file.
    MediaId,
    /// A row of the event log.
    EventId,
    /// A row of the audit trail.
    AuditId,
    /// A person's list of people.
    ListId,
    /// Something told to everyone on the node.
    AnnouncementId,
    /// A custom emoji.
    EmojiId,
    /// A person's filter.
    FilterId,
    /// A keyword of a filter.
    FilterKeywordId,
    /// A single post in a filter.
    FilterStatusId,
    /// A post that is to be published later.
    ScheduledId,
    /// A person's conversation of direct posts.
    ConversationId,
    /// A hashtag on someone's profile.
    FeaturedTagId,
    /// What someone says is wrong with somebody or with their posts.
    ReportId,
    /// Where a client of a person wants to be told (Web Push).
    PushSubscriptionId,
    /// A group: the number of its account.
    GroupId,
}
