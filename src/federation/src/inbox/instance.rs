//! What a peer's instance actor says: new keys, a new name, and that one of its people has left.

use super::Incoming;
use crate::vocabulary::{ActivityKind, Actor, Object};
use crate::{Federation, contracts};
use entrenous_domain::{DomainError, Result, accounts, peers};
use entrenous_model::{Peer, PeerKeys, ProposalStep, Software};
use entrenous_wire::keys::{Algorithm, PublicKey, fingerprint};

pub(super) async fn apply(federation: &Federation, incoming: &Incoming<'_>) -> Result<()> {
    let (peer, inbound) = (incoming.peer, incoming.inbound);
    match (inbound.activity.kind, &inbound.activity.object) {
        (ActivityKind::Delete, _) => {
            let gone = accounts::known_by_uri(federation.ctx(), inbound.actor.as_str()).await?;
            match gone {
                // Known by its page only would be another's.
                Some(account) if account.uri == inbound.actor.as_str() => {
                    accounts::remote_gone(federation.ctx(), incoming.via(), account.id).await
                }
                _ => Ok(()),
            }
        }
        (ActivityKind::Update, Object::Actor(actor)) => {
            let keys = keys_of(peer, actor).ok_or(DomainError::Refused("keys"))?;
            if let Some(old) = peer.keys.as_ref().filter(|old| **old != keys) {
                // The old key has signed this: the guard knows no other.
                peers::rotate_keys(federation.ctx(), peer.id, old, keys).await?;
            }
            let name = actor.name.trim();
            if name.is_empty() || name == peer.name {
                return Ok(());
            }
            peers::rename(federation.ctx(), peer.id, name).await
        }
        (ActivityKind::Offer, _) => contracts::receive(federation, incoming, ProposalStep::Offer).await,
        (ActivityKind::Accept, _) => contracts::receive(federation, incoming, ProposalStep::Accept).await,
        (ActivityKind::Reject, _) => contracts::receive(federation, incoming, ProposalStep::Reject).await,
        _ => Ok(()),
    }
}

/// The keys of an instance actor as they are pinned; `None` if it has none, or a native one has not both kinds or more.
pub(crate) fn pinned_keys(actor: &Actor) -> Option<PeerKeys> {
    let of = |algorithm: Algorithm| {
        actor
            .keys
            .iter()
            .map(|key| &key.key)
            .find(|key| key.algorithm() == algorithm)
    };
    let (ed25519, rsa) = (of(Algorithm::Ed25519), of(Algorithm::RsaV15Sha256));
    let keys: Vec<PublicKey> = ed25519.into_iter().chain(rsa).cloned().collect();
    if keys.is_empty() {
        return None;
    }
    Some(PeerKeys {
        actor: actor.id.to_string(),
        ed25519: ed25519.and_then(PublicKey::to_multibase),
        rsa_pem: rsa.map(PublicKey::to_pem),
        fingerprint: fingerprint(&keys).to_string(),
    })
}

/// New keys must be of the kinds that were pinned.
fn keys_of(peer: &Peer, actor: &Actor) -> Option<PeerKeys> {
    let keys = pinned_keys(actor)?;
    let old = peer.keys.as_ref()?;
    let lost = old.ed25519.is_some() && keys.ed25519.is_none();
    (!lost && (peer.software == Software::Other || keys.ed25519.is_some())).then_some(keys)
}
