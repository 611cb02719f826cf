//! What a peer's instance actor says: new keys, a new name, that one of its people has left, and reports.

use super::Incoming;
use crate::vocabulary::{ActivityKind, Actor, Inbound, Object};
use crate::{Federation, contracts, introductions};
use entrenous_domain::{DomainError, Result, accounts, peers};
use entrenous_model::{Peer, PeerKeys, ProposalStep, Software};
use entrenous_wire::keys::{Algorithm, PublicKey, fingerprint};
use serde_json::Value;

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
            // One that comes again may be older than what was said since.
            if peers::was_received(federation.ctx(), inbound.id.as_str()).await? {
                return Ok(());
            }
            let keys = keys_of(peer, actor).ok_or(DomainError::Refused("keys"))?;
            if let Some(old) = peer.keys.as_ref().filter(|old| **old != keys) {
                // The old key has signed this: the guard knows no other.
                peers::rotate_keys(federation.ctx(), peer.id, old, keys).await?;
            }
            let name = actor.name.trim();
            if !name.is_empty() && name != peer.name {
                peers::rename(federation.ctx(), peer.id, name).await?;
            }
            // Claimed after its effects: if this process ends between them, it comes again and changes nothing more.
            super::leave(federation, incoming).await
        }
        (ActivityKind::Update, _) => super::leave(federation, incoming).await,
        (ActivityKind::Offer, _) => step(federation, incoming, ProposalStep::Offer).await,
        (ActivityKind::Accept, _) => step(federation, incoming, ProposalStep::Accept).await,
        (ActivityKind::Reject, _) => step(federation, incoming, ProposalStep::Reject).await,
        (ActivityKind::Flag, _) => super::flag::receive(federation, incoming).await,
        _ => Ok(()),
    }
}

/// Whether an activity of the instance claims its id in a transaction, which the ledger is told in.
pub(super) const fn claims(kind: ActivityKind) -> bool {
    matches!(
        kind,
        ActivityKind::Delete
            | ActivityKind::Update
            | ActivityKind::Offer
            | ActivityKind::Accept
            | ActivityKind::Reject
            | ActivityKind::Flag
    )
}

/// What instances offer each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    /// A change of the contract.
    Contract,
    /// A node, made known.
    Introduction,
}

impl Offered {
    const ALL: [Self; 2] = [Self::Contract, Self::Introduction];

    /// The `type` on the wire, and the word of the ledger.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Contract => "Contract",
            Self::Introduction => "Introduction",
        }
    }
}

/// What an `Offer` is of, or an answer to one.
pub(super) fn offered(inbound: &Inbound) -> Option<Offered> {
    let object = inbound.document.get("object")?;
    let kind = |of: &Value| of.get("type").and_then(Value::as_str).map(str::to_owned);
    let word = match inbound.activity.kind {
        ActivityKind::Offer => kind(object)?,
        ActivityKind::Accept | ActivityKind::Reject if kind(object)? == "Offer" => {
            // A contract that is turned down is named by its offer's id alone.
            let within = object.get("object");
            within.map_or(Some(Offered::Contract.word().to_owned()), kind)?
        }
        _ => return None,
    };
    Offered::ALL.into_iter().find(|offered| offered.word() == word)
}

async fn step(federation: &Federation, incoming: &Incoming<'_>, step: ProposalStep) -> Result<()> {
    match offered(incoming.inbound) {
        Some(Offered::Contract) => contracts::receive(federation, incoming, step).await,
        Some(Offered::Introduction) => introductions::receive(federation, incoming, step).await,
        None => super::leave(federation, incoming).await,
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
    let whole = keys.ed25519.is_some() && keys.rsa_pem.is_some();
    (!lost && (peer.software == Software::Other || whole)).then_some(keys)
}
