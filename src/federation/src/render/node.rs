//! What the instance actor says to one peer: its keys and its name, and reports. Signed by the node; it needs no proof, since
//! nobody passes it on.

use super::activity::to_bytes;
use super::with_context;
use crate::Federation;
use activitypub_federation::kinds::activity::{FlagType, UpdateType};
use bytes::Bytes;
use entrenous_domain::Result;
use entrenous_model::{ActivityId, KeyGeneration, Peer};
use serde_json::{Value, json};

impl Federation {
    /// The `Update` that gives a peer the keys of one generation.
    pub(crate) fn keys_update(&self, peer: &Peer, id: ActivityId, given: KeyGeneration) -> Result<Bytes> {
        to_bytes(&self.node_update(peer, id, given)?)
    }

    /// `Update` of the instance actor, to one peer.
    pub(super) fn node_update(&self, peer: &Peer, id: ActivityId, given: KeyGeneration) -> Result<Value> {
        let mut node = self.instance_actor_with(&self.identity().shown(given))?;
        if let Some(node) = node.as_object_mut() {
            // The activity has it.
            node.remove("@context");
        }
        Ok(with_context(json!({
            "id": self.activity_id(id),
            "type": UpdateType::default(),
            "actor": self.identity().actor(),
            "to": [instance_of(peer)],
            "object": node,
        })))
    }

    /// `Flag` by the instance actor, to that of the peer: the person first, then their posts, as Mastodon writes it.
    pub(super) fn flag(
        &self,
        peer: &Peer,
        id: ActivityId,
        (target, posts): (&str, &[String]),
        content: &str,
    ) -> Value {
        let posts = posts.iter().map(String::as_str);
        let object: Vec<&str> = std::iter::once(target).chain(posts).collect();
        with_context(json!({
            "id": self.activity_id(id),
            "type": FlagType::default(),
            "actor": self.identity().actor(),
            "to": [instance_of(peer)],
            "content": content,
            "object": object,
        }))
    }
}

/// The id of a peer's instance actor, as far as it is known.
fn instance_of(peer: &Peer) -> String {
    peer.keys
        .as_ref()
        .map_or_else(|| peer.origin.to_string(), |keys| keys.actor.clone())
}
