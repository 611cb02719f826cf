//! Changing the contract with a native peer: what our instance says of it, and what theirs said.
//!
//! `Offer`, `Accept` and `Reject` are activities of the instance actors, each with a proof (FEP-8b32) of its node's key, and
//! travel as every other activity. An `Accept` holds the whole `Offer`: whoever keeps it can show both signatures.

use crate::Federation;
use crate::inbox::Incoming;
use crate::keys::SigningKeys;
use crate::render::{time, with_context};
use entrenous_domain::peers::{self, contracts};
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Contract, KeyGeneration, Origin, Peer, PeerId, Proposal, ProposalStep, Software};
use entrenous_wire::keys::PublicKey;
use entrenous_wire::proof;
use serde_json::{Value, json};
use std::sync::Arc;

impl Federation {
    /// Our administrator offers a change of the contract, seen from this node. A native peer is asked; the contract with
    /// other software is ours alone, and takes effect at once.
    ///
    /// # Errors
    /// `NotFound` without such a peer; as [`contracts::propose`] and [`contracts::set_alone`].
    pub async fn propose(&self, actor: &str, peer: PeerId, contract: Contract, note: String) -> Result<()> {
        let peer = self.peer(peer).await?;
        if peer.software == Software::Other {
            return contracts::set_alone(self.ctx(), actor, peer.id, contract).await;
        }
        let contract = contracts::next_version(&peer, contract)?;
        let object = json!({"type": "Contract", "contract": contract, "summary": note});
        let signed = self.contract_activity(&peer, ProposalStep::Offer, &object)?;
        contracts::propose(self.ctx(), actor, peer.id, contract, note, signed).await
    }

    /// Our administrator accepts the offer with that id.
    ///
    /// # Errors
    /// `NotFound` if it does not stand.
    pub async fn accept_proposal(&self, actor: &str, peer: PeerId, uri: &str) -> Result<()> {
        let (peer, offer) = self.standing(peer, uri).await?;
        let offer: Value = serde_json::from_str(&offer.document).map_err(DomainError::internal)?;
        let signed = self.contract_activity(&peer, ProposalStep::Accept, &offer)?;
        contracts::accept(self.ctx(), actor, peer.id, uri, signed).await
    }

    /// Our administrator turns the offer with that id down.
    ///
    /// # Errors
    /// `NotFound` if it does not stand.
    pub async fn reject_proposal(&self, actor: &str, peer: PeerId, uri: &str) -> Result<()> {
        let (peer, _) = self.standing(peer, uri).await?;
        let offer = json!({"type": "Offer", "id": uri});
        let signed = self.contract_activity(&peer, ProposalStep::Reject, &offer)?;
        contracts::reject(self.ctx(), actor, peer.id, uri, signed).await
    }

    pub(crate) async fn peer(&self, id: PeerId) -> Result<Arc<Peer>> {
        peers::get(self.ctx(), id).await?.ok_or(DomainError::NotFound)
    }

    async fn standing(&self, peer: PeerId, uri: &str) -> Result<(Arc<Peer>, Proposal)> {
        let peer = self.peer(peer).await?;
        let all = contracts::open(self.ctx(), peer.id).await?;
        let offer = all.into_iter().find(|one| !one.by_us && one.uri == uri);
        Ok((peer, offer.ok_or(DomainError::NotFound)?))
    }

    fn contract_activity(
        &self,
        peer: &Peer,
        step: ProposalStep,
        object: &Value,
    ) -> Result<contracts::Signed> {
        self.step(peer, "contract", step, object)
    }

    /// A step of our instance towards a peer, with a proof. `about` names what it is about in the id.
    pub(crate) fn step(
        &self,
        peer: &Peer,
        about: &str,
        step: ProposalStep,
        object: &Value,
    ) -> Result<contracts::Signed> {
        let kind = match step {
            ProposalStep::Offer => "Offer",
            ProposalStep::Accept => "Accept",
            ProposalStep::Reject => "Reject",
        };
        let to = (&peer.origin, peer.our_keys);
        self.signed_for(to, about, kind, json!({ "object": object }))
    }

    /// What our instance says to another, with a proof of the key that it has of ours.
    pub(crate) fn signed_for(
        &self,
        (to, had): (&Origin, KeyGeneration),
        about: &str,
        kind: &str,
        says: Value,
    ) -> Result<contracts::Signed> {
        let own = self.identity().actor();
        let uri = format!("{own}#{about}-{}", self.ctx().random_token());
        let now = self.ctx().now();
        let mut document = with_context(json!({
            "id": uri,
            "type": kind,
            "actor": own,
            "to": [to.join("/actor")],
            "published": time(now),
        }));
        if let (Some(members), Value::Object(says)) = (document.as_object_mut(), says) {
            members.extend(says);
        }
        let keys = self.identity().signing(had);
        proof::attach(&mut document, &keys.ed25519, &keys.ed25519_id, now).map_err(DomainError::internal)?;
        Ok(contracts::Signed {
            uri,
            document: document.to_string(),
        })
    }

    /// What was signed when it was queued, proven with these keys of ours: signed anew if it was with others.
    ///
    /// # Errors
    /// `Internal` if the key refuses.
    pub(crate) fn proven_for(&self, mut document: Value, keys: &SigningKeys) -> Result<Value> {
        // A statement of ours within it, which is offered, is verified by itself.
        let statement = document
            .get("object")
            .filter(|object| object.get("proof").is_some() && object.get("actor") == document.get("actor"));
        if let Some(statement) = statement.cloned() {
            let statement = self.with_proof(statement, keys)?;
            if let Some(members) = document.as_object_mut()
                && members.get("object") != Some(&statement)
            {
                members.insert("object".to_owned(), statement);
                members.remove("proof");
            }
        }
        self.with_proof(document, keys)
    }

    fn with_proof(&self, mut document: Value, keys: &SigningKeys) -> Result<Value> {
        let method = proof::parse(&document).map(|proof| proof.verification_method().to_owned());
        if method.is_ok_and(|method| method == keys.ed25519_id) {
            return Ok(document);
        }
        if let Some(members) = document.as_object_mut() {
            members.remove("proof");
        }
        let now = self.ctx().now();
        proof::attach(&mut document, &keys.ed25519, &keys.ed25519_id, now).map_err(DomainError::internal)?;
        Ok(document)
    }

    /// Whether this node has signed the document, with the keys of now or of then.
    fn is_ours(&self, document: &Value) -> bool {
        proof::parse(document).is_ok_and(|proof| self.identity().has_made(&proof))
    }
}

/// An `Offer` of a contract by a native peer's instance actor, or its `Accept` or `Reject` of one of ours.
///
/// # Errors
/// `Refused` with the reason: `no_proof`, `foreign_object`; `Invalid` for terms that are not understood; `AlreadyReceived`.
pub(crate) async fn receive(
    federation: &Federation,
    incoming: &Incoming<'_>,
    step: ProposalStep,
) -> Result<()> {
    let (peer, document) = (incoming.peer, &incoming.inbound.document);
    let object = document.get("object").unwrap_or(&Value::Null);
    signed_by(peer, document)?;
    let ctx = federation.ctx();
    match step {
        ProposalStep::Offer => {
            let note = object.get("summary").and_then(Value::as_str).unwrap_or_default();
            let signed = contracts::Signed {
                uri: incoming.inbound.id.to_string(),
                document: document.to_string(),
            };
            let contract = contract_of(object)?.mirrored();
            contracts::offered(ctx, incoming.receipt(), contract, note.to_owned(), signed).await
        }
        ProposalStep::Accept => {
            let ours = federation.is_ours(object) && is_to(object, peer);
            if !ours {
                return Err(DomainError::Refused("foreign_object"));
            }
            let offered = object.get("object").unwrap_or(&Value::Null);
            let contract = contract_of(offered)?;
            contracts::accepted(ctx, incoming.receipt(), contract, document.to_string()).await
        }
        ProposalStep::Reject => {
            let uri = object.get("id").and_then(Value::as_str).unwrap_or_default();
            contracts::rejected(ctx, incoming.receipt(), uri).await
        }
    }
}

/// The proof is what can be shown later: without it nothing is agreed. (A wrong one was refused before.)
pub(crate) fn signed_by(peer: &Peer, document: &Value) -> Result<()> {
    let refused = DomainError::Refused("no_proof");
    let pinned = peer.keys.as_ref().and_then(|keys| keys.ed25519.as_deref());
    let key = pinned.and_then(|text| PublicKey::from_text(text).ok());
    let proof = proof::parse(document).ok();
    match (proof, key) {
        (Some(proof), Some(key)) if proof.verify(&key).is_ok() => Ok(()),
        _ => Err(refused),
    }
}

/// An offer of ours to another peer is not this one's to accept.
fn is_to(offer: &Value, peer: &Peer) -> bool {
    let actor = peer.origin.join("/actor");
    offer
        .get("to")
        .and_then(Value::as_array)
        .is_some_and(|to| to.iter().any(|one| one.as_str() == Some(&actor)))
}

pub(crate) fn contract_of(object: &Value) -> Result<Contract> {
    let contract = object.get("contract").cloned().unwrap_or(Value::Null);
    // Of a later version, perhaps: its node hears that it cannot be taken, and does not send it again.
    serde_json::from_value(contract).map_err(|_| DomainError::invalid("these terms are not understood here"))
}
