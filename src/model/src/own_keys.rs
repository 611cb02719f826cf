//! This node's own keys, and what is seen of a peer's.

use crate::Time;
use serde::{Deserialize, Serialize};

/// Which of this node's own keys: the first, or one more with each rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyGeneration(i32);

impl KeyGeneration {
    /// The keys that a node begins with.
    pub const FIRST: Self = Self(1);

    /// As it is stored.
    #[must_use]
    pub const fn of(number: i32) -> Self {
        Self(number)
    }

    /// The number as it is stored.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Those of the next rotation.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Default for KeyGeneration {
    fn default() -> Self {
        Self::FIRST
    }
}

impl std::fmt::Display for KeyGeneration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The public halves of one generation of this node's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKeys {
    /// Which.
    pub generation: KeyGeneration,
    /// Ed25519, multibase.
    pub ed25519: String,
    /// RSA, SPKI PEM.
    pub rsa_pem: String,
    /// Over both, as administrators compare it.
    pub fingerprint: String,
    /// When they were made.
    pub made_at: Time,
    /// Since when their private halves are gone.
    pub ended_at: Option<Time>,
}

/// A peer shows other keys than those that are pinned, and the pinned ones do not endorse them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAlert {
    /// Fingerprint of the keys that it shows.
    pub fingerprint: String,
    /// When that was seen first.
    pub since: Time,
}
