//! The keys that outgoing requests and documents are signed with, parsed once and kept in memory.

use crate::Identity;
use entrenous_domain::accounts::{self, KeyKind};
use entrenous_domain::cache::Cache;
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, KeyGeneration, OutboundActivity};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use std::sync::Arc;

/// Most people whose parsed keys are kept.
const KEPT: u64 = 1_000;

/// Both key pairs of an actor of this node, with their ids on the wire.
#[derive(Clone)]
pub struct SigningKeys {
    /// Id of the Ed25519 key.
    pub ed25519_id: String,
    /// Ed25519.
    pub ed25519: Ed25519KeyPair,
    /// Id of the RSA key.
    pub rsa_id: String,
    /// RSA.
    pub rsa: RsaKeyPair,
    /// Which of the node's own; `None` for a person's.
    pub generation: Option<KeyGeneration>,
}

/// Finds the keys of the node and of its people. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing {
    ctx: Ctx,
    identity: Identity,
    people: Arc<Cache<AccountId, Arc<SigningKeys>>>,
}

impl KeyRing {
    pub(crate) fn new(ctx: Ctx, identity: Identity) -> Self {
        Self {
            ctx,
            identity,
            people: Arc::new(Cache::of_entries(KEPT)),
        }
    }

    /// The instance actor's keys.
    #[must_use]
    pub const fn instance(&self) -> &Identity {
        &self.identity
    }

    /// The keys of a person of this node; `None` for people of peers and disabled people.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn person(&self, id: AccountId) -> Result<Option<Arc<SigningKeys>>> {
        // The domain is asked each time (from its own cache): a disabled person signs no more.
        let ed25519 = accounts::private_key(&self.ctx, id, KeyKind::Ed25519).await?;
        let rsa = accounts::private_key(&self.ctx, id, KeyKind::Rsa).await?;
        let (Some((ed25519_id, ed25519)), Some((rsa_id, rsa))) = (ed25519, rsa) else {
            self.people.forget(&id);
            return Ok(None);
        };
        if let Some(known) = self.people.get(&id)
            && (&known.ed25519_id, &known.rsa_id) == (&ed25519_id, &rsa_id)
        {
            return Ok(Some(known));
        }
        let keys = Arc::new(SigningKeys {
            ed25519_id,
            ed25519: Ed25519KeyPair::from_pkcs8(&ed25519).map_err(DomainError::internal)?,
            rsa_id,
            rsa: RsaKeyPair::from_pkcs8(&rsa).map_err(DomainError::internal)?,
            generation: None,
        });
        self.people.insert(id, Arc::clone(&keys));
        Ok(Some(keys))
    }

    /// The keys that an activity is signed and proven with: the author's, or the node's for what the node says itself and for
    /// a leaver's `Delete`. The node's are those that the peer has for whom it is signed ([`Peer::our_keys`]). `None` if the
    /// author has left: nothing else of theirs is sent any more.
    ///
    /// Asked once for an attempt, and handed down: asked for the proof and for the request, it may answer differently in the
    /// moment in which the person leaves.
    ///
    /// # Errors
    /// Those of the domain.
    ///
    /// [`Peer::our_keys`]: entrenous_model::Peer::our_keys
    pub async fn of(
        &self,
        author: Option<AccountId>,
        activity: &OutboundActivity,
        had: KeyGeneration,
    ) -> Result<Option<Arc<SigningKeys>>> {
        match author {
            // Also in the moment in which the person leaves, while the caches still have their keys.
            Some(id) if !matches!(activity, OutboundActivity::DeleteActor) => self.person(id).await,
            _ => Ok(Some(self.identity.signing(had))),
        }
    }
}
