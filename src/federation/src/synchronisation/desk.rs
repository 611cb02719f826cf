//! What peers have said of their people's followers and waits to be looked at, within bounds. In memory: what is lost is
//! said again with the next post.

use crate::vocabulary::Id;
use chrono::TimeDelta;
use entrenous_domain::follows::FollowerDigest;
use entrenous_model::{AccountId, PeerId, Time};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// What has just changed is mostly on its way: after this time it has come, and there is nothing to ask.
const SETTLE: TimeDelta = TimeDelta::seconds(3);
/// One person's list is asked for so often at most.
const AGAIN: TimeDelta = TimeDelta::minutes(5);
/// Lists of one peer in an hour: a tenth of what may be fetched there.
const PER_HOUR: u32 = 120;
/// People of one peer who wait; more are heard of again.
const WAITING_OF_PEER: usize = 100;
/// Lists that are asked for at a time, one of each peer.
pub(super) const AT_ONCE: usize = 4;

/// What a peer says of one person's followers here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Who says it.
    pub(super) peer: PeerId,
    /// Whose followers.
    pub(super) author: AccountId,
    /// Where the list is, on the peer's own origin.
    pub(super) url: Id,
    /// What it comes to.
    pub(super) digest: FollowerDigest,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<AccountId, (Offer, Time)>,
    /// When a person's list was asked for, for [`AGAIN`].
    asked: HashMap<AccountId, Time>,
    hours: HashMap<PeerId, (Time, u32)>,
    busy: BTreeSet<PeerId>,
}

/// What to do next.
pub(super) enum Next {
    /// Look at this. [`Desk::done`] when it is over.
    Now(Box<Offer>),
    /// Nothing before that time has passed, unless something is heard.
    Later(Duration),
}

/// Longest pause without a look.
const LOOK: Duration = Duration::from_secs(60);

/// The desk. Its size is bounded by the number of active peers.
#[derive(Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
    pub(super) heard: Notify,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a peer says; what it said before of the same person is forgotten.
    pub(super) fn offer(&self, offer: Offer, now: Time) {
        let mut state = self.state();
        let author = offer.author;
        if let Some((known, _)) = state.waiting.get_mut(&author) {
            *known = offer;
            return;
        }
        let of_peer = state
            .waiting
            .values()
            .filter(|(known, _)| known.peer == offer.peer);
        if of_peer.count() >= WAITING_OF_PEER {
            tracing::debug!(peer = %offer.peer, "more differences than can wait");
            return;
        }
        state.asked.retain(|_, at| now >= *at && now - *at < AGAIN);
        let due = state
            .asked
            .get(&author)
            .map_or(now + SETTLE, |at| (*at + AGAIN).max(now + SETTLE));
        state.waiting.insert(author, (offer, due));
        drop(state);
        self.heard.notify_one();
    }

    /// What is due now, of a peer that nothing is looked at of.
    pub(super) fn next(&self, now: Time) -> Next {
        let mut state = self.state();
        if state.busy.len() >= AT_ONCE {
            return Next::Later(LOOK);
        }
        let mut next = LOOK;
        let mut found = None;
        for (author, (offer, due)) in &state.waiting {
            if state.busy.contains(&offer.peer) {
                continue;
            }
            // A clock that was set back must not make anything wait for long.
            let wait = (*due - now).min(AGAIN);
            if wait <= TimeDelta::zero() {
                found = Some(*author);
                break;
            }
            next = next.min(wait.to_std().unwrap_or(LOOK));
        }
        match found.and_then(|author| state.waiting.remove(&author)) {
            Some((offer, _)) => {
                state.busy.insert(offer.peer);
                Next::Now(Box::new(offer))
            }
            None => Next::Later(next.max(Duration::from_millis(10))),
        }
    }

    /// Whether this list may be asked for now. Counts if so.
    pub(super) fn may_ask(&self, offer: &Offer, now: Time) -> bool {
        let mut state = self.state();
        let hour = state.hours.entry(offer.peer).or_insert((now, 0));
        if now < hour.0 || now - hour.0 >= TimeDelta::hours(1) {
            *hour = (now, 0);
        }
        if hour.1 >= PER_HOUR {
            return false;
        }
        hour.1 += 1;
        state.asked.insert(offer.author, now);
        true
    }

    /// The peer may be looked at again.
    pub(super) fn done(&self, peer: PeerId) {
        self.state().busy.remove(&peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(peer: i64, author: i64, digest: &str) -> Offer {
        Offer {
            peer: PeerId(peer),
            author: AccountId(author),
            url: Id::parse("https://p.test/sync").unwrap(),
            digest: FollowerDigest::of([digest]),
        }
    }

    /// Takes all that is due, and asks for it where that is allowed.
    fn asked(desk: &Desk, now: Time) -> Vec<Offer> {
        let mut all = Vec::new();
        while let Next::Now(offer) = desk.next(now) {
            desk.done(offer.peer);
            if desk.may_ask(&offer, now) {
                all.push(*offer);
            }
        }
        all
    }

    fn start() -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn the_last_word_counts_after_a_moment() {
        let (desk, now) = (Desk::default(), start());
        desk.offer(offer(1, 7, "a"), now);
        desk.offer(offer(1, 7, "b"), now + TimeDelta::seconds(2));
        assert!(asked(&desk, now + TimeDelta::seconds(2)).is_empty());
        let due = now + SETTLE;
        assert_eq!(asked(&desk, due), [offer(1, 7, "b")]);
        // Heard again at once: it waits its turn, and is not forgotten.
        desk.offer(offer(1, 7, "c"), due);
        assert!(asked(&desk, due + SETTLE).is_empty());
        assert_eq!(asked(&desk, due + AGAIN), [offer(1, 7, "c")]);
        // A clock that was far ahead does not keep anything for long.
        desk.offer(offer(1, 8, "d"), now + TimeDelta::days(300));
        let Next::Later(pause) = desk.next(now) else {
            panic!("not due")
        };
        assert!(pause <= LOOK);
    }

    #[test]
    fn who_lies_every_time_is_asked_a_bounded_number_of_times() {
        let (desk, now) = (Desk::default(), start());
        let mut fetches = 0;
        // One peer, 150 people, each of whom says something new every ten seconds for an hour.
        for tens in 0..360 {
            let now = now + TimeDelta::seconds(tens * 10);
            for author in 0..150 {
                desk.offer(offer(1, author, &tens.to_string()), now);
            }
            assert!(desk.state().waiting.len() <= WAITING_OF_PEER);
            fetches += asked(&desk, now).len();
        }
        assert_eq!(fetches, PER_HOUR as usize);
        // Another is heard all the same.
        let now = now + TimeDelta::seconds(3_600);
        desk.offer(offer(2, 9_000, "x"), now);
        assert!(asked(&desk, now + SETTLE).contains(&offer(2, 9_000, "x")));
        assert!(desk.state().asked.len() <= PER_HOUR as usize + 1);
    }

    #[test]
    fn a_peer_that_does_not_answer_holds_up_no_other() {
        let (desk, now) = (Desk::default(), start());
        for author in 0..3 {
            desk.offer(offer(1, author, "a"), now);
        }
        desk.offer(offer(2, 5, "a"), now);
        let due = now + SETTLE;
        let Next::Now(first) = desk.next(due) else {
            panic!("due")
        };
        let Next::Now(second) = desk.next(due) else {
            panic!("due")
        };
        assert_eq!((first.peer, second.peer), (PeerId(1), PeerId(2)));
        assert!(matches!(desk.next(due), Next::Later(_)));
        desk.done(PeerId(1));
        assert!(matches!(desk.next(due), Next::Now(_)));
    }
}
