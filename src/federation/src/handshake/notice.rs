//! What instances tell each other about the connection itself: that it was confirmed, that it has ended (`order`). Signed by the
//! pinned instance keys, on a route of its own, since the inboxes take nothing from who is not active.

use super::link::is_token;
use super::{contact, inviter, receipt};
use crate::Federation;
use crate::gate::{Denied, Received};
use crate::vocabulary::{ActivityKind, Inbound};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use entrenous_domain::{DomainError, deliveries, ledger, peers};
use entrenous_model::{Crossing, Direction, Origin, Peer, PeerId, PeerState};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The route.
pub(super) const PATH: &str = "/invitations/notice";
/// Pauses before each try to tell the other side that it was confirmed, in seconds. It asks for that too.
const TRIES: [u64; 6] = [0, 5, 30, 300, 3_600, 21_600];

impl Federation {
    /// Our administrator confirms a peer that accepted our invitation (or one that was suspended); the other side is told
    /// in the background.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` with what the state is, or if its keys have changed; `Remote` if that cannot be seen.
    pub async fn confirm(&self, actor: &str, peer: PeerId) -> entrenous_domain::Result<()> {
        self.look_before_confirming(actor, peer).await?;
        peers::confirm(self.ctx(), actor, peer).await?;
        self.tell_later(peer).await
    }

    /// Our administrator halts a peer. It is not told; what is queued is kept.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` unless active.
    pub async fn suspend(&self, actor: &str, peer: PeerId) -> entrenous_domain::Result<()> {
        peers::suspend(self.ctx(), actor, peer).await
    }

    /// Other software knows no such notice; it sees what it gets from then on.
    pub(super) async fn tell_later(&self, id: PeerId) -> entrenous_domain::Result<()> {
        let Some(peer) = peers::get(self.ctx(), id).await? else {
            return Ok(());
        };
        if peer.software != entrenous_model::Software::Native {
            return Ok(());
        }
        let federation = self.clone();
        let nonce = self.ctx().random_token();
        tokio::spawn(async move {
            for pause in TRIES {
                tokio::time::sleep(Duration::from_secs(pause)).await;
                match federation.tell(id, &nonce).await {
                    Ok(true) => return,
                    Ok(false) => tracing::debug!(peer = %id, "the other side did not take the confirmation"),
                    Err(error) => tracing::debug!(peer = %id, %error, "the other side was not told"),
                }
            }
            tracing::info!(peer = %id, "the other side could not be told that it was confirmed");
        });
        Ok(())
    }

    /// True if it was taken, or is not true any more.
    async fn tell(&self, id: PeerId, nonce: &str) -> entrenous_domain::Result<bool> {
        let Some(peer) = peers::get(self.ctx(), id).await? else {
            return Ok(true);
        };
        if peer.state != PeerState::Active {
            return Ok(true);
        }
        let permit = contact::permit(&peer.origin, &[PATH])?;
        let body = serde_json::to_vec(&self.confirmation(&peer, nonce)).map_err(DomainError::internal)?;
        let response = self
            .contact_peer(&peer, &permit, Method::POST, PATH, Bytes::from(body))
            .await?;
        let taken = response.status == StatusCode::ACCEPTED;
        if taken {
            // What was refused there before goes now.
            deliveries::peer_heard(self.ctx(), id).await?;
        }
        Ok(taken)
    }

    fn confirmation(&self, peer: &Peer, nonce: &str) -> Value {
        let (own, theirs) = (self.identity().actor(), peer.origin.join("/actor"));
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{own}#notice-{nonce}"),
            "type": "Accept",
            "actor": own,
            "to": [theirs],
            "object": {"type": "Invite", "actor": own, "object": theirs},
        })
    }
}

/// `POST /invitations/notice`.
pub(super) async fn receive(State(federation): State<Federation>, request: Request) -> Response {
    let taken = take(&federation, request).await;
    inviter::answer(&federation, "POST notice", taken.map(Taken::answer)).await
}

/// What became of a notice.
enum Taken {
    /// It has its effect, or will have.
    Accepted,
    /// An order is carried out: the receipt.
    Done(Value),
}

impl Taken {
    fn answer(self) -> Response {
        match self {
            Self::Accepted => StatusCode::ACCEPTED.into_response(),
            Self::Done(receipt) => axum::Json(receipt).into_response(),
        }
    }
}

async fn take(federation: &Federation, request: Request) -> Result<Taken, Denied> {
    let received = Received::of(request).await?;
    let (peer, _) = inviter::known(federation, &received).await?;
    let origin = &peer.origin;
    let bad = |reason| Denied::new(StatusCode::BAD_REQUEST, reason).about(origin);
    let inbound = Inbound::parse(&received.body).map_err(|why| bad(why.code()))?;
    if inbound.id.origin() != origin {
        return Err(Denied::forbidden("foreign_activity").about(origin));
    }
    if peer.keys.as_ref().map(|keys| keys.actor.as_str()) != Some(inbound.actor.as_str()) {
        return Err(Denied::forbidden("actor_mismatch").about(origin));
    }
    let own = federation.identity().actor();
    let ours = match &inbound.activity.object {
        crate::vocabulary::Object::Activity(inner) => inner.object.id().is_some_and(|id| id.as_str() == own),
        _ => false,
    };
    if !ours {
        return Err(Denied::forbidden("foreign_object").about(origin));
    }
    let failed = |error: DomainError| failed(error, origin);
    let ctx = federation.ctx();
    let activity = inbound.id.to_string();
    match inbound.activity.kind {
        ActivityKind::Accept => {
            if peers::was_received(ctx, &activity).await.map_err(failed)? {
                return Ok(Taken::Accepted);
            }
            peers::confirmed_by_peer(ctx, peer.id).await.map_err(failed)?;
            // What it refused while it was pending goes now.
            deliveries::peer_heard(ctx, peer.id).await.map_err(failed)?;
        }
        ActivityKind::Undo => {
            let nonce = inbound.document.get("nonce").and_then(Value::as_str);
            let nonce = nonce.filter(|nonce| is_token(nonce)).map(str::to_owned);
            let bytes = i64::try_from(received.body.len()).unwrap_or(i64::MAX);
            let ended = peers::revoked_by_peer(ctx, peer.id, activity, nonce, bytes);
            let Some(purge) = ended.await.map_err(failed)? else {
                return Ok(Taken::Accepted);
            };
            let (Some(nonce), Some(finished)) = (&purge.nonce, purge.finished_at) else {
                return Ok(Taken::Accepted);
            };
            let keys = federation.identity().for_peer(&peer);
            let receipt = receipt::create(own, &keys, origin, nonce, &purge, finished);
            let receipt = receipt.map_err(failed)?;
            let parcel = receipt::parcel(receipt.to_string().len());
            ledger::note(ctx, Crossing::of(peer.id, Direction::Sent, parcel));
            return Ok(Taken::Done(receipt));
        }
        _ => return Err(bad("unknown_type")),
    }
    // Remembered after its effect, which twice is once: an old notice has none after a new beginning.
    let cleared = peer.clear_notice();
    let remembered = ctx.store().write(move |tx| {
        let now = tx.now();
        entrenous_store::received::claim(tx, &activity, cleared, now)
    });
    let remembered = remembered.await.map(|_| Taken::Accepted);
    remembered.map_err(|error| failed(error.into()))
}

fn failed(error: DomainError, origin: &Origin) -> Denied {
    match error {
        DomainError::Refused(reason) => Denied::forbidden(reason).about(origin),
        other => Denied::failed(&other),
    }
}
