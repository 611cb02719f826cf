//! What the fuzz targets reach of the inbox: see [`crate::fuzzing`].

use super::instance::{self, Offered};
use super::origin::{self, Speaker};
use crate::vocabulary::{Actor, Inbound};
use entrenous_model::{Origin, PeerKeys};

/// The rules of origin, for a request of `peer` that is signed by the actor with the id `signer`; `instance` says whether
/// that is the peer's instance actor.
///
/// # Errors
/// The stable name of the reason.
pub fn allowed(
    peer: &Origin,
    native: bool,
    signer: &str,
    instance: bool,
    inbound: &Inbound,
) -> Result<(), &'static str> {
    let speaker = if instance {
        Speaker::Instance(signer)
    } else {
        Speaker::Person(signer)
    };
    origin::check(peer, native, speaker, inbound)
}

/// What instances offer each other by it, or answer.
#[must_use]
pub fn offered(inbound: &Inbound) -> Option<&'static str> {
    instance::offered(inbound).map(Offered::word)
}

/// The keys of an instance actor as they would be pinned.
#[must_use]
pub fn pinned_keys(actor: &Actor) -> Option<PeerKeys> {
    instance::pinned_keys(actor)
}
