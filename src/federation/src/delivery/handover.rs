//! What the instance says with a signature in its words: new keys, and steps about contracts and introductions. Each is made
//! for the keys that the peer has, and after a 401 for those that came after them.

use super::verdict::{self, Verdict};
use crate::keys::SigningKeys;
use crate::render::Sent;
use crate::{Federation, Identity};
use bytes::Bytes;
use entrenous_domain::deliveries::{Delivery, Dropped};
use entrenous_domain::{DomainError, Result};
use entrenous_model::{Cleared, KeyGeneration, Peer, Sending, Software};
use std::sync::Arc;

/// What came of it, the size of what was sent, and the keys that the peer has now if they are not those it had.
pub(super) type HandedOver = (Verdict, usize, Option<KeyGeneration>);

/// Sends the `Update` with the keys of `generation`. The peer may have them already, and its answer have been lost, or it
/// may have followed the word of the former keys in the actor's document: after a 401 it is signed with the next ones, up
/// to the newest.
pub(super) async fn hand_over(
    federation: &Federation,
    peer: &Arc<Peer>,
    cleared: Cleared<Sending>,
    delivery: &Delivery,
    generation: KeyGeneration,
) -> Result<HandedOver> {
    if peer.our_keys >= generation {
        let has = Dropped {
            code: "nothing_to_send".to_owned(),
            reason: "it has these keys, or later ones".to_owned(),
        };
        return Ok((Verdict::Dropped(has), 0, None));
    }
    let identity = federation.identity();
    // It may have been queued this moment, or by another process.
    identity.reach(federation.ctx(), generation).await?;
    let mut last = None;
    for keys in in_turn(identity, peer) {
        // Who takes later ones is not given back earlier ones.
        let given = keys
            .generation
            .map_or(generation, |signed| signed.max(generation));
        let body = federation.keys_update(peer, delivery.activity, given)?;
        let bytes = body.len();
        let (verdict, unsure) = post(federation, peer, cleared, delivery, body, &keys).await;
        // Other software that does not understand it asks for keys when it needs them.
        let has = match (&verdict, peer.software) {
            (Verdict::Taken(_), _) | (Verdict::Dropped(_), Software::Other) => Some(given),
            _ => None,
        };
        last = Some((verdict, bytes, has));
        if !unsure {
            break;
        }
    }
    last.ok_or_else(|| DomainError::internal("there are no keys to sign with"))
}

/// The keys of ours that the peer has, then those that it may have by now.
fn in_turn(identity: &Identity, peer: &Peer) -> Vec<Arc<SigningKeys>> {
    let mut signing = vec![identity.for_peer(peer)];
    signing.extend(identity.after(peer.our_keys));
    signing
}

/// What came of one attempt, and whether other keys may do better.
async fn post(
    federation: &Federation,
    peer: &Arc<Peer>,
    cleared: Cleared<Sending>,
    delivery: &Delivery,
    body: Bytes,
    keys: &SigningKeys,
) -> (Verdict, bool) {
    let sent = federation
        .client()
        .post_as_signed(peer, cleared, &delivery.inbox, body, keys)
        .await;
    let unsure = matches!(&sent, Ok(answer) if answer.status == 401);
    federation.wonder(peer, &sent);
    let verdict = match sent {
        Ok(answer) => verdict::of_answer(&answer),
        Err(error) => verdict::of_error(&error),
    };
    (verdict, unsure)
}

/// The activity as it is sent with these keys, or why it never will be.
///
/// # Errors
/// Only the store's.
pub(super) async fn write(
    federation: &Federation,
    peer: &Peer,
    cleared: Cleared<Sending>,
    delivery: &Delivery,
    keys: &SigningKeys,
) -> Result<std::result::Result<Sent, Dropped>> {
    match federation.activity(peer, cleared, delivery, keys).await {
        Ok(Some(sent)) => Ok(Ok(sent)),
        Ok(None) => Ok(Err(Dropped {
            code: "nothing_to_send".to_owned(),
            reason: "there is nothing to send any more".to_owned(),
        })),
        Err(error) => unwritable(delivery, error).map(Err),
    }
}

/// Why an activity is given up that cannot be written, or signed.
///
/// # Errors
/// The store's: that will be better.
pub(super) fn unwritable(delivery: &Delivery, error: DomainError) -> Result<Dropped> {
    if matches!(error, DomainError::Store(_)) {
        return Err(error);
    }
    // It would never be better, and would hold up what comes after it.
    tracing::error!(%error, delivery = %delivery.id, kind = delivery.data.kind(), "an activity cannot be written");
    Ok(Dropped {
        code: "unwritable".to_owned(),
        reason: "it cannot be written; see the log".to_owned(),
    })
}

/// Sends a step about a contract or an introduction, whose proof is made for the keys that the peer has. It may have followed
/// later ones before it is told of them: after a 401 request and proof are made with these.
pub(super) async fn speak(
    federation: &Federation,
    peer: &Arc<Peer>,
    cleared: Cleared<Sending>,
    delivery: &Delivery,
) -> Result<HandedOver> {
    let identity = federation.identity();
    let mut last = None;
    for keys in in_turn(identity, peer) {
        let given = keys.generation.unwrap_or(peer.our_keys);
        let reader = Peer {
            our_keys: given,
            ..Peer::clone(peer)
        };
        let body = match write(federation, &reader, cleared, delivery, &keys).await? {
            Ok(sent) => sent.body,
            Err(why) => return Ok((Verdict::Dropped(why), 0, None)),
        };
        let bytes = body.len();
        let (verdict, unsure) = post(federation, peer, cleared, delivery, body, &keys).await;
        let has = (matches!(verdict, Verdict::Taken(_)) && given > peer.our_keys).then_some(given);
        last = Some((verdict, bytes, has));
        if !unsure {
            break;
        }
    }
    last.ok_or_else(|| DomainError::internal("there are no keys to sign with"))
}
