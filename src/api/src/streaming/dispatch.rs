//! The one task that tells streams what happened, in order.

use super::past::Told;
use super::publish::Publisher;
use super::{Channel, EventId};
use crate::state::WeakState;
use entrenous_model::{AccountId, Event, PostId};
use std::collections::VecDeque;
use tokio::sync::{mpsc, oneshot};

/// Batches of events that wait to be turned into messages.
const WAITING: usize = 4_096;
/// How far is looked ahead for an event that shows the same post once more.
const AHEAD: usize = 1_024;

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

/// One thing to do, in its turn.
enum Step {
    Tell(Told),
    Join(Joined),
}

/// The other end of [`super::Hub::publish`].
pub(crate) struct Dispatch {
    work: mpsc::Receiver<Work>,
    /// What was taken from there, and waits for its turn.
    ahead: VecDeque<Step>,
    last: EventId,
}

impl Dispatch {
    pub(super) fn new(last: EventId) -> (mpsc::Sender<Work>, Self) {
        let (sender, work) = mpsc::channel(WAITING);
        let ahead = VecDeque::new();
        (sender, Self { work, ahead, last })
    }

    /// Turns events into messages, in order, until the state is gone.
    pub(crate) async fn run(mut self, state: WeakState) {
        while let Some(step) = self.next().await {
            let Some(state) = state.upgrade() else { return };
            let hub = state.hub();
            match step {
                Step::Tell(Told { id, event }) => {
                    if !self.is_said_again(&event) {
                        let publisher = Publisher::new(&state, hub.listeners(), id);
                        if let Err(error) = publisher.publish(&event).await {
                            error.log();
                            tracing::warn!(
                                error.text = error.text(),
                                "an event did not reach the streams: they are closed, and begin again before it"
                            );
                            hub.close();
                        }
                    }
                    self.last = id;
                }
                Step::Join(joined) => {
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

    /// The next thing to do; `None` when nobody can ask for anything any more.
    async fn next(&mut self) -> Option<Step> {
        while self.ahead.is_empty() {
            let work = self.work.recv().await?;
            self.take(work);
        }
        while self.ahead.len() < AHEAD
            && let Ok(work) = self.work.try_recv()
        {
            self.take(work);
        }
        self.ahead.pop_front()
    }

    fn take(&mut self, work: Work) {
        match work {
            Work::Tell(events) => self.ahead.extend(events.into_iter().map(Step::Tell)),
            Work::Join(joined) => self.ahead.push_back(Step::Join(joined)),
        }
    }

    /// Whether an event that waits will show the same post once more. A post is shown as it is then: a thousand votes that
    /// come faster than ten thousand people can be told of them are told together.
    fn is_said_again(&self, event: &Event) -> bool {
        let Some(post) = shown_anew(event) else {
            return false;
        };
        self.ahead
            .iter()
            .any(|step| matches!(step, Step::Tell(told) if shown_anew(&told.event) == Some(post)))
    }
}

/// The post that whoever has it before them is shown as it is now.
fn shown_anew(event: &Event) -> Option<PostId> {
    match event {
        Event::PostUpdated { post, .. }
        | Event::PollCounted { post }
        | Event::PostReacted { post }
        | Event::QuoteChanged { post } => Some(*post),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn told(number: u64, event: Event) -> Told {
        Told {
            id: format!("1-{number}-1").parse().unwrap(),
            event: Arc::new(event),
        }
    }

    #[tokio::test]
    async fn what_changes_faster_than_it_is_told_is_told_together() {
        let (one, two) = (PostId(1), PostId(2));
        let (sender, mut dispatch) = Dispatch::new("1-0-1".parse().unwrap());
        let batches = [
            vec![
                told(1, Event::PollCounted { post: one }),
                told(2, Event::PostReacted { post: two }),
            ],
            vec![
                told(3, Event::PostReacted { post: one }),
                told(4, Event::PollCounted { post: one }),
            ],
        ];
        for batch in batches {
            assert!(sender.try_send(Work::Tell(batch)).is_ok());
        }
        let mut said_again = Vec::new();
        for _ in 0..4 {
            let Some(Step::Tell(told)) = dispatch.next().await else {
                panic!("an event is missing");
            };
            said_again.push(dispatch.is_said_again(&told.event));
        }
        assert_eq!(said_again, [true, false, true, false]);
        drop(sender);
        assert!(dispatch.next().await.is_none());
    }
}
