//! The keys that outgoing requests and documents are signed with, parsed once and kept in memory.

use crate::Identity;
use entrenous_domain::accounts::{self, KeyKind};
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, KeyGeneration};
use entrenous_wire::keys::{Ed25519KeyPair, RsaKeyPair};
use moka::sync::Cache;
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
    people: Cache<AccountId, Arc<SigningKeys>>,
}

impl KeyRing {
    pub(crate) fn new(ctx: Ctx, identity: Identity) -> Self {
        Self {
            ctx,
            identity,
            people: Cache::new(KEPT),
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
            self.people.invalidate(&id);
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

    /// The keys of the person, or the node's if there is no such person any more: the node then speaks for them (a
    /// leaver's `Delete`). The node's are those that the peer has for whom it is signed ([`Peer::our_keys`]).
    ///
    /// # Errors
    /// Those of the domain.
    ///
    /// [`Peer::our_keys`]: entrenous_model::Peer::our_keys
    pub async fn of(&self, id: Option<AccountId>, had: KeyGeneration) -> Result<Arc<SigningKeys>> {
        let person = match id {
            Some(id) => self.person(id).await?,
            None => None,
        };
        Ok(person.unwrap_or_else(|| self.identity.signing(had)))
    }
}
