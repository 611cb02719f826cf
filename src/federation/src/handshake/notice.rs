//! What instances tell each other about the connection itself: that it was confirmed, that it has ended. Signed by the
//! pinned instance keys, on a route of its own, since the inboxes take nothing from who is not active.

use super::joiner::FORM;
use super::{contact, inviter};
use crate::Federation;
use crate::gate::{Denied, Received};
use crate::vocabulary::{ActivityKind, Inbound};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use entrenous_domain::{DomainError, peers};
use entrenous_egress::Permit;
use entrenous_model::{Origin, Peer, PeerId, PeerState};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The route.
pub(super) const PATH: &str = "/invitations/notice";
/// Pauses before each try to tell the other side, in seconds. A confirmation is also asked for by the other side, and a
/// revoked peer learns it from the first 403.
const TRIES: [u64; 6] = [0, 5, 30, 300, 3_600, 21_600];

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    /// `Accept`: our administrator has confirmed.
    Confirmed,
    /// `Undo`: our administrator has ended it.
    Revoked,
}

impl Federation {
    /// Our administrator confirms a peer that accepted our invitation (or one that was suspended); the other side is told
    /// in the background.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` with what the state is.
    pub async fn confirm(&self, actor: &str, peer: PeerId) -> entrenous_domain::Result<()> {
        peers::confirm(self.ctx(), actor, peer).await?;
        self.tell_later(peer, Notice::Confirmed).await
    }

    /// Our administrator halts a peer. It is not told; what is queued is kept.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` unless active.
    pub async fn suspend(&self, actor: &str, peer: PeerId) -> entrenous_domain::Result<()> {
        peers::suspend(self.ctx(), actor, peer).await
    }

    /// Our administrator ends a peer, at once; the other side is told in the background.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` if it was revoked before.
    pub async fn revoke(&self, actor: &str, peer: PeerId) -> entrenous_domain::Result<()> {
        peers::revoke(self.ctx(), actor, peer).await?;
        self.tell_later(peer, Notice::Revoked).await
    }

    /// Other software knows no such notice; it sees what it gets from then on.
    async fn tell_later(&self, id: PeerId, notice: Notice) -> entrenous_domain::Result<()> {
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
                match federation.tell(id, notice, &nonce).await {
                    Ok(true) => return,
                    Ok(false) => {
                        tracing::debug!(peer = %id, ?notice, "the other side did not take the notice");
                    }
                    Err(error) => tracing::debug!(peer = %id, ?notice, %error, "the other side was not told"),
                }
            }
            tracing::info!(peer = %id, ?notice, "the other side could not be told");
        });
        Ok(())
    }

    /// True if it was taken, or is not true any more.
    async fn tell(&self, id: PeerId, notice: Notice, nonce: &str) -> entrenous_domain::Result<bool> {
        let Some(peer) = peers::get(self.ctx(), id).await? else {
            return Ok(true);
        };
        let (permit, state) = match notice {
            Notice::Confirmed => (contact::permit(&peer.origin, &[PATH])?, PeerState::Active),
            Notice::Revoked => {
                let permit = Permit::purge(peer.origin.as_str());
                (
                    permit.map_err(|error| contact::no_answer(&peer.origin, error))?,
                    PeerState::Revoked,
                )
            }
        };
        if peer.state != state {
            return Ok(true);
        }
        let body = serde_json::to_vec(&self.notice(&peer, notice, nonce)).map_err(DomainError::internal)?;
        let url = peer.origin.join(PATH);
        let response = self
            .contact(&permit, Method::POST, &url, Bytes::from(body), FORM)
            .await;
        let response = response.map_err(|error| contact::no_answer(&peer.origin, error))?;
        Ok(response.status == StatusCode::ACCEPTED)
    }

    fn notice(&self, peer: &Peer, notice: Notice, nonce: &str) -> Value {
        let own = self.identity().actor();
        let theirs = peer.origin.join("/actor");
        let (kind, object) = match notice {
            Notice::Confirmed => (
                "Accept",
                json!({"type": "Invite", "actor": own, "object": theirs}),
            ),
            Notice::Revoked => ("Undo", json!({"type": "Accept", "actor": own, "object": theirs})),
        };
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{own}#notice-{nonce}"),
            "type": kind,
            "actor": own,
            "to": [theirs],
            "object": object,
        })
    }
}

/// `POST /invitations/notice`.
pub(super) async fn receive(State(federation): State<Federation>, request: Request) -> Response {
    let taken = take(&federation, request).await;
    inviter::answer(&federation, "POST notice", taken.map(|()| StatusCode::ACCEPTED)).await
}

async fn take(federation: &Federation, request: Request) -> Result<(), Denied> {
    let received = Received::of(request).await?;
    let (peer, state) = inviter::known(federation, &received).await?;
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
    if peers::was_received(ctx, inbound.id.as_str())
        .await
        .map_err(failed)?
    {
        return Ok(());
    }
    match inbound.activity.kind {
        ActivityKind::Accept => peers::confirmed_by_peer(ctx, peer.id).await.map_err(failed)?,
        ActivityKind::Undo if state == PeerState::Revoked => {}
        ActivityKind::Undo => match peers::revoke(ctx, "peer", peer.id).await {
            // Two of them at once.
            Err(DomainError::Conflict(_)) => {}
            other => other.map_err(failed)?,
        },
        _ => return Err(bad("unknown_type")),
    }
    // Remembered after its effect, which twice is once: an old notice has none after a new beginning.
    let (activity, cleared) = (inbound.id.to_string(), peer.clear_notice());
    let remembered = ctx.store().write(move |tx| {
        let now = tx.now();
        entrenous_store::received::claim(tx, &activity, cleared, now)
    });
    remembered.await.map(drop).map_err(|error| failed(error.into()))
}

fn failed(error: DomainError, origin: &Origin) -> Denied {
    match error {
        DomainError::Refused(reason) => Denied::forbidden(reason).about(origin),
        other => Denied::failed(&other),
    }
}
