//! What the fuzz targets reach of introductions: see [`crate::fuzzing`].

use super::statement;
use crate::Identity;
use entrenous_domain::Result;
use entrenous_model::{Contract, Peer, PeerIdentity, Time};
use serde_json::Value;

/// A statement as one of the two reads it.
#[derive(Debug)]
pub struct Introduced {
    /// Its id.
    pub uri: String,
    /// The other node.
    pub node: PeerIdentity,
    /// What would hold.
    pub contract: Contract,
    /// Until when it can be accepted.
    pub expires_at: Time,
}

/// Reads what `sponsor` states of the node `own` and another.
///
/// # Errors
/// `Invalid`.
pub fn statement(document: &Value, sponsor: &Peer, own: &Identity) -> Result<Introduced> {
    statement::read(document, sponsor, own).map(|read| Introduced {
        uri: read.uri,
        node: read.node,
        contract: read.contract,
        expires_at: read.expires_at,
    })
}
