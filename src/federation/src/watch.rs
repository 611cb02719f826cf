//! Whether a peer still shows the keys that are pinned (`federation.md`, "Trust", 6).
//!
//! Anyone can send a request that names a peer's key and whose signature does not hold, so that alone does nothing but make
//! us look, at most once a minute, as does a 401 or 403 to what we send: the instance actor's document is fetched from the pinned origin. Keys that the pinned
//! ones endorse are a rotation, wherever they are seen. Any others stop the peer.

use crate::client::{Answer, Budget, ClientError};
use crate::inbox::pinned_keys;
use crate::vocabulary::{Actor, Id};
use crate::{Federation, endorsement};
use entrenous_domain::{DomainError, Result, peers};
use entrenous_model::{Matter, Peer, PeerKeys};
use entrenous_wire::keys::PublicKey;
use std::sync::Arc;

/// What an instance actor's document shows beside what is pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The pinned keys.
    Pinned,
    /// Others, with the word of the pinned ones for them.
    Endorsed(PeerKeys),
    /// Others, with this fingerprint.
    Others(String),
    /// Nothing that tells: another actor, or none of the keys that are understood.
    Nothing,
}

pub(crate) fn judge(pinned: &PeerKeys, actor: &Actor) -> Shown {
    if actor.id.as_str() != pinned.actor {
        return Shown::Nothing;
    }
    let Some(keys) = pinned_keys(actor) else {
        return Shown::Nothing;
    };
    let all: Vec<PublicKey> = actor.keys.iter().map(|key| key.key.clone()).collect();
    let shows = |text: &String| PublicKey::from_text(text).is_ok_and(|key| all.contains(&key));
    // Other software may come to show more kinds than were pinned.
    if pinned.ed25519.iter().chain(&pinned.rsa_pem).all(shows) {
        return Shown::Pinned;
    }
    let endorsed = actor
        .endorsements
        .iter()
        .any(|word| endorsement::holds(word, pinned, &pinned.actor, &all));
    // What was pinned of both kinds is not given up.
    if endorsed && keys.ed25519.is_some() && keys.rsa_pem.is_some() {
        Shown::Endorsed(keys)
    } else {
        Shown::Others(keys.fingerprint)
    }
}

impl Federation {
    /// Something in the peer's name did not hold: looks at its keys in the background, at most once a minute.
    pub(crate) fn suspect(&self, peer: &Arc<Peer>) {
        if !peer.is_active() || peer.keys.is_none() || !self.client().may_look_at_keys(peer.id) {
            return;
        }
        let (federation, peer) = (self.clone(), Arc::clone(peer));
        tokio::spawn(async move {
            if let Err(error) = federation.look_at_keys(&peer).await {
                tracing::debug!(peer = %peer.origin, %error, "its instance actor tells nothing of its keys");
            }
        });
    }

    /// Looks at its keys likewise if it does not know us: somebody else may answer at its address.
    pub(crate) fn wonder(&self, peer: &Arc<Peer>, sent: &std::result::Result<Answer, ClientError>) {
        if matches!(sent, Ok(answer) if matches!(answer.status, 401 | 403)) {
            self.suspect(peer);
        }
    }

    async fn look_at_keys(&self, peer: &Arc<Peer>) -> Result<()> {
        let Some(pinned) = &peer.keys else { return Ok(()) };
        let id = Id::parse(&pinned.actor).map_err(|why| DomainError::Refused(why.code()))?;
        // What is fetched is looked at there.
        self.fetch_actor_document(peer, peer.clear(Matter::Key)?, &id, &Budget::of(2))
            .await
            .map(drop)
    }

    /// Acts on what an instance actor's document shows that was fetched from its peer.
    ///
    /// # Errors
    /// `Refused("keys_changed")` if the peer was stopped.
    pub(crate) async fn heed(&self, peer: &Peer, actor: &Actor) -> Result<()> {
        let Some(pinned) = &peer.keys else { return Ok(()) };
        match judge(pinned, actor) {
            Shown::Pinned | Shown::Nothing => Ok(()),
            Shown::Endorsed(keys) => peers::rotate_keys(self.ctx(), peer.id, pinned, keys).await,
            Shown::Others(shown) => {
                if !peers::keys_changed(self.ctx(), peer.id, pinned, &shown).await? {
                    // It changed meanwhile: by its own word, or by an administrator.
                    return Ok(());
                }
                tracing::error!(
                    peer = %peer.origin,
                    pinned = pinned.fingerprint,
                    shown,
                    "the keys of a peer have changed without its word for it: it is suspended"
                );
                Err(DomainError::Refused("keys_changed"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::identity;
    use serde_json::{Value, json};

    fn document(id: &str, keys: &[PublicKey; 2], words: &[Value]) -> Actor {
        let [ed25519, rsa] = keys;
        Actor::read(&json!({
            "id": id, "type": "Application",
            "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": rsa.to_pem()},
            "assertionMethod": [{
                "id": format!("{id}#ed25519-key"), "type": "Multikey", "controller": id,
                "publicKeyMultibase": ed25519.to_multibase(),
            }],
            "endorsements": words,
        }))
        .unwrap()
    }

    #[test]
    fn only_the_pinned_keys_word_makes_it_a_rotation() {
        let (old, new, other) = (
            identity("https://a.test"),
            identity("https://a.test"),
            identity("https://a.test"),
        );
        let (pinned, actor) = (old.peer_keys(), old.actor());
        let (keys, at) = (new.current().both(), new.current().made_at);
        let word = |by: &crate::Identity, of: &str, keys: &[PublicKey]| {
            endorsement::create(&by.for_stranger(), of, keys, at).unwrap()
        };
        let shown = |keys: &[PublicKey; 2], words: &[Value]| judge(&pinned, &document(actor, keys, words));
        assert_eq!(shown(&old.current().both(), &[]), Shown::Pinned);
        let [ed25519, rsa] = old.current().both();
        let half = [ed25519, new.current().rsa.clone()];
        assert!(
            matches!(shown(&half, &[]), Shown::Others(_)),
            "one of both is another"
        );
        let fewer = PeerKeys {
            ed25519: None,
            ..pinned.clone()
        };
        let more = document(actor, &[new.current().ed25519.clone(), rsa], &[]);
        assert_eq!(judge(&fewer, &more), Shown::Pinned);
        let others = Shown::Others(new.fingerprint().to_string());
        assert_eq!(shown(&keys, &[]), others);
        let good = word(&old, actor, &keys);
        assert_eq!(
            shown(&keys, &[word(&other, actor, &keys), good.clone()]),
            Shown::Endorsed(new.peer_keys())
        );
        // By the new keys themselves, by another's, for somebody else, for other keys.
        for bad in [
            word(&new, actor, &keys),
            word(&other, actor, &keys),
            word(&old, "https://a.test/people/eve", &keys),
            word(&old, actor, &other.current().both()),
        ] {
            assert_eq!(shown(&keys, &[bad]), others);
        }
        let elsewhere = document("https://a.test/other", &keys, &[good]);
        assert_eq!(judge(&pinned, &elsewhere), Shown::Nothing);
    }
}
