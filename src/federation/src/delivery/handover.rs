//! What the instance says with a signature in its words: new keys, and steps about contracts and introductions. Each is made
//! for the keys that the peer has, and after a 401 for those that came after them.

use super::verdict::{self, Verdict};
use crate::Federation;
use entrenous_domain::Result;
use entrenous_domain::deliveries::{Delivery, Dropped};
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
    let mut signing = vec![identity.for_peer(peer)];
    signing.extend(identity.after(peer.our_keys));
    let mut last = None;
    for keys in signing {
        // Who takes later ones is not given back earlier ones.
        let given = keys
            .generation
            .map_or(generation, |signed| signed.max(generation));
        let body = federation.keys_update(peer, delivery.activity, given)?;
        let bytes = body.len();
        let sent = federation
            .client()
            .post_as_signed(peer, cleared, &delivery.inbox, body, &keys)
            .await;
        let unsure = matches!(&sent, Ok(answer) if answer.status == 401);
        federation.wonder(peer, &sent);
        let verdict = match sent {
            Ok(answer) => verdict::of_answer(&answer),
            Err(error) => verdict::of_error(&error),
        };
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
    last.ok_or_else(|| entrenous_domain::DomainError::internal("there are no keys to sign with"))
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
    let mut signing = vec![identity.for_peer(peer)];
    signing.extend(identity.after(peer.our_keys));
    let mut last = None;
    for keys in signing {
        let given = keys.generation.unwrap_or(peer.our_keys);
        let reader = Peer {
            our_keys: given,
            ..Peer::clone(peer)
        };
        let Some(body) = federation.activity(&reader, cleared, delivery).await? else {
            let nothing = Dropped {
                code: "nothing_to_send".to_owned(),
                reason: "there is nothing to send any more".to_owned(),
            };
            return Ok((Verdict::Dropped(nothing), 0, None));
        };
        let bytes = body.len();
        let sent = federation
            .client()
            .post_as_signed(peer, cleared, &delivery.inbox, body, &keys)
            .await;
        let unsure = matches!(&sent, Ok(answer) if answer.status == 401);
        federation.wonder(peer, &sent);
        let verdict = match sent {
            Ok(answer) => verdict::of_answer(&answer),
            Err(error) => verdict::of_error(&error),
        };
        let has = (matches!(verdict, Verdict::Taken(_)) && given > peer.our_keys).then_some(given);
        last = Some((verdict, bytes, has));
        if !unsure {
            break;
        }
    }
    last.ok_or_else(|| entrenous_domain::DomainError::internal("there are no keys to sign with"))
}
