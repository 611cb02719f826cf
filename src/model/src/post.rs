//! Posts and boosts.

use crate::{AccountId, PeerId, PostId, Quote, QuotePolicy, Time};
use serde::{Deserialize, Serialize};

/// Who may see a post, in the words of the Mastodon API. Nothing is visible to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The node, followers, and native peers whose contract gives posts ("network").
    Public,
    /// As `Public` for who may look, but sent to followers only and in no public timeline.
    Unlisted,
    /// Followers and the people mentioned.
    Private,
    /// The members of the group that it stands in, as long as they are members.
    Group,
    /// The people mentioned.
    Direct,
}

impl Visibility {
    /// As stored, and as clients may write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
            Self::Group => "group",
            Self::Direct => "direct",
        }
    }

    /// As clients read it: the Mastodon API knows no groups, and clients in typed languages refuse a word that they do not
    /// know.
    #[must_use]
    pub const fn as_read(self) -> &'static str {
        match self {
            Self::Group => Self::Private.as_str(),
            other => other.as_str(),
        }
    }

    /// True for `Public` and `Unlisted`: anyone on the node and on native peers may look.
    #[must_use]
    pub const fn is_network(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }
}

impl std::str::FromStr for Visibility {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "public" => Self::Public,
            "unlisted" => Self::Unlisted,
            "private" => Self::Private,
            "group" => Self::Group,
            "direct" => Self::Direct,
            _ => return Err("visibility is one of: public, unlisted, private, group, direct".to_owned()),
        })
    }
}

/// A post, or a boost of one (`boost_of` set, no content of its own).
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Local id, time-ordered.
    pub id: PostId,
    /// Author, or booster.
    pub account: AccountId,
    /// The peer the author belongs to; `None` for this node's own people.
    pub peer: Option<PeerId>,
    /// ActivityPub id of the object; of the `Announce` for a boost.
    pub uri: String,
    /// Page for humans.
    pub url: String,
    /// The post this one boosts.
    pub boost_of: Option<PostId>,
    /// The post this one answers, if it is known here.
    pub in_reply_to: Option<PostId>,
    /// Its ActivityPub id, known here or not.
    pub in_reply_to_uri: Option<String>,
    /// The author of the post this one answers.
    pub in_reply_to_account: Option<AccountId>,
    /// First post of the conversation known here (its own id if none).
    pub conversation: PostId,
    /// Sanitised HTML.
    pub content: String,
    /// Text as typed; empty for remote posts.
    pub source: String,
    /// Content warning, plain text; empty if none.
    pub spoiler: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// BCP 47.
    pub language: Option<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it was last edited.
    pub edited_at: Option<Time>,
    /// When it was deleted (a tombstone keeps id and uri).
    pub deleted_at: Option<Time>,
    /// Direct replies known here.
    pub replies_count: i64,
    /// Boosts known here.
    pub boosts_count: i64,
    /// Favourites known here.
    pub favourites_count: i64,
    /// When its author put it on top of their profile.
    pub pinned_at: Option<Time>,
    /// What it quotes.
    pub quote: Option<Quote>,
    /// Who may quote it.
    pub quote_policy: QuotePolicy,
    /// Quotes known here that may be shown.
    pub quotes_count: i64,
}

impl Post {
    /// True for a post of this node's own people.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.peer.is_none()
    }
}
