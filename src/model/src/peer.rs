//! Peer nodes: who is trusted, with which keys, for what.

use crate::{Contract, KeyAlert, KeyGeneration, Origin, PeerId, PeerInviteId, Time};
use serde::{Deserialize, Serialize};

/// Where a peer is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerState {
    /// Our administrator must confirm: they accepted our invitation.
    PendingLocal,
    /// Their administrator must confirm: we accepted their invitation.
    PendingRemote,
    /// Trusted by both sides.
    Active,
    /// Halted by us; can be confirmed again.
    Suspended,
    /// Ended. A new invitation is needed.
    Revoked,
}

impl PeerState {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PendingLocal => "pending_local",
            Self::PendingRemote => "pending_remote",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    /// From the stored form. Anything unknown is `Revoked`: fail closed.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "pending_local" => Self::PendingLocal,
            "pending_remote" => Self::PendingRemote,
            "active" => Self::Active,
            "suspended" => Self::Suspended,
            _ => Self::Revoked,
        }
    }
}

/// What runs on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Software {
    /// Entrenous, connected by an invitation.
    Native,
    /// Anything else that speaks ActivityPub, added by hand.
    Other,
}

/// How requests to a peer are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureForm {
    /// RFC 9421 with Ed25519.
    Rfc9421Ed25519,
    /// RFC 9421 with RSA (v1.5, SHA-256).
    Rfc9421Rsa,
    /// draft-cavage-12 with RSA-SHA256.
    Cavage,
}

impl SignatureForm {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rfc9421Ed25519 => "rfc9421-ed25519",
            Self::Rfc9421Rsa => "rfc9421-rsa",
            Self::Cavage => "cavage",
        }
    }

    /// From the stored form; unknown text is draft-cavage, which everyone takes.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "rfc9421-ed25519" => Self::Rfc9421Ed25519,
            "rfc9421-rsa" => Self::Rfc9421Rsa,
            _ => Self::Cavage,
        }
    }
}

/// The pinned keys of a peer's instance actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerKeys {
    /// ActivityPub id of the instance actor.
    pub actor: String,
    /// Ed25519 key, multibase (FEP-521a).
    pub ed25519: Option<String>,
    /// RSA key, SPKI PEM.
    pub rsa_pem: Option<String>,
    /// Fingerprint over the sorted public keys, as administrators compare it.
    pub fingerprint: String,
}

/// What is known of a node before it is a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    /// Its origin.
    pub origin: Origin,
    /// Its name, plain text.
    pub name: String,
    /// Its instance keys.
    pub keys: PeerKeys,
    /// Its shared inbox.
    pub shared_inbox: String,
}

/// A peer node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Local id.
    pub id: PeerId,
    /// The one identity of a peer.
    pub origin: Origin,
    /// Name it gives itself, plain text.
    pub name: String,
    /// Where it is in its life.
    pub state: PeerState,
    /// What runs there.
    pub software: Software,
    /// Pinned keys; `None` for other software without an instance actor (its people's keys are pinned on first use).
    pub keys: Option<PeerKeys>,
    /// Where deliveries for the whole node go.
    pub shared_inbox: Option<String>,
    /// What may cross.
    pub contract: Contract,
    /// How requests to it are signed; learned from its answers.
    pub signature_form: SignatureForm,
    /// When it was first known.
    pub created_at: Time,
    /// Last change of state or contract.
    pub updated_at: Time,
    /// When it last sent or answered something.
    pub last_seen_at: Option<Time>,
    /// Since when deliveries fail.
    pub failing_since: Option<Time>,
    /// Failures in a row.
    pub failures: i32,
    /// No attempt before then.
    pub retry_at: Option<Time>,
    /// What the last failure was, for the administrator.
    pub last_error: Option<String>,
    /// Who made it known, if it was no invitation of its own.
    pub introduced_by: Option<Origin>,
    /// Our administrator accepts whom it introduces without being asked, within what the contract with it gives.
    pub accepts_introductions: bool,
    /// Which of this node's keys it has: what is signed for it is signed with these.
    pub our_keys: KeyGeneration,
    /// It shows other keys than the pinned ones; suspended since then.
    pub alert: Option<KeyAlert>,
}

/// Whether deliveries to a peer go on: the state of its circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Circuit {
    /// They do.
    Closed,
    /// It did not take the last ones, and rests.
    Open,
    /// It has rested: one at a time is tried, and the first that it takes closes the circuit.
    HalfOpen,
}

impl Circuit {
    /// Its name in answers of the API and of commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

impl Peer {
    /// True when messages may cross at all.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == PeerState::Active
    }

    /// Whether deliveries to it go on.
    #[must_use]
    pub fn circuit(&self, now: Time) -> Circuit {
        match self.retry_at {
            _ if self.failures == 0 => Circuit::Closed,
            Some(at) if at > now => Circuit::Open,
            _ => Circuit::HalfOpen,
        }
    }
}

/// An invitation from this node's administrator to another's. The token is never stored.
#[derive(Debug, Clone)]
pub struct PeerInvite {
    /// Local id; part of the link.
    pub id: PeerInviteId,
    /// Why, in the administrator's words.
    pub purpose: String,
    /// What is offered, seen from this node.
    pub contract: Contract,
    /// The one origin it is for.
    pub for_origin: Option<Origin>,
    /// No second confirmation here; only with `for_origin`.
    pub pre_confirmed: bool,
    /// Once it is a peer, the node is to be introduced to everyone whom it may be introduced to.
    pub introduce: bool,
    /// Key derived from the token (HKDF-SHA256), sealed by the node's vault.
    pub sealed_key: Vec<u8>,
    /// When it was made.
    pub created_at: Time,
    /// Not valid from then on; at most 72 h later.
    pub expires_at: Time,
    /// The origin that used it.
    pub used_by: Option<Origin>,
    /// When it was withdrawn.
    pub revoked_at: Option<Time>,
}

impl PeerInvite {
    /// Whether it can be used now.
    #[must_use]
    pub fn is_usable(&self, now: Time) -> bool {
        self.used_by.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }
}
