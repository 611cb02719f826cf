//! The instance actor's own keys.
//!
//! The node itself is an actor (`/actor`): it signs what is fetched, and its keys are what administrators compare and
//! peers pin. The private halves are kept sealed by the vault in `node_secrets`.

use crate::endorsement;
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_model::{Origin, PeerKeys, Time};
use entrenous_store::{StoreError, node_secrets};
use entrenous_wire::keys::{Ed25519KeyPair, Fingerprint, PublicKey, RsaKeyPair, fingerprint};
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the keys are sealed for, and where they stand in `node_secrets`.
const PURPOSE: &str = "instance key";
const ED25519: &str = "instance-ed25519";
const RSA: &str = "instance-rsa";

/// The instance actor with its keys. Cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    origin: Origin,
    actor: String,
    ed25519: Ed25519KeyPair,
    rsa: RsaKeyPair,
    ed25519_public: PublicKey,
    rsa_public: PublicKey,
    fingerprint: Fingerprint,
}

impl Identity {
    /// The keys of this node; made and kept sealed at the first call (by `entrenous init`, or the first start).
    ///
    /// # Errors
    /// `Conflict` if the vault's key is not the one they were sealed with (nothing is ever overwritten), the store's, and
    /// `Internal` if the system's random source fails.
    pub async fn load_or_create(ctx: &Ctx) -> Result<Self> {
        if let Some(identity) = Self::load(ctx).await? {
            return Ok(identity);
        }
        let (ed25519, rsa) = tokio::task::spawn_blocking(|| {
            let ed25519 = Ed25519KeyPair::generate()?;
            Ok::<_, entrenous_wire::keys::KeyError>((ed25519, RsaKeyPair::generate()?))
        })
        .await
        .map_err(DomainError::internal)?
        .map_err(DomainError::internal)?;
        let seal = |plain: Zeroizing<Vec<u8>>| ctx.vault().seal(PURPOSE, ctx.random(), &plain);
        let sealed_ed25519 = seal(ed25519.to_pkcs8().map_err(DomainError::internal)?)?;
        let sealed_rsa = seal(rsa.to_pkcs8().map_err(DomainError::internal)?)?;
        let kept = ctx
            .store()
            .write(move |tx| node_secrets::insert_new(tx, &[(ED25519, sealed_ed25519), (RSA, sealed_rsa)]))
            .await;
        match kept {
            // Of two processes that start at once, the first one's keys stay: both load them below.
            Ok(_) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Self::load(ctx)
            .await?
            .ok_or_else(|| DomainError::internal("the instance keys were not kept"))
    }

    async fn load(ctx: &Ctx) -> Result<Option<Self>> {
        let sealed = ctx
            .store()
            .read(|conn| Ok((node_secrets::get(conn, ED25519)?, node_secrets::get(conn, RSA)?)))
            .await?;
        let (sealed_ed25519, sealed_rsa) = match sealed {
            (Some(ed25519), Some(rsa)) => (ed25519, rsa),
            (None, None) => return Ok(None),
            _ => {
                return Err(DomainError::internal(
                    "one of the two instance keys is missing from the database",
                ));
            }
        };
        let open = |sealed: &[u8]| {
            ctx.vault().open(PURPOSE, sealed).map_err(|_| {
                DomainError::Conflict(
                    "the node's own keys in the database were sealed with another one".to_owned(),
                )
            })
        };
        let ed25519 = Ed25519KeyPair::from_pkcs8(&open(&sealed_ed25519)?).map_err(DomainError::internal)?;
        let rsa = RsaKeyPair::from_pkcs8(&open(&sealed_rsa)?).map_err(DomainError::internal)?;
        Self::of(ctx.origin(), ed25519, rsa).map(Some)
    }

    /// An identity with given keys (tests, and [`Identity::load_or_create`]).
    ///
    /// # Errors
    /// `Internal` if the library refuses a key.
    pub fn of(origin: &Origin, ed25519: Ed25519KeyPair, rsa: RsaKeyPair) -> Result<Self> {
        let ed25519_public = ed25519.public_key().map_err(DomainError::internal)?;
        let rsa_public = rsa.public_key().map_err(DomainError::internal)?;
        Ok(Self(Arc::new(Inner {
            actor: origin.join("/actor"),
            origin: origin.clone(),
            fingerprint: fingerprint(&[ed25519_public.clone(), rsa_public.clone()]),
            ed25519,
            rsa,
            ed25519_public,
            rsa_public,
        })))
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

    /// Id of the Ed25519 key on the wire.
    #[must_use]
    pub fn ed25519_key_id(&self) -> String {
        format!("{}#ed25519-key", self.0.actor)
    }

    /// Id of the RSA key on the wire.
    #[must_use]
    pub fn rsa_key_id(&self) -> String {
        format!("{}#main-key", self.0.actor)
    }

    /// The Ed25519 key pair: signs by RFC 9421, makes proofs.
    #[must_use]
    pub fn ed25519(&self) -> &Ed25519KeyPair {
        &self.0.ed25519
    }

    /// The RSA key pair: signs for other software.
    #[must_use]
    pub fn rsa(&self) -> &RsaKeyPair {
        &self.0.rsa
    }

    /// The public Ed25519 key.
    #[must_use]
    pub fn ed25519_public(&self) -> &PublicKey {
        &self.0.ed25519_public
    }

    /// The public RSA key.
    #[must_use]
    pub fn rsa_public(&self) -> &PublicKey {
        &self.0.rsa_public
    }

    /// What administrators compare: over both public keys.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint
    }

    /// The public halves as a peer pins them.
    #[must_use]
    pub fn peer_keys(&self) -> PeerKeys {
        PeerKeys {
            actor: self.0.actor.clone(),
            ed25519: self.0.ed25519_public.to_multibase(),
            rsa_pem: Some(self.0.rsa_public.to_pem()),
            fingerprint: self.0.fingerprint.to_string(),
        }
    }

    /// The word of this node for the keys of one of its people; see [`endorsement`].
    ///
    /// # Errors
    /// `Internal` if the key refuses.
    pub fn endorse(&self, actor: &str, keys: &[PublicKey], at: Time) -> Result<Value> {
        endorsement::create(self, actor, keys, at)
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({}, {})", self.0.actor, self.0.fingerprint)
    }
}
