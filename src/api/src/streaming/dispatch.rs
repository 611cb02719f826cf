//! The one task that tells streams what happened, in order.

use super::past::Told;
use super::publish::Publisher;
use super::{Channel, EventId};
use crate::state::WeakState;
use entrenous_model::{AccountId, Event};
use tokio::sync::{mpsc, oneshot};

/// Batches of events that wait to be turned into messages.
const WAITING: usize = 4_096;

/// What the task is given.
pub(super) enum Work {
    /// Events to be told.
    Tell(Vec<Told>),
    /// A stream that wants to know from where on it is told.
    Join(Joined),
}

/// A stream that begins between two events.
pub(super) struct Joined {
    pub(super) account: AccountId,
    pub(super) stream: u64,
    pub(super) channel: Channel,
    /// The last event that was told before.
    pub(super) tell: oneshot::Sender<EventId>,
}

impl Work {
    /// Whether streams tell of it. Of the others clients learn when they ask.
    pub(super) const fn is_told(event: &Event) -> bool {
        match event {
            Event::PostCreated { .. }
            | Event::FeedFilled { .. }
            | Event::PostUpdated { .. }
            | Event::PollCounted { .. }
            | Event::PostReacted { .. }
            | Event::QuoteChanged { .. }
            | Event::PostDeleted { .. }
            | Event::Notified { .. }
            | Event::Announced { .. }
            | Event::AnnouncementRemoved { .. }
            | Event::AnnouncementAnswered { .. }
            | Event::FiltersChanged { .. }
            | Event::ConversationChanged { .. } => true,
            // The first two close streams, in `Hub::publish`.
            Event::SessionsEnded { .. }
            | Event::TokenRevoked { .. }
            | Event::PostCounted { .. }
            | Event::MarksChanged { .. }
            | Event::SpreadQueued { .. }
            | Event::LookChanged
            | Event::EmojisChanged { .. }
            | Event::OwnKeysChanged
            | Event::PollQueued { .. }
            | Event::PostScheduled { .. }
            | Event::PushQueued
            | Event::AccountUpdated { .. }
            | Event::RelationshipChanged { .. }
            | Event::PeerChanged { .. }
            | Event::DeliveriesQueued { .. } => false,
        }
    }
}

/// The other end of [`super::Hub::publish`].
pub(crate) struct Dispatch {
    work: mpsc::Receiver<Work>,
    last: EventId,
}

impl Dispatch {
    pub(super) fn new(last: EventId) -> (mpsc::Sender<Work>, Self) {
        let (sender, work) = mpsc::channel(WAITING);
        (sender, Self { work, last })
    }

    /// Turns events into messages, in order, until the state is gone.
    pub(crate) async fn run(mut self, state: WeakState) {
        while let Some(work) = self.work.recv().await {
            let Some(state) = state.upgrade() else { return };
            let hub = state.hub();
            match work {
                Work::Tell(events) => {
                    for Told { id, event } in events {
                        let publisher = Publisher::new(&state, hub.listeners(), id);
                        if let Err(error) = publisher.publish(&event).await {
                            error.log();
                            tracing::warn!(
                                error.text = error.text(),
                                "an event did not reach the streams: they are closed, and begin again before it"
                            );
                            hub.close();
                        }
                        self.last = id;
                    }
                }
                Work::Join(joined) => {
                    let is_open = hub.listeners().change(joined.account, joined.stream, |channels| {
                        channels.insert(joined.channel);
                        true
                    });
                    // Else it was closed meanwhile: it hears that from its own queue.
                    if is_open && joined.tell.send(self.last).is_err() {
                        tracing::debug!("a stream ended before it began");
                    }
                }
            }
        }
    }
}
