//! The end of a connection: what is removed or hidden of the other side's, and the word for it.

use crate::{AtEnd, Time};
use serde::{Deserialize, Serialize};

/// How much was removed, or hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Posts and boosts.
    pub posts: u64,
    /// Files and profile pictures whose bytes were there.
    pub files: u64,
    /// People.
    pub people: u64,
    /// Follows and requests, in both directions. They end in either case.
    pub follows: u64,
    /// Notifications of what these people did.
    pub notifications: u64,
    /// Their favourites of what others wrote. Earlier versions did not count them.
    #[serde(default)]
    pub favourites: u64,
    /// Their votes in polls of others, as [`Tally::favourites`]. Hidden, they go on counting: numbers name nobody.
    #[serde(default)]
    pub votes: u64,
}

/// What this node removes or hides of a peer's since it was revoked last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// Removed or hidden.
    pub how: AtEnd,
    /// Of the peer's own order; `None`: it has sent none.
    pub nonce: Option<String>,
    /// So far.
    pub tally: Tally,
    /// Since when.
    pub started_at: Time,
    /// When it was done.
    pub finished_at: Option<Time>,
}

/// An order to a revoked peer to remove or hide what this node gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeOrder {
    /// Its identity: 256 random bits in text.
    pub nonce: String,
    /// When the peer was revoked.
    pub ordered_at: Time,
    /// When it is sent again; `None`: not any more.
    pub next_try: Option<Time>,
    /// How often it was sent.
    pub tries: i32,
    /// The peer's signed word, JSON.
    pub receipt: Option<String>,
    /// When that came.
    pub received_at: Option<Time>,
    /// Not sent from then on.
    pub expires_at: Time,
}

/// What has become of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The peer has not answered with a receipt yet.
    Unconfirmed,
    /// It has.
    Confirmed,
    /// It has not for thirty days.
    GivenUp,
}

impl OrderState {
    /// In the API and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "unconfirmed",
            Self::Confirmed => "confirmed",
            Self::GivenUp => "given_up",
        }
    }
}

impl PurgeOrder {
    /// What has become of it.
    #[must_use]
    pub const fn state(&self) -> OrderState {
        match (&self.receipt, self.next_try) {
            (Some(_), _) => OrderState::Confirmed,
            (None, Some(_)) => OrderState::Unconfirmed,
            (None, None) => OrderState::GivenUp,
        }
    }
}

/// What would end, and be removed or hidden here, if a peer were revoked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consequences {
    /// Follows and requests by people of this node.
    pub follows_by_us: u64,
    /// Follows and requests by people of the peer.
    pub follows_by_them: u64,
    /// The peer's people who are known here.
    pub people: u64,
    /// Their posts and boosts.
    pub posts: u64,
    /// Their files and profile pictures whose bytes are here.
    pub files: u64,
    /// Notifications of what they did.
    pub notifications: u64,
    /// Their favourites of what others wrote.
    pub favourites: u64,
    /// Their votes in polls of others.
    pub votes: u64,
    /// Deliveries that wait for the peer.
    pub queued: u64,
}
