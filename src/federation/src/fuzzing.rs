//! What the fuzz targets (`src/fuzz`) reach of readers that are private here. It is no interface, and nothing of the node
//! uses it.

pub use crate::handshake::fuzzing::{acceptance, invitation_link, invitation_messages, receipt};
pub use crate::inbox::fuzzing::{allowed, offered, pinned_keys};
pub use crate::introductions::fuzzing::{Introduced, statement};

use crate::vocabulary::{Actor, Id};
use crate::{Identity, contracts, lookup, serve};
use entrenous_domain::Result;
use entrenous_model::{Contract, Origin, Peer};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use serde_json::Value;

/// An instance actor with these keys.
///
/// # Errors
/// `Internal` if the keys are refused.
pub fn identity(origin: &Origin, ed25519: Ed25519KeyPair, rsa: RsaKeyPair) -> Result<Identity> {
    Identity::of(origin, ed25519, rsa)
}

/// Whom a WebFinger question is about: `Some(None)` is the instance.
#[must_use]
pub fn webfinger_question(origin: &Origin, resource: &str) -> Option<Option<String>> {
    serve::webfinger::Resource::read(origin, resource).map(|about| match about {
        serve::webfinger::Resource::Instance => None,
        serve::webfinger::Resource::Person(name) => Some(name),
    })
}

/// The actor that a WebFinger answer names.
#[must_use]
pub fn webfinger_answer(document: &Value) -> Option<Id> {
    lookup::self_link(document)
}

/// Whether an actor claims to be called so.
#[must_use]
pub fn is_called(actor: &Actor, username: &str, authority: &str) -> bool {
    lookup::is_called(actor, username, authority)
}

/// The contract in the object of an `Offer`.
///
/// # Errors
/// `Invalid`.
pub fn contract(object: &Value) -> Result<Contract> {
    contracts::contract_of(object)
}

/// Whether the document is proven by the pinned key of the peer.
///
/// # Errors
/// `Refused`.
pub fn signed_by(peer: &Peer, document: &Value) -> Result<()> {
    contracts::signed_by(peer, document)
}
