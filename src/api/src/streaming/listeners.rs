//! Who listens, and to what.

use super::{Channel, EventId};
use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use entrenous_model::{AccountId, PostId, TokenId};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use tokio::sync::mpsc;

/// Deliveries remembered for deletions, of one post to one person: fifty posts to ten thousand, in some ten MiB.
const REMEMBERED: usize = 500_000;
/// Streams one person may have open at once.
const PER_PERSON: usize = 64;

/// One message, shared by all who get it.
#[derive(Debug)]
pub(crate) struct Message {
    /// As it is sent over server-sent events, once somebody has got it so.
    pub(super) as_event: OnceLock<Bytes>,
    /// As it is sent over WebSockets, once somebody has got it so.
    pub(super) as_text: OnceLock<Utf8Bytes>,
    /// `update`, `status.update`, `delete`, `notification`, `conversation`, `filters_changed`, `announcement` and what becomes of it.
    pub(crate) event: &'static str,
    /// JSON text, or an id; empty if the event says it all.
    pub(crate) payload: Arc<str>,
    /// Through which of the subscriptions it comes.
    pub(crate) channel: Channel,
    /// What it tells of.
    pub(crate) id: EventId,
}

impl Message {
    /// A message nobody has got yet.
    pub(super) const fn new(event: &'static str, payload: Arc<str>, channel: Channel, id: EventId) -> Self {
        Self {
            as_event: OnceLock::new(),
            as_text: OnceLock::new(),
            event,
            payload,
            channel,
            id,
        }
    }
}

/// One open stream.
pub(super) struct Listener {
    pub(super) token: TokenId,
    pub(super) channels: HashSet<Channel>,
    /// Whether the token grants `read:notifications`, for what the user stream carries.
    pub(super) notifications: bool,
    /// A queue has room for 32 entries from its first moment on, in every stream: they are pointers.
    pub(super) queue: mpsc::Sender<Arc<Message>>,
}

type People = HashMap<AccountId, HashMap<u64, Listener>>;

/// The latest posts that streams brought to people, so that they hear of a deletion.
#[derive(Default)]
struct Sent {
    /// By the moment when each was brought first.
    order: VecDeque<PostId>,
    to: HashMap<PostId, HashSet<AccountId>>,
    /// Of all of them.
    deliveries: usize,
}

impl Sent {
    fn remember(&mut self, people: impl IntoIterator<Item = AccountId>, post: PostId) {
        let to = self.to.entry(post).or_insert_with(|| {
            self.order.push_back(post);
            HashSet::new()
        });
        let before = to.len();
        to.extend(people);
        self.deliveries += to.len() - before;
        while self.deliveries > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            let gone = self.to.remove(&oldest).map_or(0, |to| to.len());
            self.deliveries -= gone;
        }
    }
}

/// Open streams.
#[derive(Default)]
pub(crate) struct Listeners {
    people: RwLock<People>,
    sent: Arc<Mutex<Sent>>,
}

impl Listeners {
    /// Nobody, with the same memory of what was brought to whom.
    pub(super) fn beside(&self) -> Self {
        Self {
            people: RwLock::default(),
            sent: Arc::clone(&self.sent),
        }
    }

    /// How many streams are open.
    pub(super) fn count(&self) -> usize {
        self.read(|people| people.values().map(HashMap::len).sum())
    }

    /// Adds a stream. False if the person has too many open.
    pub(super) fn add(&self, account: AccountId, id: u64, listener: Listener) -> bool {
        self.write(|people| {
            let streams = people.entry(account).or_default();
            let room = streams.len() < PER_PERSON;
            if room {
                streams.insert(id, listener);
            }
            room
        })
    }

    /// Changes what a stream is subscribed to; false if it is closed, or `f` says so.
    pub(super) fn change(
        &self,
        account: AccountId,
        id: u64,
        f: impl FnOnce(&mut HashSet<Channel>) -> bool,
    ) -> bool {
        self.write(|people| {
            people
                .get_mut(&account)
                .and_then(|streams| streams.get_mut(&id))
                .is_some_and(|listener| f(&mut listener.channels))
        })
    }

    /// Closes one stream.
    pub(super) fn remove(&self, account: AccountId, id: u64) {
        self.write(|people| {
            if let Some(streams) = people.get_mut(&account) {
                streams.remove(&id);
                if streams.is_empty() {
                    people.remove(&account);
                }
            }
        });
    }

    /// Closes every stream of a person.
    pub(super) fn remove_account(&self, account: AccountId) {
        self.write(|people| people.remove(&account));
    }

    /// Closes every stream of a token.
    pub(super) fn remove_token(&self, token: TokenId) {
        self.write(|people| {
            people.retain(|_, streams| {
                streams.retain(|_, listener| listener.token != token);
                !streams.is_empty()
            });
        });
    }

    /// Closes everything.
    pub(super) fn clear(&self) {
        self.write(HashMap::clear);
    }

    /// The people who have a stream on one of the channels that `wanted` names.
    pub(super) fn people_on(&self, wanted: impl Fn(&Channel) -> bool) -> Vec<AccountId> {
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

    /// The people on each channel that `wanted` names.
    pub(super) fn by_channel(&self, wanted: impl Fn(&Channel) -> bool) -> HashMap<Channel, Vec<AccountId>> {
        self.read(|people| {
            let mut all: HashMap<Channel, HashSet<AccountId>> = HashMap::new();
            for (account, streams) in people {
                for channel in streams.values().flat_map(|listener| &listener.channels) {
                    if !wanted(channel) {
                        continue;
                    }
                    if let Some(some) = all.get_mut(channel) {
                        some.insert(*account);
                    } else {
                        all.insert(channel.clone(), HashSet::from([*account]));
                    }
                }
            }
            all.into_iter()
                .map(|(channel, people)| (channel, people.into_iter().collect()))
                .collect()
        })
    }

    /// The channels a person listens to, of those that `wanted` names.
    pub(super) fn channels_of(
        &self,
        account: AccountId,
        wanted: impl Fn(&Channel) -> bool,
    ) -> HashSet<Channel> {
        self.read(|people| {
            let streams = people.get(&account).into_iter().flat_map(HashMap::values);
            streams
                .flat_map(|listener| &listener.channels)
                .filter(|channel| wanted(channel))
                .cloned()
                .collect()
        })
    }

    /// Sends to these people's streams on that channel. A reader whose queue is full is dropped: it will connect again.
    pub(super) fn send(&self, people: &[AccountId], message: Message) {
        let is_notification = message.event == "notification";
        let message = Arc::new(message);
        let mut full: Vec<(AccountId, u64)> = Vec::new();
        self.read(|open| {
            for account in people {
                let streams = open.get(account).into_iter().flatten();
                let listening = streams.filter(|(_, listener)| {
                    listener.channels.contains(&message.channel)
                        && (listener.notifications || !is_notification)
                });
                full.extend(
                    listening
                        .filter(|(_, listener)| listener.queue.try_send(Arc::clone(&message)).is_err())
                        .map(|(id, _)| (*account, *id)),
                );
            }
        });
        for (account, id) in full {
            self.remove(account, id);
        }
    }

    /// Notes that a post was brought to people.
    pub(super) fn remember(&self, people: impl IntoIterator<Item = AccountId>, post: PostId) {
        self.sent().remember(people, post);
    }

    /// Whether a post was brought to a person lately.
    pub(super) fn remembers(&self, account: AccountId, post: PostId) -> bool {
        self.sent().to.get(&post).is_some_and(|to| to.contains(&account))
    }

    /// To whom a post was brought lately.
    pub(super) fn brought(&self, post: PostId) -> HashSet<AccountId> {
        self.sent().to.get(&post).cloned().unwrap_or_default()
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, f: impl FnOnce(&People) -> T) -> T {
        f(&self.people.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, f: impl FnOnce(&mut People) -> T) -> T {
        f(&mut self.people.write().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_posts_are_forgotten_with_all_whom_they_were_brought_to() {
        let mut sent = Sent::default();
        let people = |count: usize| (0..).map(AccountId).take(count);
        sent.remember(people(REMEMBERED - 1), PostId(1));
        sent.remember(people(1), PostId(2));
        // An edit brings it once more.
        sent.remember(people(1), PostId(2));
        assert_eq!((sent.deliveries, sent.to.len()), (REMEMBERED, 2));
        sent.remember(people(2), PostId(3));
        assert_eq!((sent.deliveries, sent.to.len(), sent.order.len()), (3, 2, 2));
        assert!(!sent.to.contains_key(&PostId(1)));
        // More than fit are not kept, and nothing is left of it.
        sent.remember(people(REMEMBERED + 1), PostId(4));
        assert_eq!((sent.deliveries, sent.to.len(), sent.order.len()), (0, 0, 0));
    }
}
