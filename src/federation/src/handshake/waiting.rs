//! Asking after invitations and introductions that wait for the other administrator, so that a lost notice heals; and
//! introducing newcomers.

use crate::Federation;
use entrenous_domain::peers::introductions;
use entrenous_domain::{Result, peers};
use entrenous_model::{Event, Peer, PeerId};
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
/// How many are asked at a time.
const AT_ONCE: usize = 8;

/// When each is asked again, and the pause after that; anew when the other side has said that it accepts.
type Asked = HashMap<(PeerId, bool), (Instant, Duration)>;

impl Federation {
    /// Asks each peer that waits for its administrator, until `stop` ends.
    pub(crate) async fn run_waiting(self, stop: impl Future<Output = ()> + Send) {
        let mut events = self.ctx().store().events();
        let mut asked = Asked::new();
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
                biased;
                () = &mut stop => return,
                () = changed(&mut events) => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Asks whom it is time to ask; answers when it is time again.
    async fn ask_all(&self, asked: &mut Asked) -> Result<Duration> {
        self.introduce_newcomers().await?;
        let awaiting = peers::awaiting(self.ctx()).await?;
        asked.retain(|(id, _), _| awaiting.iter().any(|(peer, _)| peer.id == *id));
        let (mut next, mut due) = (LOOK, Vec::new());
        for (peer, waits_for) in awaiting {
            // Who has just said that they accept is asked at once.
            let key = (peer.id, self.has_confirmed(&peer, &waits_for).await?);
            let now = Instant::now();
            let (at, pause) = asked.entry(key).or_insert((now, FIRST));
            if *at > now {
                next = next.min(at.duration_since(now));
                continue;
            }
            (*at, *pause) = (now + *pause, (*pause * 3 / 2).min(LONGEST));
            next = next.min(at.duration_since(now));
            due.push((key, peer, waits_for));
        }
        // Several at once: one that does not answer holds up few.
        for some in due.chunks(AT_ONCE) {
            let questions = some.iter().map(|(key, peer, waits_for)| async move {
                let answer = if peer.origin.owns(waits_for) {
                    self.ask_state(peer, waits_for).await
                } else {
                    self.meet(peer, waits_for).await
                };
                (*key, peer, answer)
            });
            for (key, peer, answer) in futures_util::future::join_all(questions).await {
                match answer {
                    Ok(true) => drop(asked.remove(&key)),
                    Ok(false) => {}
                    Err(error) => tracing::debug!(peer = %peer.origin, %error, "asked in vain"),
                }
            }
        }
        Ok(next)
    }

    async fn has_confirmed(&self, peer: &Peer, waits_for: &str) -> Result<bool> {
        if peer.origin.owns(waits_for) {
            return Ok(false);
        }
        let one = introductions::waiting(self.ctx(), peer, waits_for).await?;
        Ok(one.is_some_and(|one| one.other_confirmed))
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
