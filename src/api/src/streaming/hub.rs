//! The open streams of this process.

use super::dispatch::{Dispatch, Joined, Work};
use super::listeners::{Listener, Listeners};
use super::past::Past;
use super::{Channel, EventId, Message};
use entrenous_model::{AccountId, Event, Time, TokenId};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Messages that wait for one slow reader before it is dropped.
const QUEUE: usize = 256;
/// Channels one stream may subscribe to.
const CHANNELS: usize = 64;

struct Shared {
    listeners: Listeners,
    next: AtomicU64,
    past: Mutex<Past>,
}

/// The open streams of this process. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
    work: mpsc::Sender<Work>,
}

impl Hub {
    /// A hub nobody listens to, and what will feed it. `run` is another number in each process and at each start.
    pub(crate) fn new(run: u64, now: Time) -> (Self, Dispatch) {
        let past = Past::new(run, now);
        let (work, dispatch) = Dispatch::new(past.last());
        let shared = Shared {
            listeners: Listeners::default(),
            next: AtomicU64::new(1),
            past: Mutex::new(past),
        };
        (
            Self {
                shared: Arc::new(shared),
                work,
            },
            dispatch,
        )
    }

    /// Tells the open streams what was committed, one event after the other. Returns at once: streams that must close
    /// are closed here, everything else is read and sent by a task of its own. If that task is thousands of batches
    /// behind, all streams close: none of them goes on with a gap that its reader knows nothing of.
    pub fn publish(&self, events: &[Event], now: Time) {
        for event in events {
            match event {
                Event::SessionsEnded { account } => self.close_account(*account),
                Event::TokenRevoked { token } => self.close_token(*token),
                _ => {}
            }
        }
        let told = events.iter().filter(|event| Work::is_told(event)).cloned();
        // Numbered and queued in the same order.
        let mut past = self.past();
        let told = past.keep(told, now);
        if told.is_empty() || self.work.try_send(Work::Tell(told)).is_ok() {
            return;
        }
        past.forget();
        drop(past);
        tracing::warn!("streams are far behind: they are closed, and begin again");
        self.close();
    }

    /// Closes all streams, since events were missed: their readers connect again and look for what they have not seen.
    pub fn missed(&self) {
        self.past().forget();
        self.close();
    }

    /// How many streams are open.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.listeners().count()
    }

    /// Opens a stream without subscriptions. `None` if the person has too many open.
    pub(crate) fn listen(
        &self,
        account: AccountId,
        token: TokenId,
        notifications: bool,
    ) -> Option<Subscription> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let id = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let listener = Listener {
            token,
            channels: HashSet::new(),
            notifications,
            queue,
        };
        let opened = self.listeners().add(account, id, listener);
        opened.then(|| Subscription {
            hub: self.clone(),
            account,
            token,
            id,
            notifications,
            messages,
        })
    }

    pub(super) fn listeners(&self) -> &Listeners {
        &self.shared.listeners
    }

    pub(super) fn past(&self) -> MutexGuard<'_, Past> {
        self.shared.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes every stream of a person.
    pub(crate) fn close_account(&self, account: AccountId) {
        self.listeners().remove_account(account);
    }

    /// Closes every stream of a token.
    pub(crate) fn close_token(&self, token: TokenId) {
        self.listeners().remove_token(token);
    }

    /// Closes everything: the node stops.
    pub fn close(&self) {
        self.listeners().clear();
    }
}

/// One open stream. It is taken off the hub when dropped.
pub(crate) struct Subscription {
    hub: Hub,
    account: AccountId,
    token: TokenId,
    id: u64,
    notifications: bool,
    messages: mpsc::Receiver<Arc<Message>>,
}

impl Subscription {
    /// The next message; `None` when the stream must close.
    pub(crate) async fn next(&mut self) -> Option<Arc<Message>> {
        self.messages.recv().await
    }

    /// Whether it must close, once what waits is read.
    pub(super) fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    /// Whose it is.
    pub(super) const fn account(&self) -> AccountId {
        self.account
    }

    /// The token it was opened with.
    pub(super) const fn token(&self) -> TokenId {
        self.token
    }

    /// Whether it may carry notifications.
    pub(super) const fn notifications(&self) -> bool {
        self.notifications
    }

    /// Subscribes. False if there are too many subscriptions already, or the stream is closed.
    pub(crate) fn subscribe(&self, channel: Channel) -> bool {
        self.hub.listeners().change(self.account, self.id, |channels| {
            channels.len() < CHANNELS && {
                channels.insert(channel);
                true
            }
        })
    }

    /// Subscribes between two events. The answer is the one after which messages come; `None` if the stream is closed.
    pub(super) async fn join(&self, channel: Channel) -> Option<EventId> {
        let (tell, told) = oneshot::channel();
        let joined = Joined {
            account: self.account,
            stream: self.id,
            channel,
            tell,
        };
        self.hub.work.send(Work::Join(joined)).await.ok()?;
        told.await.ok()
    }

    /// Ends a subscription.
    pub(crate) fn unsubscribe(&self, channel: &Channel) {
        self.hub
            .listeners()
            .change(self.account, self.id, |channels| channels.remove(channel));
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.listeners().remove(self.account, self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streaming::channel::Whose;

    const PUBLIC: Channel = Channel::Public {
        whose: Whose::All,
        media: false,
    };

    fn now() -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn message(channel: Channel) -> Message {
        Message::new("update", "{}".into(), channel, "1-1-1".parse().unwrap())
    }

    #[tokio::test]
    async fn only_subscribed_channels_arrive_and_closing_ends() {
        let (hub, _dispatch) = Hub::new(1, now());
        let (person, token) = (AccountId(1), TokenId(7));
        let mut stream = hub.listen(person, token, false).unwrap();
        assert!(stream.subscribe(Channel::User));
        hub.listeners().send(&[person], message(PUBLIC));
        hub.listeners().send(
            &[person],
            Message {
                event: "notification",
                ..message(Channel::User)
            },
        );
        hub.listeners().send(&[AccountId(2)], message(Channel::User));
        hub.listeners().send(&[person], message(Channel::User));
        assert_eq!(stream.next().await.unwrap().channel, Channel::User);
        hub.close_token(TokenId(8));
        assert_eq!(hub.open_streams(), 1);
        hub.close_token(token);
        assert!(stream.next().await.is_none());
        assert!(!stream.subscribe(PUBLIC));
        assert_eq!(hub.open_streams(), 0);
    }

    #[tokio::test]
    async fn a_slow_reader_is_dropped() {
        let (hub, _dispatch) = Hub::new(1, now());
        let mut stream = hub.listen(AccountId(1), TokenId(1), true).unwrap();
        stream.subscribe(Channel::User);
        for _ in 0..=QUEUE {
            hub.listeners().send(&[AccountId(1)], message(Channel::User));
        }
        assert_eq!(hub.open_streams(), 0);
        let mut seen = 0;
        while stream.next().await.is_some() {
            seen += 1;
        }
        assert_eq!(seen, QUEUE);
    }

    #[test]
    fn dropping_unsubscribes() {
        let (hub, _dispatch) = Hub::new(1, now());
        drop(hub.listen(AccountId(1), TokenId(1), true));
        assert_eq!(hub.open_streams(), 0);
    }

    #[test]
    fn none_goes_on_with_a_gap() {
        let (hub, _dispatch) = Hub::new(1, now());
        let stream = hub.listen(AccountId(1), TokenId(1), true).unwrap();
        let event = Event::PollCounted {
            post: entrenous_model::PostId(1),
        };
        let before = hub.past().last();
        while hub.open_streams() > 0 {
            // Nobody takes what is queued.
            hub.publish(std::slice::from_ref(&event), now());
        }
        assert!(!stream.subscribe(Channel::User));
        let past = hub.past();
        assert!(past.between(before, past.last()).is_none());
    }
}
