//! Asking after invitations and introductions that wait for the other administrator, so that a lost notice heals; and
//! introducing newcomers.

use crate::Federation;
use entrenous_domain::{Result, peers};
use entrenous_model::{Event, PeerId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep};

/// First pause between two questions.
const FIRST: Duration = Duration::from_secs(5);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(300);
/// The table is looked at this often even if nothing was heard.
const LOOK: Duration = Duration::from_secs(60);

impl Federation {
    /// Asks each peer that waits for its administrator, until `stop` ends.
    pub(crate) async fn run_waiting(self, stop: impl Future<Output = ()> + Send) {
        let mut events = self.ctx().store().events();
        let mut asked = HashMap::new();
        tokio::pin!(stop);
        loop {
            let pause = match self.ask_all(&mut asked).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "the peer table cannot be read");
                    FIRST
                }
            };
            tokio::select! {
                () = &mut stop => return,
                () = changed(&mut events) => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Asks whom it is time to ask; answers when it is time again.
    async fn ask_all(&self, asked: &mut HashMap<PeerId, (Instant, Duration)>) -> Result<Duration> {
        self.introduce_newcomers().await?;
        let awaiting = peers::awaiting(self.ctx()).await?;
        asked.retain(|id, _| awaiting.iter().any(|(peer, _)| peer.id == *id));
        let mut next = LOOK;
        for (peer, invitation) in awaiting {
            let now = Instant::now();
            let (at, pause) = asked.entry(peer.id).or_insert((now, FIRST));
            if *at > now {
                next = next.min(at.duration_since(now));
                continue;
            }
            let asked_now = if peer.origin.owns(&invitation) {
                self.ask_state(&peer, &invitation).await
            } else {
                self.meet(&peer, &invitation).await
            };
            match asked_now {
                Ok(true) => {
                    asked.remove(&peer.id);
                    continue;
                }
                Ok(false) => {}
                Err(error) => tracing::debug!(peer = %peer.origin, %error, "the inviter was asked in vain"),
            }
            (*at, *pause) = (Instant::now() + *pause, (*pause * 3 / 2).min(LONGEST));
            next = next.min(at.duration_since(now));
        }
        Ok(next)
    }
}

/// Ends when a peer may have changed.
pub(super) async fn changed(events: &mut broadcast::Receiver<Arc<Vec<Event>>>) {
    loop {
        match events.recv().await {
            Ok(batch)
                if batch
                    .iter()
                    .any(|event| matches!(event, Event::PeerChanged { .. })) =>
            {
                return;
            }
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending::<()>().await,
        }
    }
}
