//! Ordering a revoked peer to remove or hide what it was given, until it confirms that with a receipt.
//!
//! The order is an `Undo` of the connection to [`PATH`]: nothing else crosses to a revoked peer. It is sent again with the
//! same nonce until the answer is the receipt, so that the peer need not reach this node, and a lost answer costs nothing.

use super::notice::PATH;
use super::receipt::{self, NoReceipt};
use super::{contact, waiting};
use crate::Federation;
use bytes::Bytes;
use entrenous_domain::peers::{self, Confirmation, Exchange};
use entrenous_domain::{DomainError, Result};
use entrenous_egress::Permit;
use entrenous_model::{AtEnd, Parcel, Peer, PeerId, PeerState, PurgeOrder, Software};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Orders under way at once.
const TOGETHER: usize = 8;
/// The table is looked at this often even if nothing was heard.
const LOOK: Duration = Duration::from_secs(60);
/// How long a store that fails is left alone.
const AFTER_FAULT: Duration = Duration::from_secs(5);

impl Federation {
    /// Our administrator ends a peer, at once. A native one is ordered in the background to remove or hide what it was
    /// given.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` if it was revoked before.
    pub async fn revoke(&self, actor: &str, peer: PeerId) -> Result<()> {
        peers::revoke(self.ctx(), actor, peer).await
    }

    /// Sends orders until `stop` ends; begins with what an earlier process left.
    pub(crate) async fn run_orders(self, stop: impl Future<Output = ()> + Send) {
        let mut events = self.ctx().store().events();
        tokio::pin!(stop);
        loop {
            let sending = self.send_orders();
            let pause = tokio::select! {
                biased;
                () = &mut stop => return,
                sent = sending => sent,
            };
            let pause = pause.unwrap_or_else(|error| {
                tracing::error!(%error, "the orders to revoked peers cannot be read");
                AFTER_FAULT
            });
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = waiting::changed(&mut events) => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Sends the orders that are due; answers when to look again.
    ///
    /// # Errors
    /// Only the store's.
    pub async fn send_orders(&self) -> Result<Duration> {
        let now = self.ctx().now();
        let (due, later): (Vec<_>, Vec<_>) = peers::open_orders(self.ctx())
            .await?
            .into_iter()
            .partition(|(_, order)| order.next_try.is_some_and(|at| at <= now));
        let more = due.len() > TOGETHER;
        let mut under_way = JoinSet::new();
        for (peer, order) in due.into_iter().take(TOGETHER) {
            let federation = self.clone();
            under_way.spawn(async move { federation.send_order(peer, &order).await });
        }
        let any = !under_way.is_empty();
        while let Some(sent) = under_way.join_next().await {
            sent.map_err(DomainError::internal)??;
        }
        if any || more {
            // When those are due again is written down now.
            return Ok(Duration::ZERO);
        }
        let next = later.iter().filter_map(|(_, order)| order.next_try).min();
        let pause = next.and_then(|at| (at - now).to_std().ok()).unwrap_or(LOOK);
        Ok(pause.clamp(Duration::from_millis(10), LOOK))
    }

    async fn send_order(&self, id: PeerId, order: &PurgeOrder) -> Result<()> {
        let peer = peers::get(self.ctx(), id).await?;
        let peer = peer.filter(|peer| peer.state == PeerState::Revoked && peer.software == Software::Native);
        let Some(peer) = peer else { return Ok(()) };
        let undo = self.undo(&peer, order);
        let body = serde_json::to_vec(&undo).map_err(DomainError::internal)?;
        let sent = Parcel {
            kind: peers::ORDER.to_owned(),
            activity: undo.get("id").and_then(Value::as_str).map(str::to_owned),
            bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
            ..Parcel::default()
        };
        match self.ask_for_receipt(&peer, body).await {
            Ok(Some(body)) => {
                let exchange = Exchange {
                    order: sent,
                    answer: receipt::parcel(body.len()),
                };
                if let Err(why) = self.taken(&peer, order, &body, &exchange).await? {
                    peers::receipt_refused(self.ctx(), id, order, exchange, why.code()).await?;
                }
            }
            Ok(None) => peers::unconfirmed(self.ctx(), id, order, Some(sent)).await?,
            Err(error) => {
                tracing::debug!(peer = %id, %error, "a revoked peer has not taken its order");
                peers::unconfirmed(self.ctx(), id, order, None).await?;
            }
        }
        Ok(())
    }

    /// Sends an order. `None`: it was taken, and is not carried out yet.
    async fn ask_for_receipt(&self, peer: &Peer, body: Vec<u8>) -> Result<Option<Bytes>> {
        let permit = Permit::purge(peer.origin.as_str(), PATH);
        let permit = permit.map_err(|error| contact::no_answer(&peer.origin, error))?;
        let response = self
            .contact_peer(peer, &permit, Method::POST, PATH, Bytes::from(body))
            .await?;
        match response.status {
            StatusCode::OK => Ok(Some(response.body)),
            StatusCode::ACCEPTED => Ok(None),
            other => Err(DomainError::Remote(format!("status {}", other.as_u16()))),
        }
    }

    fn undo(&self, peer: &Peer, order: &PurgeOrder) -> Value {
        let (own, theirs) = (self.identity().actor(), peer.origin.join("/actor"));
        let given = &peer.contract.we_give;
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{own}#notice-{}", order.nonce),
            "type": "Undo",
            "actor": own,
            "to": [theirs],
            "object": {"type": "Accept", "actor": own, "object": theirs},
            "nonce": order.nonce,
            "purge": given.at_end == AtEnd::Purge,
            "given": given,
        })
    }

    async fn taken(
        &self,
        peer: &Peer,
        order: &PurgeOrder,
        body: &Bytes,
        exchange: &Exchange,
    ) -> Result<std::result::Result<(), NoReceipt>> {
        let document = Some(body)
            .filter(|body| body.len() <= receipt::LONGEST)
            .and_then(|body| crate::vocabulary::read(body).ok());
        let (Some(document), Some(pinned)) = (document, &peer.keys) else {
            return Ok(Err(NoReceipt::Malformed));
        };
        let receipt = match receipt::read(&document, pinned, self.identity().actor(), &order.nonce) {
            Ok(receipt) => receipt,
            Err(why) => return Ok(Err(why)),
        };
        let receipt = Confirmation {
            nonce: order.nonce.clone(),
            document: document.to_string(),
            how: receipt.how,
            tally: receipt.tally,
        };
        match peers::confirmed(self.ctx(), peer.id, receipt, exchange.clone()).await {
            // Connected again meanwhile: nobody waits for it.
            Ok(()) | Err(DomainError::Refused(_)) => Ok(Ok(())),
            Err(error) => Err(error),
        }
    }
}
