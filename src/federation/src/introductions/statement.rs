//! What a sponsor says of two nodes: who they are, by their keys, and what would hold between them.

use crate::Federation;
use crate::Identity;
use crate::render::time;
use chrono::DateTime;
use entrenous_domain::peers::contracts::Signed;
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Contract, KeyGeneration, Origin, Peer, PeerIdentity, PeerKeys, Terms, Time};
use entrenous_wire::keys::{PublicKey, fingerprint};
use entrenous_wire::proof;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What it calls itself.
const TYPE: &str = "Introduction";

/// One of the two nodes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Party {
    /// Its instance actor.
    id: String,
    origin: Origin,
    name: String,
    /// Multibase (FEP-521a).
    ed25519: String,
    /// SPKI PEM.
    rsa: String,
    #[serde(rename = "sharedInbox")]
    shared_inbox: String,
    /// What it would give to the other.
    gives: Terms,
}

impl Party {
    /// # Errors
    /// `Conflict` if a key or the inbox is not known.
    pub(super) fn of(peer: &Peer, gives: &Terms) -> Result<Self> {
        let missing = || DomainError::Conflict(format!("{} cannot be introduced", peer.origin));
        let keys = peer.keys.clone().ok_or_else(missing)?;
        Ok(Self {
            id: keys.actor,
            origin: peer.origin.clone(),
            name: peer.name.clone(),
            ed25519: keys.ed25519.ok_or_else(missing)?,
            rsa: keys.rsa_pem.ok_or_else(missing)?,
            shared_inbox: peer.shared_inbox.clone().ok_or_else(missing)?,
            gives: gives.clone(),
        })
    }

    /// `None` if its keys cannot be read or its addresses are not on its origin.
    fn identity(self) -> Option<PeerIdentity> {
        let keys = [&self.ed25519, &self.rsa].map(|text| PublicKey::from_text(text).ok());
        let [Some(ed25519), Some(rsa)] = keys else {
            return None;
        };
        let on_its_origin = self.id == self.origin.join("/actor") && self.origin.owns(&self.shared_inbox);
        on_its_origin.then(|| PeerIdentity {
            name: self.name.chars().filter(|c| !c.is_control()).take(200).collect(),
            keys: PeerKeys {
                actor: self.id,
                ed25519: ed25519.to_multibase(),
                rsa_pem: Some(rsa.to_pem()),
                fingerprint: fingerprint(&[ed25519, rsa]).to_string(),
            },
            origin: self.origin,
            shared_inbox: self.shared_inbox,
        })
    }
}

/// A statement as one of the two reads it.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) uri: String,
    /// The other node.
    pub(super) node: PeerIdentity,
    /// The keys of this node that it names, and the other node has by it.
    pub(super) our_keys: KeyGeneration,
    /// Seen from this node.
    pub(super) contract: Contract,
    pub(super) note: String,
    pub(super) expires_at: Time,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    actor: String,
    #[serde(default)]
    summary: String,
    end_time: String,
    nodes: [Party; 2],
}

/// The statement about these two, signed with the keys of ours that both have.
///
/// # Errors
/// `Internal` if the key refuses.
pub(super) fn create(
    federation: &Federation,
    parties: &[Party; 2],
    had: KeyGeneration,
    note: &str,
    expires_at: Time,
) -> Result<Signed> {
    let (identity, now) = (federation.identity(), federation.ctx().now());
    let own = identity.actor();
    let uri = format!("{own}#introduction-{}", federation.ctx().random_token());
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", proof::CONTEXT],
        "id": uri,
        "type": TYPE,
        "actor": own,
        "summary": note,
        "published": time(now),
        "endTime": time(expires_at),
        "nodes": parties,
    });
    let keys = identity.signing(had);
    proof::attach(&mut document, &keys.ed25519, &keys.ed25519_id, now).map_err(DomainError::internal)?;
    Ok(Signed {
        uri,
        document: document.to_string(),
    })
}

/// Reads what `sponsor` states; its signature is verified by the caller.
///
/// # Errors
/// `Invalid`: not understood, not the sponsor's, not about this node and one other, or about other keys than this node has.
pub(super) fn read(document: &Value, sponsor: &Peer, own: &Identity) -> Result<Statement> {
    let wrong = |what: &'static str| DomainError::invalid(what);
    let said: Written = serde_json::from_value(document.clone())
        .map_err(|_| wrong("this introduction is not understood here"))?;
    if said.kind != TYPE
        || !sponsor.origin.owns(&said.id)
        || sponsor.keys.as_ref().map(|keys| &keys.actor) != Some(&said.actor)
    {
        return Err(wrong("the introduction is not its sender's"));
    }
    let [one, two] = said.nodes;
    let (us, them) = if &one.origin == own.origin() {
        (one, two)
    } else {
        (two, one)
    };
    if &us.origin != own.origin() || &them.origin == own.origin() || them.origin == sponsor.origin {
        return Err(wrong("the introduction is not about this node and another"));
    }
    let contract = Contract {
        version: 1,
        we_give: us.gives.clone(),
        they_give: them.gives.clone(),
    };
    let unreadable = || wrong("the introduction names keys or addresses that cannot be");
    let us = us.identity().ok_or_else(unreadable)?;
    let our_keys = own
        .generation_of(&us.keys)
        .ok_or_else(|| wrong("the introduction names other keys of this node than it has"))?;
    let expires_at = DateTime::parse_from_rfc3339(&said.end_time)
        .map_err(|_| wrong("the introduction has no end"))?
        .to_utc();
    Ok(Statement {
        uri: said.id,
        node: them.identity().ok_or_else(unreadable)?,
        our_keys,
        contract,
        note: said.summary,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::identity;
    use entrenous_model::Preset;

    fn party(of: &Identity) -> Value {
        let keys = of.peer_keys();
        json!({
            "id": of.actor(), "origin": of.origin(), "name": "Node", "ed25519": keys.ed25519, "rsa": keys.rsa_pem,
            "sharedInbox": of.origin().join("/inbox"), "gives": Terms::PARTNER,
        })
    }

    fn peer(of: &Identity) -> Peer {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        Peer {
            id: entrenous_model::PeerId(1),
            origin: of.origin().clone(),
            name: "Sponsor".to_owned(),
            state: entrenous_model::PeerState::Active,
            software: entrenous_model::Software::Native,
            keys: Some(of.peer_keys()),
            shared_inbox: None,
            contract: Preset::SameOrganisation.contract(),
            signature_form: entrenous_model::SignatureForm::Rfc9421Ed25519,
            created_at: at,
            updated_at: at,
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

    #[test]
    fn a_statement_is_about_us_and_one_other() {
        let [a, b, c] = ["https://a.test", "https://b.test", "https://c.test"].map(identity);
        let said = |nodes: Value| {
            json!({
                "id": format!("{}#introduction-1", a.actor()), "type": "Introduction", "actor": a.actor(),
                "summary": "Meet", "endTime": "2030-01-01T00:00:00.000Z", "nodes": nodes,
            })
        };
        let whole = said(json!([party(&b), party(&c)]));
        let seen = read(&whole, &peer(&a), &b).unwrap();
        assert_eq!((&seen.node.origin, &seen.node.keys), (c.origin(), &c.peer_keys()));
        assert_eq!(read(&whole, &peer(&a), &c).unwrap().node.keys, b.peer_keys());

        // By another, about others, about the sponsor, about one node twice, with keys that are not ours.
        assert!(read(&whole, &peer(&c), &b).is_err());
        assert!(read(&said(json!([party(&a), party(&c)])), &peer(&a), &b).is_err());
        assert!(read(&said(json!([party(&b), party(&a)])), &peer(&a), &b).is_err());
        assert!(read(&said(json!([party(&b), party(&b)])), &peer(&a), &b).is_err());
        let mut other_keys = party(&b);
        other_keys["ed25519"] = c.peer_keys().ed25519.into();
        assert!(read(&said(json!([other_keys, party(&c)])), &peer(&a), &b).is_err());
        // An inbox elsewhere, an actor elsewhere, terms of a later version.
        for (name, value) in [
            ("sharedInbox", json!("https://a.test/inbox")),
            ("id", json!("https://a.test/actor")),
            ("gives", json!({"telepathy": true})),
        ] {
            let mut them = party(&c);
            them[name] = value;
            assert!(
                read(&said(json!([party(&b), them])), &peer(&a), &b).is_err(),
                "{name}"
            );
        }
    }
}
