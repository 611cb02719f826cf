//! Who listens, and to what.

use super::publish::Dispatch;
use entrenous_model::{AccountId, Event, PostId, TokenId};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::mpsc;

/// Messages that wait for one slow reader before it is dropped.
const QUEUE: usize = 256;
/// Streams one person may have open at once.
const PER_PERSON: usize = 64;
/// Deliveries remembered for deletions.
const REMEMBERED: usize = 20_000;
/// Channels one stream may subscribe to.
const CHANNELS: usize = 64;

/// Something a stream can be subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Channel {
    /// The home timeline, and notifications.
    User,
    /// Notifications alone.
    UserNotification,
    /// Posts that everyone on the network may see.
    Public,
    /// Those of this node.
    PublicLocal,
    /// Those of peers.
    PublicRemote,
    /// Posts with a hashtag, lower-case.
    Hashtag(String),
    /// Those of this node.
    HashtagLocal(String),
    /// A list of the listener's own, by its id.
    List(String),
    /// Conversations.
    Direct,
}

impl Channel {
    /// By its name in the Mastodon API, with the tag or list it needs.
    pub(crate) fn parse(name: &str, tag: Option<&str>, list: Option<&str>) -> Option<Self> {
        let tag = || {
            let tag = tag?.trim_start_matches('#').to_lowercase();
            (!tag.is_empty() && tag.chars().count() <= 100).then_some(tag)
        };
        Some(match name {
            "user" => Self::User,
            "user:notification" => Self::UserNotification,
            "public" | "public:media" => Self::Public,
            "public:local" | "public:local:media" => Self::PublicLocal,
            "public:remote" | "public:remote:media" => Self::PublicRemote,
            "hashtag" => Self::Hashtag(tag()?),
            "hashtag:local" => Self::HashtagLocal(tag()?),
            "list" => Self::List(list.filter(|id| id.len() <= 20)?.to_owned()),
            "direct" => Self::Direct,
            _ => return None,
        })
    }

    /// What it is called in messages: its name, then its tag or list.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::User => vec!["user"],
            Self::UserNotification => vec!["user:notification"],
            Self::Public => vec!["public"],
            Self::PublicLocal => vec!["public:local"],
            Self::PublicRemote => vec!["public:remote"],
            Self::Hashtag(tag) => vec!["hashtag", tag],
            Self::HashtagLocal(tag) => vec!["hashtag:local", tag],
            Self::List(id) => vec!["list", id],
            Self::Direct => vec!["direct"],
        }
    }

    /// The scope it needs.
    pub(crate) const fn scope(&self) -> &'static str {
        match self {
            Self::UserNotification => "read:notifications",
            Self::List(_) => "read:lists",
            _ => "read:statuses",
        }
    }
}

/// One message, shared by all who get it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// `update`, `status.update`, `delete`, `notification`, `conversation`, `filters_changed`, `announcement` and what becomes of it.
    pub(crate) event: &'static str,
    /// JSON text, or an id; empty if the event says it all.
    pub(crate) payload: Arc<str>,
    /// Through which of the subscriptions it comes.
    pub(crate) channel: Channel,
}

struct Listener {
    token: TokenId,
    channels: HashSet<Channel>,
    /// Whether the token grants `read:notifications`, for what the user stream carries.
    notifications: bool,
    queue: mpsc::Sender<Message>,
}

struct Shared {
    people: RwLock<HashMap<AccountId, HashMap<u64, Listener>>>,
    next: AtomicU64,
    /// The latest posts that streams brought to people, so that they hear of a deletion.
    sent: Mutex<VecDeque<(AccountId, PostId)>>,
}

/// The open streams of this process. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
    batches: mpsc::Sender<Vec<Event>>,
}

impl Hub {
    /// A hub nobody listens to, and what will feed it.
    pub(crate) fn new() -> (Self, Dispatch) {
        let (batches, dispatch) = Dispatch::new();
        let shared = Shared {
            people: RwLock::default(),
            next: AtomicU64::new(1),
            sent: Mutex::default(),
        };
        (
            Self {
                shared: Arc::new(shared),
                batches,
            },
            dispatch,
        )
    }

    /// Tells the open streams what was committed, one batch after the other. Returns at once: streams that must close
    /// are closed here, everything else is read and sent by a task of its own. If that task is thousands of batches
    /// behind, a batch is left out; clients see its posts when they look next.
    pub fn publish(&self, events: &[Event]) {
        for event in events {
            match event {
                Event::SessionsEnded { account } => self.close_account(*account),
                Event::TokenRevoked { token } => self.close_token(*token),
                _ => {}
            }
        }
        if self.open_streams() > 0 && self.batches.try_send(events.to_vec()).is_err() {
            tracing::warn!("streams are far behind: a batch of events was left out");
        }
    }

    /// How many streams are open.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.read(|people| people.values().map(HashMap::len).sum())
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
        let opened = self.write(|people| {
            let streams = people.entry(account).or_default();
            if streams.len() >= PER_PERSON {
                return false;
            }
            streams.insert(
                id,
                Listener {
                    token,
                    channels: HashSet::new(),
                    notifications,
                    queue,
                },
            );
            true
        });
        opened.then(|| Subscription {
            hub: self.clone(),
            account,
            id,
            messages,
        })
    }

    /// Closes every stream of a person.
    pub(crate) fn close_account(&self, account: AccountId) {
        self.write(|people| people.remove(&account));
    }

    /// Closes every stream of a token.
    pub(crate) fn close_token(&self, token: TokenId) {
        self.write(|people| {
            people.retain(|_, streams| {
                streams.retain(|_, listener| listener.token != token);
                !streams.is_empty()
            });
        });
    }

    /// Closes everything: the node stops.
    pub fn close(&self) {
        self.write(HashMap::clear);
    }

    /// The people who have a stream on one of the channels that `wanted` names.
    pub(crate) fn people_on(&self, wanted: impl Fn(&Channel) -> bool) -> Vec<AccountId> {
        self.read(|people| {
            people
                .iter()
                .filter(|(_, streams)| {
                    streams
                        .values()
                        .any(|listener| listener.channels.iter().any(&wanted))
                })
                .map(|(account, _)| *account)
                .collect()
        })
    }

    /// The channels a person listens to, of those that `wanted` names.
    pub(crate) fn channels_of(
        &self,
        account: AccountId,
        wanted: impl Fn(&Channel) -> bool,
    ) -> HashSet<Channel> {
        self.read(|people| {
            people
                .get(&account)
                .into_iter()
                .flat_map(HashMap::values)
                .flat_map(|listener| {
                    listener
                        .channels
                        .iter()
                        .filter(|channel| wanted(channel))
                        .cloned()
                })
                .collect()
        })
    }

    /// Sends to a person's streams on that channel. A reader whose queue is full is dropped: it will connect again.
    pub(crate) fn send(&self, account: AccountId, message: &Message) {
        let is_notification = message.event == "notification";
        let full: Vec<u64> = self.read(|people| {
            let Some(streams) = people.get(&account) else {
                return Vec::new();
            };
            streams
                .iter()
                .filter(|(_, listener)| {
                    listener.channels.contains(&message.channel)
                        && (listener.notifications || !is_notification)
                })
                .filter(|(_, listener)| listener.queue.try_send(message.clone()).is_err())
                .map(|(id, _)| *id)
                .collect()
        });
        for id in full {
            self.remove(account, id);
        }
    }

    /// Notes that a post was brought to a person.
    pub(crate) fn remember(&self, account: AccountId, post: PostId) {
        let mut sent = self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= REMEMBERED {
            sent.pop_front();
        }
        sent.push_back((account, post));
    }

    /// Whether a post was brought to a person lately.
    pub(crate) fn remembers(&self, account: AccountId, post: PostId) -> bool {
        self.shared
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&(account, post))
    }

    fn remove(&self, account: AccountId, id: u64) {
        self.write(|people| {
            if let Some(streams) = people.get_mut(&account) {
                streams.remove(&id);
                if streams.is_empty() {
                    people.remove(&account);
                }
            }
        });
    }

    fn read<T>(&self, f: impl FnOnce(&HashMap<AccountId, HashMap<u64, Listener>>) -> T) -> T {
        f(&self.shared.people.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, f: impl FnOnce(&mut HashMap<AccountId, HashMap<u64, Listener>>) -> T) -> T {
        f(&mut self.shared.people.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One open stream. It is taken off the hub when dropped.
pub(crate) struct Subscription {
    hub: Hub,
    account: AccountId,
    id: u64,
    messages: mpsc::Receiver<Message>,
}

impl Subscription {
    /// The next message; `None` when the stream must close.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        self.messages.recv().await
    }

    /// Subscribes. False if there are too many subscriptions already, or the stream is closed.
    pub(crate) fn subscribe(&self, channel: Channel) -> bool {
        self.change(|channels| {
            channels.len() < CHANNELS && {
                channels.insert(channel);
                true
            }
        })
    }

    /// Ends a subscription.
    pub(crate) fn unsubscribe(&self, channel: &Channel) {
        self.change(|channels| channels.remove(channel));
    }

    fn change(&self, f: impl FnOnce(&mut HashSet<Channel>) -> bool) -> bool {
        self.hub.write(|people| {
            people
                .get_mut(&self.account)
                .and_then(|streams| streams.get_mut(&self.id))
                .is_some_and(|listener| f(&mut listener.channels))
        })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.remove(self.account, self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(channel: Channel) -> Message {
        Message {
            event: "update",
            payload: "{}".into(),
            channel,
        }
    }

    #[tokio::test]
    async fn only_subscribed_channels_arrive_and_closing_ends() {
        let (hub, _dispatch) = Hub::new();
        let (person, token) = (AccountId(1), TokenId(7));
        let mut stream = hub.listen(person, token, false).unwrap();
        assert!(stream.subscribe(Channel::User));
        hub.send(person, &message(Channel::Public));
        hub.send(
            person,
            &Message {
                event: "notification",
                ..message(Channel::User)
            },
        );
        hub.send(AccountId(2), &message(Channel::User));
        hub.send(person, &message(Channel::User));
        assert_eq!(stream.next().await.unwrap().channel, Channel::User);
        hub.close_token(TokenId(8));
        assert_eq!(hub.open_streams(), 1);
        hub.close_token(token);
        assert!(stream.next().await.is_none());
        assert!(!stream.subscribe(Channel::Public));
        assert_eq!(hub.open_streams(), 0);
    }

    #[tokio::test]
    async fn a_slow_reader_is_dropped() {
        let (hub, _dispatch) = Hub::new();
        let mut stream = hub.listen(AccountId(1), TokenId(1), true).unwrap();
        stream.subscribe(Channel::User);
        for _ in 0..=QUEUE {
            hub.send(AccountId(1), &message(Channel::User));
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
        let (hub, _dispatch) = Hub::new();
        drop(hub.listen(AccountId(1), TokenId(1), true));
        assert_eq!(hub.open_streams(), 0);
    }
}
