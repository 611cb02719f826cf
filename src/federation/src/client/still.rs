//! What is under way to a peer ends when the peer is not active any more.

use super::{Client, ClientError};
use entrenous_domain::peers;
use entrenous_model::PeerId;
use std::future::Future;
use std::time::Duration;

/// How often the table is asked, from memory, while a request is under way.
const LOOK: Duration = Duration::from_secs(1);

impl Client {
    /// Runs a request for as long as its peer is active. A connection that opens slowly would otherwise carry something out
    /// after the peer was revoked.
    pub(super) async fn while_active<T>(
        &self,
        peer: PeerId,
        request: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        tokio::pin!(request);
        loop {
            tokio::select! {
                biased;
                ended = &mut request => return ended,
                () = tokio::time::sleep(LOOK) => {}
            }
            // A table that cannot be read denies.
            let known = peers::get(&self.0.ctx, peer).await.ok().flatten();
            if !known.is_some_and(|peer| peer.is_active()) {
                return Err(ClientError::Halted);
            }
        }
    }
}
