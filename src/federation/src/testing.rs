//! What unit tests share.

use crate::Identity;
use entrenous_model::Origin;
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};

/// A node's identity with fresh keys.
pub(crate) fn identity(origin: &str) -> Identity {
    let origin = Origin::parse(origin).unwrap();
    Identity::of(
        &origin,
        Ed25519KeyPair::generate().unwrap(),
        RsaKeyPair::generate().unwrap(),
    )
    .unwrap()
}
