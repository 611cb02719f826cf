//! Introductions: a peer that two nodes trust makes them known to each other. Trust is never transitive: each side confirms.

use crate::peer::PeerIdentity;
use crate::{Contract, IntroductionId, PeerId, Time};

/// What became of an introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntroductionState {
    /// Nobody has answered.
    Open,
    /// Accepted by the node that it was made to; the other has not answered.
    Accepted,
    /// Turned down by one of the two.
    Declined,
    /// Accepted by both.
    Connected,
}

impl IntroductionState {
    const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Declined, Self::Connected];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Connected => "connected",
        }
    }

    /// From the stored form; unknown text is declined, which gives nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.unwrap_or(Self::Declined)
    }
}

/// One node, made known to another by a peer of both, the sponsor. The sponsor keeps one for each of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// Local id.
    pub id: IntroductionId,
    /// The sponsor; or, if it is `by_us`, to whom the node was made known.
    pub peer: PeerId,
    /// We are the sponsor.
    pub by_us: bool,
    /// ActivityPub id of the sponsor's statement, the same for both nodes.
    pub uri: String,
    /// ActivityPub id of the `Offer` that brought it, which answers name.
    pub offer: String,
    /// The node that is made known, as the sponsor has it.
    pub node: PeerIdentity,
    /// What would hold between the two, seen from the node that it is made to.
    pub contract: Contract,
    /// Why, in the words of the sponsor's administrator; at most [`Introduction::NOTE`] characters.
    pub note: String,
    /// What became of it.
    pub state: IntroductionState,
    /// The other node has accepted; known only to the two.
    pub other_confirmed: bool,
    /// When it was made here, or came.
    pub made_at: Time,
    /// It cannot be accepted from then on.
    pub expires_at: Time,
    /// When it was answered.
    pub answered_at: Option<Time>,
    /// The statement as the sponsor signed it.
    pub document: String,
}

impl Introduction {
    /// Longest note, in characters.
    pub const NOTE: usize = 500;
    /// How many days it can be accepted.
    pub const DAYS: i64 = 30;
    /// Most introductions by one peer that are kept while nobody has accepted them.
    pub const MOST_OPEN: i64 = 500;
    /// Most nodes that a policy has accepted by one peer and that have not answered.
    pub const MOST_PENDING: usize = 50;
    /// Largest statement, in bytes.
    pub const LARGEST: usize = 16 << 10;

    /// Whether it can be answered.
    #[must_use]
    pub fn is_open(&self, now: Time) -> bool {
        self.state == IntroductionState::Open && now < self.expires_at
    }
}
