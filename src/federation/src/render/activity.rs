//! Activities, rendered when they are delivered.

use super::writer::{Writer, seen};
use super::{Reader, with_context};
use crate::Federation;
use crate::keys::SigningKeys;
use bytes::Bytes;
use entrenous_domain::deliveries::Delivery;
use entrenous_domain::{DomainError, Result, accounts, custom_emoji};
use entrenous_model::{
    AccountId, ActivityId, Cleared, OutboundActivity, Peer, Sending, Software, Visibility,
};
use serde_json::Value;

/// What is sent as one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The activity.
    pub body: Bytes,
    /// `Collection-Synchronization`, of what is addressed to the author's followers (FEP-8fcf).
    pub synchronization: Option<String>,
}

impl Federation {
    /// What is sent as a delivery: the activity in the words of that peer's software, with an FEP-8b32 proof between native
    /// nodes. `keys` are those that the request is signed with ([`KeyRing::of`]): whoever makes the attempt has chosen them,
    /// once. `None`: there is nothing to send any more (the post is gone, or the peer may no longer see it).
    ///
    /// # Errors
    /// Those of the domain. None of them is the peer's fault: try again later.
    ///
    /// [`KeyRing::of`]: crate::keys::KeyRing::of
    pub async fn activity(
        &self,
        peer: &Peer,
        cleared: Cleared<Sending>,
        delivery: &Delivery,
        keys: &SigningKeys,
    ) -> Result<Option<Sent>> {
        let reader = Reader::of(peer, cleared);
        let (OutboundActivity::CreatePost { post } | OutboundActivity::UpdatePost { post }) = &delivery.data
        else {
            let said = (delivery.account, &delivery.data);
            let document = self.document(peer, reader, delivery.activity, said, keys).await?;
            let Some(document) = document else { return Ok(None) };
            let body = to_bytes(&document)?;
            let synchronization = self.told_with(peer, delivery, &document).await?;
            return Ok(Some(Sent {
                body,
                synchronization,
            }));
        };
        // Whether the peer may see it is asked for each; what it is then sent is the same for all of its software.
        let Some(view) = seen(self, reader, *post, &delivery.data).await? else {
            return Ok(None);
        };
        custom_emoji::known(self.ctx()).await?;
        // At each attempt anew: it is the followers of this moment that the peer is to have.
        let synchronization = match view.post.visibility {
            Visibility::Direct | Visibility::Group => None,
            _ => self.synchronization_of(peer.id, &view.account).await?,
        };
        let key = (delivery.activity, reader.kind());
        if let Some(body) = self.written().get(&key, &view.body) {
            return Ok(Some(Sent {
                body,
                synchronization,
            }));
        }
        let writer = Writer {
            federation: self,
            reader,
            account: &view.account,
            id: self.activity_id(delivery.activity),
        };
        let document = Value::Object(writer.post_of(&view, &delivery.data));
        let body = to_bytes(&self.proven(reader, keys, document)?)?;
        self.written().keep(key, &view.body, body.clone());
        Ok(Some(Sent {
            body,
            synchronization,
        }))
    }

    /// `Collection-Synchronization` for what is no post, if it is addressed to its author's followers. Who has left has none.
    async fn told_with(&self, peer: &Peer, delivery: &Delivery, document: &Value) -> Result<Option<String>> {
        let Some(author) = delivery.account else {
            return Ok(None);
        };
        let Some(author) = accounts::get(self.ctx(), author).await? else {
            return Ok(None);
        };
        let addressed = ["to", "cc"]
            .into_iter()
            .filter_map(|name| document.get(name)?.as_array())
            .flatten()
            .any(|id| id.as_str() == Some(author.followers_uri.as_str()));
        if addressed {
            self.synchronization_of(peer.id, &author).await
        } else {
            Ok(None)
        }
    }

    /// The document of an activity of this node for one peer, by who says it, proven with these keys; see
    /// [`Federation::activity`].
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn document(
        &self,
        peer: &Peer,
        reader: Reader,
        id: ActivityId,
        (author, data): (Option<AccountId>, &OutboundActivity),
        keys: &SigningKeys,
    ) -> Result<Option<Value>> {
        let Some(author) = author else {
            return match data {
                // With the keys that the peer has: new ones have an activity of their own.
                OutboundActivity::UpdateNode => self.node_update(peer, id, peer.our_keys).map(Some),
                OutboundActivity::UpdateKeys { generation } => {
                    let given = peer.our_keys.max(*generation);
                    self.node_update(peer, id, given).map(Some)
                }
                OutboundActivity::Contract { document, .. }
                | OutboundActivity::Introduction { document, .. } => {
                    let document = serde_json::from_str(document).map_err(DomainError::internal)?;
                    self.proven_for(document, keys).map(Some)
                }
                OutboundActivity::Flag {
                    target,
                    posts,
                    content,
                } => Ok(Some(self.flag(
                    peer,
                    id,
                    (target.as_str(), posts.as_slice()),
                    content,
                ))),
                _ => Ok(None),
            };
        };
        // Leavers too: their `Delete` still has to go.
        let account = match data {
            // The change may be committed, and not told to the caches yet.
            OutboundActivity::UpdateProfile => accounts::get_anew(self.ctx(), author).await?,
            _ => accounts::get_even_hidden(self.ctx(), author).await?,
        };
        let Some(account) = account.filter(|account| account.is_local()) else {
            return Ok(None);
        };
        if account.disabled_at.is_some() && !matches!(data, OutboundActivity::DeleteActor) {
            return Ok(None);
        }
        let writer = Writer {
            federation: self,
            reader,
            account: &account,
            id: self.activity_id(id),
        };
        let Some(document) = writer.write(data).await? else {
            return Ok(None);
        };
        self.proven(reader, keys, Value::Object(document)).map(Some)
    }

    /// The id of an activity that has no id of its own.
    #[must_use]
    pub fn activity_id(&self, id: ActivityId) -> String {
        self.ctx().origin().join(&format!("/activities/{id}"))
    }

    /// Context and, for a native peer, the proof.
    pub(super) fn proven(&self, reader: Reader, keys: &SigningKeys, document: Value) -> Result<Value> {
        let mut whole = with_context(document);
        if reader.software == Software::Native {
            entrenous_wire::proof::attach(&mut whole, &keys.ed25519, &keys.ed25519_id, self.ctx().now())
                .map_err(DomainError::internal)?;
        }
        Ok(whole)
    }
}

pub(super) fn to_bytes(document: &Value) -> Result<Bytes> {
    serde_json::to_vec(document)
        .map(Bytes::from)
        .map_err(DomainError::internal)
}
