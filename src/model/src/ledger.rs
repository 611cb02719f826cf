//! The federation ledger: what crossed between this node and a peer, or was refused. Never what it said.

use crate::{AccountId, PeerId, Time};

/// Which way, and who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// An activity of ours, to the peer.
    Sent,
    /// An activity of the peer's, to us.
    Received,
    /// The peer asked, we answered.
    Served,
    /// We asked, the peer answered.
    Fetched,
}

impl Direction {
    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Served => "served",
            Self::Fetched => "fetched",
        }
    }
}

/// What the ledger tells of one activity or request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Parcel {
    /// What it is: an activity's type (`Create`, `Undo Like`), or `GET` and what was asked for.
    pub kind: String,
    /// ActivityPub id of the activity, if it is one.
    pub activity: Option<String>,
    /// ActivityPub id, or address, of what it is about.
    pub object: Option<String>,
    /// Whose it is: who acts, or on whose behalf was asked.
    pub account: Option<AccountId>,
    /// Size of the body, in bytes; 0 if there was none.
    pub bytes: i64,
}

/// Something that crossed or was refused, as it is written down at that moment. The names of people in it are replaced
/// by keyed hashes when it is sealed into the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// With whom.
    pub peer: PeerId,
    /// Which way.
    pub direction: Direction,
    /// What.
    pub parcel: Parcel,
    /// How often the same within a moment; 1 for an activity.
    pub times: i64,
    /// Why it was refused, a stable code; `None` for what crossed.
    pub refused: Option<String>,
}

impl Crossing {
    /// Something that crossed once.
    #[must_use]
    pub const fn of(peer: PeerId, direction: Direction, parcel: Parcel) -> Self {
        Self {
            peer,
            direction,
            parcel,
            times: 1,
            refused: None,
        }
    }

    /// The same, refused.
    #[must_use]
    pub fn refused(mut self, reason: impl Into<String>) -> Self {
        self.refused = Some(reason.into());
        self
    }
}

/// One row of a peer's ledger, as it stands there. Texts are not parsed: a row that somebody changed must be readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Whose ledger.
    pub peer: PeerId,
    /// Its number there, from 1 without gaps.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// A [`Direction`].
    pub direction: String,
    /// What.
    pub kind: String,
    /// The activity: its id, or `hmac:` and a keyed hash of it.
    pub activity: Option<String>,
    /// The object, likewise.
    pub object: Option<String>,
    /// Who: `hmac:` and a keyed hash of their id. The key goes with the person.
    pub person: Option<String>,
    /// Size in bytes, of all of them if there were several.
    pub bytes: i64,
    /// How often.
    pub times: i64,
    /// Why it was refused; `None` for what crossed.
    pub reason: Option<String>,
    /// Hash of the row before, SHA-256.
    pub prev: Vec<u8>,
    /// Hash of this row, SHA-256.
    pub hash: Vec<u8>,
}

/// The end of a peer's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerHead {
    /// Whose ledger.
    pub peer: PeerId,
    /// The number of the last row.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// Made of both with the node's key.
    pub mac: Vec<u8>,
}
