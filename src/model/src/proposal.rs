//! Changes of a contract: one side offers, the other accepts.

use crate::{Contract, PeerId, Time};
use serde::{Deserialize, Serialize};

/// A change of the contract with a peer that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// With whom.
    pub peer: PeerId,
    /// ActivityPub id of the `Offer`.
    pub uri: String,
    /// Our administrator offers it; else theirs does.
    pub by_us: bool,
    /// What is offered, seen from this node, with the version it would have.
    pub contract: Contract,
    /// Why, in the words of who offers; at most [`Proposal::NOTE`] characters.
    pub note: String,
    /// When it was made here, or came.
    pub made_at: Time,
    /// The `Offer` as its sender signed it.
    pub document: String,
}

impl Proposal {
    /// Longest note, in characters.
    pub const NOTE: usize = 500;
}

/// A version of a contract that both have agreed to, with the words of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Seen from this node.
    pub contract: Contract,
    /// We offered it; else the peer did.
    pub by_us: bool,
    /// The `Accept`, signed by who accepted, which holds the `Offer`, signed by who offered.
    pub document: String,
    /// When it took effect here.
    pub agreed_at: Time,
}

/// What the two instances tell each other about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStep {
    /// `Offer`.
    Offer,
    /// `Accept`.
    Accept,
    /// `Reject`.
    Reject,
}
