//! Keys and nodes that targets sign and verify as.

use chrono::{DateTime, TimeZone as _, Utc};
use entrenous_federation::Identity;
use entrenous_model::{KeyGeneration, Origin, Peer, PeerId, PeerState, Preset, SignatureForm, Software};
use entrenous_wire::keys::{Ed25519KeyPair, KeyError, PublicKey, RsaKeyPair};
use std::sync::LazyLock;

/// An Ed25519 and an RSA key, made when they are first asked for.
pub(crate) struct Keys {
    pub(crate) ed25519: Ed25519KeyPair,
    pub(crate) rsa: RsaKeyPair,
    pub(crate) ed25519_public: PublicKey,
    pub(crate) rsa_public: PublicKey,
}

impl Keys {
    fn generate() -> Result<Self, KeyError> {
        let (ed25519, rsa) = (Ed25519KeyPair::generate()?, RsaKeyPair::generate()?);
        Ok(Self {
            ed25519_public: ed25519.public_key()?,
            rsa_public: rsa.public_key()?,
            ed25519,
            rsa,
        })
    }
}

static KEYS: LazyLock<Option<Keys>> = LazyLock::new(|| Keys::generate().ok());
static NODES: LazyLock<Option<Nodes>> = LazyLock::new(Nodes::make);

/// The keys; none when the system's random source fails.
pub(crate) fn keys() -> Option<&'static Keys> {
    KEYS.as_ref()
}

/// Two nodes: this one, and a peer of it.
pub(crate) struct Nodes {
    pub(crate) own: Identity,
    pub(crate) peer: Peer,
}

impl Nodes {
    fn make() -> Option<Self> {
        let identity = |origin: &str| {
            let keys = Keys::generate().ok()?;
            let origin = Origin::parse(origin).ok()?;
            entrenous_federation::fuzzing::identity(&origin, keys.ed25519, keys.rsa).ok()
        };
        let own = identity("https://here.test")?;
        let origin = Origin::parse("https://peer.test").ok()?;
        let keys = keys()?;
        let theirs =
            entrenous_federation::fuzzing::identity(&origin, keys.ed25519.clone(), keys.rsa.clone()).ok()?;
        Some(Self {
            own,
            peer: peer(origin, theirs.peer_keys()),
        })
    }
}

/// The two nodes; the peer has the keys of [`keys`].
pub(crate) fn nodes() -> Option<&'static Nodes> {
    NODES.as_ref()
}

fn peer(origin: Origin, keys: entrenous_model::PeerKeys) -> Peer {
    Peer {
        id: PeerId(1),
        origin,
        name: "Peer".to_owned(),
        state: PeerState::Active,
        software: Software::Native,
        keys: Some(keys),
        shared_inbox: None,
        contract: Preset::SameOrganisation.contract(),
        signature_form: SignatureForm::Rfc9421Ed25519,
        created_at: noon(),
        updated_at: noon(),
        last_seen_at: None,
        failing_since: None,
        failures: 0,
        retry_at: None,
        last_error: None,
        introduced_by: None,
        accepts_introductions: false,
        our_keys: KeyGeneration::FIRST,
        alert: None,
    }
}

/// The time of every target: that of the recordings.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 14, 5, 0)
        .single()
        .unwrap_or_default()
}
