//! The instance actor's own keys.
//!
//! The node itself is an actor (`/actor`): it signs what is fetched, and its keys are what administrators compare and
//! peers pin. They may be changed: each change makes a new generation, and the former ones go on signing for the peers that
//! have them pinned. So nobody is given "the" private keys: [`Identity::for_peer`] gives those that a peer has, and
//! [`Identity::for_stranger`] those for whoever has none yet. The private halves are kept sealed by the vault.

use crate::endorsement;
use crate::keys::SigningKeys;
use entrenous_domain::own_keys::{self, Kept, NewKeys, Rotated, Sealed};
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_model::{Event, KeyGeneration, Origin, OwnKeys, Peer, PeerKeys, Time};
use entrenous_store::StoreError;
use entrenous_wire::keys::{Ed25519KeyPair, Fingerprint, PublicKey, RsaKeyPair, fingerprint};
use entrenous_wire::proof::Parsed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// The instance actor with its keys. Cheap to clone; all clones see a change.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    origin: Origin,
    actor: String,
    ring: RwLock<Arc<Ring>>,
    /// One reads at a time, so that nobody puts older keys over newer ones.
    turn: tokio::sync::Mutex<()>,
    /// One changes them at a time.
    changing: tokio::sync::Mutex<()>,
}

/// Every generation at one moment.
struct Ring {
    live: BTreeMap<KeyGeneration, Pair>,
    newest: Pair,
    /// Every Ed25519 key that this node has had.
    ever: Vec<PublicKey>,
}

#[derive(Clone)]
struct Pair {
    shown: Arc<ShownKeys>,
    signing: Arc<SigningKeys>,
}

/// The public halves of one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownKeys {
    /// Which.
    pub generation: KeyGeneration,
    /// When they were made.
    pub made_at: Time,
    /// Id of the Ed25519 key on the wire.
    pub ed25519_id: String,
    /// Ed25519.
    pub ed25519: PublicKey,
    /// Id of the RSA key on the wire.
    pub rsa_id: String,
    /// RSA.
    pub rsa: PublicKey,
    /// What administrators compare: over both.
    pub fingerprint: Fingerprint,
}

impl ShownKeys {
    /// Both.
    #[must_use]
    pub fn both(&self) -> [PublicKey; 2] {
        [self.ed25519.clone(), self.rsa.clone()]
    }
}

impl Pair {
    fn of(
        actor: &str,
        generation: KeyGeneration,
        made_at: Time,
        ed25519: Ed25519KeyPair,
        rsa: RsaKeyPair,
    ) -> Result<Self> {
        // The first keys have the names that they had when there were no others.
        let id = |name: &str| match generation {
            KeyGeneration::FIRST => format!("{actor}#{name}"),
            later => format!("{actor}#{name}-{later}"),
        };
        let (ed25519_id, rsa_id) = (id("ed25519-key"), id("main-key"));
        let shown = ShownKeys {
            generation,
            made_at,
            ed25519: ed25519.public_key().map_err(DomainError::internal)?,
            rsa: rsa.public_key().map_err(DomainError::internal)?,
            ed25519_id: ed25519_id.clone(),
            rsa_id: rsa_id.clone(),
            fingerprint: Fingerprint::from_bytes([0; 32]),
        };
        let shown = ShownKeys {
            fingerprint: fingerprint(&shown.both()),
            ..shown
        };
        let signing = SigningKeys {
            ed25519_id,
            ed25519,
            rsa_id,
            rsa,
            generation: Some(generation),
        };
        Ok(Self {
            shown: Arc::new(shown),
            signing: Arc::new(signing),
        })
    }
}

impl Ring {
    fn open(ctx: &Ctx, actor: &str, kept: &[Kept]) -> Result<Option<Self>> {
        let mut live = BTreeMap::new();
        let mut ever = Vec::new();
        for one in kept {
            if let Some(sealed) = &one.sealed {
                let (ed25519, rsa) = unseal(ctx, sealed)?;
                let pair = Pair::of(actor, one.generation, one.made_at, ed25519, rsa)?;
                ever.push(pair.shown.ed25519.clone());
                live.insert(one.generation, pair);
            } else if let Some(keys) = &one.keys {
                ever.push(PublicKey::from_multibase(&keys.ed25519).map_err(DomainError::internal)?);
            }
        }
        let newest = live.last_key_value().map(|(_, pair)| pair.clone());
        Ok(newest.map(|newest| Self { live, newest, ever }))
    }

    /// The keys that a peer has; if they are gone, which no peer is left with, the newest.
    fn at(&self, generation: KeyGeneration) -> &Pair {
        self.live.get(&generation).unwrap_or(&self.newest)
    }
}

fn unseal(ctx: &Ctx, sealed: &Sealed) -> Result<(Ed25519KeyPair, RsaKeyPair)> {
    let open = |sealed: &[u8]| {
        ctx.vault().open(own_keys::SEAL, sealed).map_err(|_| {
            DomainError::Conflict(
                "the node's own keys in the database were sealed with another one".to_owned(),
            )
        })
    };
    Ok((
        Ed25519KeyPair::from_pkcs8(&open(&sealed.ed25519)?).map_err(DomainError::internal)?,
        RsaKeyPair::from_pkcs8(&open(&sealed.rsa)?).map_err(DomainError::internal)?,
    ))
}

/// New keys: those that are ready, else made away from whoever waits for an answer.
async fn fresh(ctx: &Ctx) -> Result<(Ed25519KeyPair, RsaKeyPair)> {
    if let Some(ready) = ctx.keys().node_keys().await? {
        return Ok((
            Ed25519KeyPair::from_pkcs8(&ready.ed25519_private).map_err(DomainError::internal)?,
            RsaKeyPair::from_pkcs8(&ready.rsa_private).map_err(DomainError::internal)?,
        ));
    }
    tokio::task::spawn_blocking(|| {
        let ed25519 = Ed25519KeyPair::generate()?;
        Ok::<_, entrenous_wire::keys::KeyError>((ed25519, RsaKeyPair::generate()?))
    })
    .await
    .map_err(DomainError::internal)?
    .map_err(DomainError::internal)
}

/// Makes new keys, and seals them. The caller holds the vault steady.
async fn make(ctx: &Ctx) -> Result<NewKeys> {
    let (ed25519, rsa) = fresh(ctx).await?;
    let seal = |plain: Zeroizing<Vec<u8>>| ctx.vault().seal(own_keys::SEAL, ctx.random(), &plain);
    let public = [
        ed25519.public_key().map_err(DomainError::internal)?,
        rsa.public_key().map_err(DomainError::internal)?,
    ];
    let [ed25519_public, rsa_public] = &public;
    Ok(NewKeys {
        ed25519: ed25519_public.to_text(),
        rsa_pem: rsa_public.to_pem(),
        fingerprint: fingerprint(&public).to_string(),
        sealed: Sealed {
            ed25519: seal(ed25519.to_pkcs8().map_err(DomainError::internal)?)?,
            rsa: seal(rsa.to_pkcs8().map_err(DomainError::internal)?)?,
        },
    })
}

impl Identity {
    /// The keys of this node; made and kept sealed at the first call (by `entrenous init`, or the first start).
    ///
    /// # Errors
    /// `Conflict` if the vault's key is not the one they were sealed with (nothing is ever overwritten), the store's, and
    /// `Internal` if the system's random source fails.
    pub async fn load_or_create(ctx: &Ctx) -> Result<Self> {
        let actor = ctx.origin().join("/actor");
        let mut kept = own_keys::load(ctx).await?;
        if kept.is_empty() {
            let _steady = ctx.vault().steady().await;
            match own_keys::begin(ctx, make(ctx).await?).await {
                // Of two processes that start at once, the first one's keys stay: both load them below.
                Ok(()) | Err(DomainError::Store(StoreError::Conflict { .. })) => {}
                Err(error) => return Err(error),
            }
            kept = own_keys::load(ctx).await?;
        }
        let ring = Ring::open(ctx, &actor, &kept)?
            .ok_or_else(|| DomainError::internal("the instance keys were not kept"))?;
        if kept.iter().any(|one| one.keys.is_none()) {
            let shown = &ring.newest.shown;
            let first = OwnKeys {
                generation: shown.generation,
                ed25519: shown.ed25519.to_text(),
                rsa_pem: shown.rsa.to_pem(),
                fingerprint: shown.fingerprint.to_string(),
                made_at: shown.made_at,
                ended_at: None,
            };
            own_keys::complete(ctx, first).await?;
        }
        Ok(Self::with(ctx.origin(), actor, ring))
    }

    fn with(origin: &Origin, actor: String, ring: Ring) -> Self {
        Self(Arc::new(Inner {
            origin: origin.clone(),
            actor,
            ring: RwLock::new(Arc::new(ring)),
            turn: tokio::sync::Mutex::new(()),
            changing: tokio::sync::Mutex::new(()),
        }))
    }

    /// An identity with given keys.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn of(origin: &Origin, ed25519: Ed25519KeyPair, rsa: RsaKeyPair) -> Result<Self> {
        let actor = origin.join("/actor");
        let made_at = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap_or_default();
        let newest = Pair::of(&actor, KeyGeneration::FIRST, made_at, ed25519, rsa)?;
        let ring = Ring {
            live: BTreeMap::from([(KeyGeneration::FIRST, newest.clone())]),
            ever: vec![newest.shown.ed25519.clone()],
            newest,
        };
        Ok(Self::with(origin, actor, ring))
    }

    /// Changes the node's keys: new ones hold from now on, and every peer is told, signed with those that it has.
    ///
    /// # Errors
    /// `Conflict` if somebody else changes them at the same moment; the store's.
    pub async fn rotate(&self, ctx: &Ctx, actor: &str) -> Result<Rotated> {
        // Of those who want new keys at the same moment one gets them. An RSA key takes a processor for a while: none is
        // made for the others.
        let Ok(_changing) = self.0.changing.try_lock() else {
            return Err(DomainError::Conflict(
                "the keys are being changed this moment: look again".to_owned(),
            ));
        };
        // Another process may have changed them, and its event not have come yet.
        self.refresh(ctx).await?;
        let from = self.current().generation;
        let steady = ctx.vault().steady().await;
        let rotated = own_keys::rotate(ctx, actor, from, make(ctx).await?).await?;
        drop(steady);
        self.refresh(ctx).await?;
        Ok(rotated)
    }

    /// Reads the keys again.
    ///
    /// # Errors
    /// The store's; `Conflict` if they cannot be opened.
    pub async fn refresh(&self, ctx: &Ctx) -> Result<()> {
        let _turn = self.0.turn.lock().await;
        let kept = own_keys::load(ctx).await?;
        let ring = Ring::open(ctx, &self.0.actor, &kept)?
            .ok_or_else(|| DomainError::internal("the instance keys are gone from the database"))?;
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    /// Reads the keys again if those of `generation` are not here yet.
    ///
    /// # Errors
    /// As [`Identity::refresh`]; `Internal` if there are none.
    pub(crate) async fn reach(&self, ctx: &Ctx, generation: KeyGeneration) -> Result<()> {
        if self.current().generation < generation {
            self.refresh(ctx).await?;
        }
        if self.current().generation < generation {
            return Err(DomainError::internal(format!(
                "there are no keys of generation {generation}"
            )));
        }
        Ok(())
    }

    /// Keeps up with a batch of events, also those of another process.
    pub async fn follow(&self, ctx: &Ctx, events: &[Event]) {
        if !events.iter().any(|event| matches!(event, Event::OwnKeysChanged)) {
            return;
        }
        if let Err(cause) = self.refresh(ctx).await {
            tracing::error!(error.cause = %cause, "the node's own keys could not be read again");
        }
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// This node's origin.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// ActivityPub id of the instance actor.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.0.actor
    }

    /// The private keys whose public halves this peer has pinned: for everything that is signed for it.
    #[must_use]
    pub fn for_peer(&self, peer: &Peer) -> Arc<SigningKeys> {
        self.signing(peer.our_keys)
    }

    /// The private keys for who has pinned none yet: a node that is joined, other software that is looked at.
    #[must_use]
    pub fn for_stranger(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.ring().newest.signing)
    }

    /// The private keys of a generation, as [`Peer::our_keys`] says.
    pub(crate) fn signing(&self, had: KeyGeneration) -> Arc<SigningKeys> {
        Arc::clone(&self.ring().at(had).signing)
    }

    /// The private keys that came after those of `had`, the oldest first: a peer may have them before we hear of it.
    pub(crate) fn after(&self, had: KeyGeneration) -> Vec<Arc<SigningKeys>> {
        let ring = self.ring();
        let later = ring.live.iter().filter(|(generation, _)| **generation > had);
        later.map(|(_, pair)| Arc::clone(&pair.signing)).collect()
    }

    /// What the node shows to everyone now.
    #[must_use]
    pub fn current(&self) -> Arc<ShownKeys> {
        Arc::clone(&self.ring().newest.shown)
    }

    /// The public halves of a generation, as [`Peer::our_keys`] says.
    pub(crate) fn shown(&self, had: KeyGeneration) -> Arc<ShownKeys> {
        Arc::clone(&self.ring().at(had).shown)
    }

    /// What administrators compare: over both current public keys.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.current().fingerprint
    }

    /// The current public halves as a peer pins them.
    #[must_use]
    pub fn peer_keys(&self) -> PeerKeys {
        let shown = self.current();
        PeerKeys {
            actor: self.0.actor.clone(),
            ed25519: shown.ed25519.to_multibase(),
            rsa_pem: Some(shown.rsa.to_pem()),
            fingerprint: shown.fingerprint.to_string(),
        }
    }

    /// Which of the generations that still sign has these public halves.
    pub(crate) fn generation_of(&self, keys: &PeerKeys) -> Option<KeyGeneration> {
        let ring = self.ring();
        let mut live = ring.live.iter();
        live.find(|(_, pair)| pair.shown.fingerprint.to_string() == keys.fingerprint)
            .map(|(generation, _)| *generation)
    }

    /// The word of this node for the keys of one of its people, by the keys that the asking peer has, then by those that it
    /// may have by now; see [`endorsement`]. Never empty.
    ///
    /// # Errors
    /// `Internal` if a key refuses.
    pub(crate) fn endorse(
        &self,
        had: KeyGeneration,
        actor: &str,
        keys: &[PublicKey],
        at: Time,
    ) -> Result<Vec<Value>> {
        let mut by = vec![self.signing(had)];
        by.extend(self.after(had));
        by.iter()
            .map(|by| endorsement::create(by, actor, keys, at))
            .collect()
    }

    /// The word of every former generation that a peer still has, for the keys shown: who has missed the change follows it.
    ///
    /// # Errors
    /// `Internal` if a key refuses.
    pub(crate) fn endorsed(&self, shown: &ShownKeys) -> Result<Vec<Value>> {
        let ring = self.ring();
        let former = ring.live.range(..shown.generation);
        former
            .map(|(_, pair)| endorsement::create(&pair.signing, &self.0.actor, &shown.both(), shown.made_at))
            .collect()
    }

    /// Whether this node has made a proof, with the keys that it has now or had once.
    pub(crate) fn has_made(&self, proof: &Parsed) -> bool {
        let by_instance = proof
            .verification_method()
            .strip_prefix(&self.0.actor)
            .is_some_and(|rest| rest.starts_with('#'));
        by_instance && self.ring().ever.iter().any(|key| proof.verify(key).is_ok())
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({}, {})", self.0.actor, self.fingerprint())
    }
}
