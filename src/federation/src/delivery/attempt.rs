//! One attempt at one delivery.

use super::handover::{HandedOver, hand_over, speak, unwritable, write};
use super::verdict::{self, Verdict};
use crate::Federation;
use crate::render::Sent;
use entrenous_domain::deliveries::{self, Delivery, Done, Dropped, Failure, Over};
use entrenous_domain::{Result, peers};
use entrenous_model::{Barred, DeliveryId, OutboundActivity, Peer, PeerId, Sending, SignatureForm};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// What a lane waits for when its peer is not active any more.
const PAUSE: Duration = Duration::from_secs(1);

/// How an attempt ended. Nothing of it is written down yet, unless it says so.
pub(super) enum Ended {
    /// The peer has it.
    Taken(Done, SignatureForm),
    /// It will not be made again, and why.
    Dropped(Done, Dropped),
    /// The peer has it, and that is written down.
    Written(DeliveryId),
    /// It stays in the queue; others may be taken.
    Held(DeliveryId, Failure),
    /// It stays in the queue; `None` if it was not tried, because the peer is not active any more.
    Failed(DeliveryId, Option<Failure>),
}

/// One attempt, as far as it can be said without writing it down; new keys are written down at once, before anything else is
/// signed for the peer.
///
/// # Errors
/// Only this node's own.
pub(super) async fn attempt(
    federation: &Federation,
    peer: PeerId,
    delivery: &Arc<Delivery>,
) -> Result<Ended> {
    let id = delivery.id;
    let (verdict, bytes, keys) = try_once(federation, peer, delivery).await?;
    tracing::debug!(%peer, delivery = %id, kind = delivery.data.kind(), ?verdict, "delivery attempted");
    let over = match verdict {
        Verdict::Failed(failure) => return Ok(Ended::Failed(id, Some(failure))),
        Verdict::Held(failure) => return Ok(Ended::Held(id, failure)),
        Verdict::Untried => {
            // Memory and database may disagree for a moment: the lane must not spin meanwhile.
            sleep(PAUSE).await;
            return Ok(Ended::Failed(id, None));
        }
        Verdict::Taken(form) => Ok(form),
        Verdict::Dropped(why) => Err(why),
    };
    let parcel = federation.parcel(delivery, bytes).await?;
    let done = Done { id, parcel };
    if keys.is_none() {
        return Ok(match over {
            Ok(form) => Ended::Taken(done, form),
            Err(why) => Ended::Dropped(done, why),
        });
    }
    let mut written = Over {
        keys,
        ..Over::default()
    };
    match over {
        Ok(form) => {
            written.taken.push(done);
            written.form = Some(form);
        }
        Err(why) => written.dropped.push((done, why)),
    }
    deliveries::finish(federation.ctx(), vec![(peer, written)]).await?;
    Ok(Ended::Written(id))
}

/// Why something is not sent that was queued under another contract.
const NOT_GIVEN: &str = "the contract does not give it any more";

async fn is_barred(federation: &Federation, peer: &Peer, delivery: &Delivery) -> Result<bool> {
    let now = peers::get(federation.ctx(), peer.id).await?;
    let asked = now.map(|peer| peer.clear::<Sending>(delivery.data.matter()));
    Ok(matches!(asked, Some(Err(Barred::Contract))))
}

/// What came of it, the size of what was sent, and the keys of ours that the peer has by it.
async fn try_once(federation: &Federation, peer: PeerId, delivery: &Delivery) -> Result<HandedOver> {
    let unsent = |code: &str, reason: &str| {
        let (code, reason) = (code.to_owned(), reason.to_owned());
        Ok((Verdict::Dropped(Dropped { code, reason }), 0, None))
    };
    let untried = || (Verdict::Untried, 0, None);
    // Asked again: the contract may have changed since it was queued, or while it waited for its turn.
    let Some(peer) = peers::get(federation.ctx(), peer).await? else {
        return Ok(untried());
    };
    let cleared = match peer.clear(delivery.data.matter()) {
        Ok(cleared) => cleared,
        Err(Barred::State(_)) => return Ok(untried()),
        Err(why @ Barred::Contract) => return unsent(why.code(), NOT_GIVEN),
    };
    if let OutboundActivity::UpdateKeys { generation } = delivery.data {
        return hand_over(federation, &peer, cleared, delivery, generation).await;
    }
    if matches!(
        delivery.data,
        OutboundActivity::Contract { .. } | OutboundActivity::Introduction { .. }
    ) {
        return speak(federation, &peer, cleared, delivery).await;
    }
    // For the proof and for the request.
    let keys = federation.keys();
    let keys = match keys.of(delivery.account, &delivery.data, peer.our_keys).await {
        Ok(Some(keys)) => keys,
        Ok(None) => return unsent("nothing_to_send", "its author has left"),
        Err(error) => return Ok((Verdict::Dropped(unwritable(delivery, error)?), 0, None)),
    };
    let Sent {
        body,
        synchronization,
    } = match write(federation, &peer, cleared, delivery, &keys).await? {
        Ok(sent) => sent,
        Err(why) => return Ok((Verdict::Dropped(why), 0, None)),
    };
    let bytes = body.len();
    let sent = federation
        .client()
        .post_synchronizing(
            &peer,
            cleared,
            &delivery.inbox,
            body,
            synchronization.as_deref(),
            &keys,
        )
        .await;
    federation.wonder(&peer, &sent);
    let verdict = match sent {
        // The contract changed while it was under way, and the peer went by it first: no reason to let it rest.
        Ok(answer) if answer.status == 403 && is_barred(federation, &peer, delivery).await? => {
            return unsent(Barred::Contract.code(), NOT_GIVEN);
        }
        Ok(answer) => verdict::of_answer(&answer),
        Err(error) => verdict::of_error(&error),
    };
    Ok((verdict, bytes, None))
}
