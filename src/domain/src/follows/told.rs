//! Whom a peer was told of lately that they do not follow. A node that goes on naming them has not understood it the first
//! time, and is not told at every comparison.

use chrono::TimeDelta;
use entrenous_model::{AccountId, PeerId, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long nothing is said again.
const PAUSE: TimeDelta = TimeDelta::days(1);
/// What is remembered of one peer. Whoever makes us say more than that in a day is told no more.
const MOST: usize = 10_000;

/// Whose follow of whom.
type Pair = (AccountId, AccountId);

/// In memory: after a restart it is said once more.
#[derive(Default)]
pub(crate) struct Told(Mutex<BTreeMap<PeerId, BTreeMap<Pair, Time>>>);

impl Told {
    /// Who was said not to follow `followee`, not longer ago than a day; and about how many more it may be said.
    pub(super) fn lately(
        &self,
        peer: PeerId,
        followee: AccountId,
        now: Time,
    ) -> (BTreeSet<AccountId>, usize) {
        let mut all = self.all();
        let Some(of_peer) = all.get_mut(&peer) else {
            return (BTreeSet::new(), MOST);
        };
        of_peer.retain(|_, at| *at > now - PAUSE);
        let first = (followee, AccountId(i64::MIN));
        let people = of_peer.range(first..=(followee, AccountId(i64::MAX)));
        let people = people.map(|((_, follower), _)| *follower).collect();
        let room = MOST.saturating_sub(of_peer.len());
        if of_peer.is_empty() {
            all.remove(&peer);
        }
        (people, room)
    }

    /// It is said now.
    pub(super) fn say(&self, peer: PeerId, followee: AccountId, people: &[AccountId], now: Time) {
        if people.is_empty() {
            return;
        }
        let mut all = self.all();
        let of_peer = all.entry(peer).or_default();
        for follower in people {
            of_peer.insert((followee, *follower), now);
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<PeerId, BTreeMap<Pair, Time>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_remembered_for_a_day_and_each_peer_by_itself() {
        let (told, now) = (Told::default(), chrono::DateTime::UNIX_EPOCH);
        let (one, other) = (PeerId(1), PeerId(2));
        let people: Vec<_> = (0..10).map(AccountId).collect();
        told.say(one, AccountId(100), &people, now);
        let later = now + PAUSE / 2;
        told.say(one, AccountId(101), &people[..1], later);
        assert_eq!(told.lately(one, AccountId(100), later).0.len(), 10);
        let (found, room) = told.lately(one, AccountId(101), later);
        assert_eq!((found.len(), room), (1, MOST - 11));
        assert_eq!(told.lately(other, AccountId(100), later), (BTreeSet::new(), MOST));
        let (found, room) = told.lately(one, AccountId(100), now + PAUSE);
        assert_eq!((found.len(), room), (0, MOST - 1));
        told.lately(one, AccountId(100), later + PAUSE);
        assert!(told.all().is_empty());
        let many: Vec<_> = (0..20_000).map(AccountId).collect();
        told.say(one, AccountId(100), &many, now);
        assert_eq!(told.lately(one, AccountId(100), now).1, 0);
    }
}
