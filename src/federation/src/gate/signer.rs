//! Whose key it is, and whether it made the signature.

use super::Denied;
use crate::Federation;
use crate::client::Budget;
use crate::vocabulary::Id;
use entrenous_domain::{DomainError, accounts};
use entrenous_model::{AccountId, Matter, Peer, PeerKeys, Software};
use entrenous_wire::keys::PublicKey;
use entrenous_wire::signature::{Parsed, Refusal, Verified};
use std::sync::Arc;

/// Who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signer {
    /// The peer's instance actor, with a pinned key.
    Instance,
    /// A person of the peer (or another actor of it).
    Person(AccountId),
}

impl Signer {
    /// The account, of a person.
    #[must_use]
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Instance => None,
            Self::Person(id) => Some(id),
        }
    }
}

/// Finds the key and verifies. Tells whether the query is signed.
pub(super) async fn find(
    federation: &Federation,
    peer: &Arc<Peer>,
    signature: &Parsed,
    body: &[u8],
    budget: &Budget,
) -> Result<(Signer, bool), Denied> {
    if let Some(keys) = peer
        .keys
        .as_ref()
        .filter(|keys| names_instance(keys, signature.key_id()))
    {
        return match by_instance(federation, keys, signature, body) {
            Ok(query) => Ok((Signer::Instance, query)),
            Err(refusal) => {
                // A stranger may have written this; or the peer has other keys.
                if matches!(refusal, Refusal::BadSignature) {
                    federation.suspect(peer);
                }
                Err(Denied::signature(refusal))
            }
        };
    }
    let check = |key: &PublicKey| signature.verify(key, federation.expected(), body);
    let ctx = federation.ctx();
    let known = accounts::key_owner(ctx, signature.key_id())
        .await
        .map_err(|error| Denied::failed(&error))?;
    if let Some((account, key)) = known {
        if account.peer != Some(peer.id) {
            return Err(Denied::key("key_owner"));
        }
        let key = PublicKey::from_text(&key.public).map_err(|_| Denied::key("key"))?;
        match check(&key) {
            Ok(verified) => return Ok((Signer::Person(account.id), query_signed(verified))),
            // A native person may have new keys, which their instance key endorses; other keys are pinned.
            Err(Refusal::BadSignature | Refusal::Algorithm)
                if peer.software == Software::Native && federation.client().may_refetch_keys(peer.id) => {}
            Err(refusal) => return Err(Denied::signature(refusal)),
        }
    }
    let (id, key) = fetch(federation, peer, signature.key_id(), budget).await?;
    let verified = check(&key).map_err(Denied::signature)?;
    Ok((Signer::Person(id), query_signed(verified)))
}

const fn query_signed(verified: Verified) -> bool {
    verified.query_signed
}

/// `keyId` is the instance actor's: its id with a fragment, or with a path below it (as GoToSocial writes it).
fn names_instance(keys: &PeerKeys, key_id: &str) -> bool {
    key_id
        .strip_prefix(keys.actor.as_str())
        .is_some_and(|rest| rest.starts_with('#') || rest == "/main-key")
}

fn by_instance(
    federation: &Federation,
    keys: &PeerKeys,
    signature: &Parsed,
    body: &[u8],
) -> Result<bool, Refusal> {
    let pinned = [keys.ed25519.as_deref(), keys.rsa_pem.as_deref()];
    let mut refusal = Refusal::BadSignature;
    for key in pinned
        .into_iter()
        .flatten()
        .filter_map(|text| PublicKey::from_text(text).ok())
    {
        match signature.verify(&key, federation.expected(), body) {
            Ok(verified) => return Ok(verified.query_signed),
            // "Not this kind of key" says less than what the other one says.
            Err(Refusal::Algorithm) => {}
            Err(other) => refusal = other,
        }
    }
    Err(refusal)
}

/// Asks the peer, whose origin the `keyId` has, for the actor of a key that is not known.
async fn fetch(
    federation: &Federation,
    peer: &Arc<Peer>,
    key_id: &str,
    budget: &Budget,
) -> Result<(AccountId, PublicKey), Denied> {
    let url = Id::parse(key_id).map_err(|_| Denied::signature(Refusal::KeyId))?;
    let cleared = peer
        .clear(Matter::Key)
        .map_err(|barred| Denied::key(barred.code()))?;
    let actor = federation
        .fetch_actor_document(peer, cleared, &url, budget)
        .await
        .map_err(|error| unknown(&error))?;
    let key = actor
        .key(key_id)
        .cloned()
        .ok_or_else(|| Denied::key("key_unknown"))?;
    let id = federation
        .accept_actor(peer, &actor, None)
        .await
        .map_err(|error| unknown(&error))?;
    Ok((id, key))
}

fn unknown(error: &DomainError) -> Denied {
    match error {
        DomainError::Refused(reason) => Denied::key(reason),
        DomainError::Store(_) | DomainError::Internal(_) => Denied::failed(error),
        // What is of others, whose keys are known, may well be taken.
        DomainError::TooMany(_) => Denied::key("too_many_fetches"),
        // The peer does not answer for its own key: it may be asked again later.
        DomainError::Remote(text) => Denied::unavailable("key_unreachable").because(text.clone()),
        other => Denied::key("key_unknown").because(other.to_string()),
    }
}
