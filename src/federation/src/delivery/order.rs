//! Which deliveries of one peer may be under way at the same time. Pure.

use chrono::TimeDelta;
use entrenous_domain::deliveries::{Delivery, pause_after};
use entrenous_model::{AccountId, DeliveryId, OutboundActivity, Time};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Deliveries of one peer kept in memory that may go sooner or later.
pub(super) const WINDOW: usize = 200;
/// Deliveries kept beside them that wait for one which the peer does not take. Beyond, all waits with it.
const MOST_BLOCKED: usize = 800;

/// Deliveries that may be over and not written down yet: a database that is slow holds up the lane, not the memory, and a node
/// that is killed sends no more than so many again.
const MOST_OVER: usize = 256;

/// The head of one peer's queue.
///
/// Two deliveries stay in order if they have the same author, or are of the same conversation (`order_key`, 0 for none);
/// everything else may overtake. New keys of the node overtake nothing that is under way, and nothing overtakes them.
///
/// What the peer does not take now, though it answers, is held: it is tried again after a pause of its own, and holds up
/// its author and its conversation, nobody else.
#[derive(Default)]
pub(super) struct Lane {
    /// In queue order; what is under way stays until it is finished.
    waiting: BTreeMap<DeliveryId, Arc<Delivery>>,
    under_way: HashSet<DeliveryId>,
    /// Over, but not written down yet: the database still has them in the queue.
    over: HashSet<DeliveryId>,
    /// What was not taken.
    refused: Refused,
}

/// What a lane remembers of those that were not taken, and leaves to the next lane of its peer.
pub(super) type Refused = HashMap<DeliveryId, Hold>;

/// So many are remembered from one lane to the next.
const MOST_REFUSED: usize = 256;

/// What is remembered of one that was not taken, until it is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    /// How often it was not taken.
    failures: i32,
    /// It is left alone until then; `None` once it may be tried again.
    until: Option<Time>,
}

impl Hold {
    /// How long it is left alone. A moment further away than the pause was written by a clock that has been set back since.
    fn pause(self, now: Time) -> Option<TimeDelta> {
        let left = self.until? - now;
        let believable = left <= pause_after(self.failures);
        Some(if believable {
            left.max(TimeDelta::zero())
        } else {
            TimeDelta::zero()
        })
    }
}

/// Whom one that cannot go holds up.
#[derive(Default)]
struct Behind {
    authors: HashSet<Option<AccountId>>,
    conversations: HashSet<i64>,
}

impl Behind {
    fn has(&self, delivery: &Delivery) -> bool {
        self.authors.contains(&delivery.account) || self.conversations.contains(&delivery.order_key)
    }

    fn add(&mut self, delivery: &Delivery) {
        self.authors.insert(delivery.account);
        if delivery.order_key != 0 {
            self.conversations.insert(delivery.order_key);
        }
    }
}

impl Lane {
    /// A lane that knows what was not taken in the one before. Nothing is left alone any more if the peer was `heard` since.
    pub(super) fn after(mut refused: Refused, heard: bool) -> Self {
        if heard {
            for hold in refused.values_mut() {
                hold.until = None;
            }
        }
        Self {
            refused,
            ..Self::default()
        }
    }

    /// What the next lane is to know: the first, if they are many.
    pub(super) fn leave(self) -> Refused {
        let mut refused: Vec<(DeliveryId, Hold)> = self.refused.into_iter().collect();
        refused.sort_unstable_by_key(|(id, _)| *id);
        refused.truncate(MOST_REFUSED);
        refused.into_iter().collect()
    }

    /// Takes in more of the queue. What is known already stays as it is.
    pub(super) fn extend(&mut self, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            if self.over.contains(&delivery.id) {
                continue;
            }
            self.waiting
                .entry(delivery.id)
                .or_insert_with(|| Arc::new(delivery));
        }
    }

    /// Takes in the queue from its beginning: `whole` tells that there is no more. What is known, but not in the queue any
    /// more (it was purged, or given up), is forgotten.
    pub(super) fn renew(&mut self, deliveries: Vec<Delivery>, whole: bool) {
        let last = deliveries.last().map(|delivery| delivery.id);
        let there: HashSet<DeliveryId> = deliveries.iter().map(|delivery| delivery.id).collect();
        let under_way = &self.under_way;
        self.waiting.retain(|id, _| {
            let seen = whole || last.is_some_and(|last| *id <= last);
            !seen || there.contains(id) || under_way.contains(id)
        });
        self.extend(deliveries);
        let waiting = &self.waiting;
        self.refused.retain(|id, _| waiting.contains_key(id));
    }

    /// How many more fit.
    pub(super) fn room(&self) -> usize {
        WINDOW.saturating_sub(self.waiting.len() - self.held_back())
    }

    /// Those held, and those that wait for them, beside which others may be known.
    pub(super) fn held_back(&self) -> usize {
        if !self.holds_back() {
            return 0;
        }
        let mut behind = Behind::default();
        let mut count = 0;
        for (id, delivery) in &self.waiting {
            if self.is_held(*id) || behind.has(delivery) {
                behind.add(delivery);
                count += 1;
            }
        }
        count.min(MOST_BLOCKED)
    }

    /// The last one known: the queue is read on from there.
    pub(super) fn last(&self) -> Option<DeliveryId> {
        self.waiting.keys().next_back().copied()
    }

    /// Nothing is under way.
    pub(super) fn is_still(&self) -> bool {
        self.under_way.is_empty()
    }

    /// How many are under way.
    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// The next that may go now; it is under way from then on. While nothing is known of the peer but that it did not take
    /// something (`probing`), rather one that was never refused: what it stumbles over must not be all that it is offered.
    /// None while too much is not written down.
    pub(super) fn start(&mut self, probing: bool) -> Option<Arc<Delivery>> {
        if self.over.len() + self.under_way.len() >= MOST_OVER {
            return None;
        }
        let fresh = probing && !self.refused.is_empty();
        let never = if fresh {
            self.start_among(|lane, id| !lane.refused.contains_key(&id))
        } else {
            None
        };
        never.or_else(|| self.start_among(|lane, id| !lane.is_held(id)))
    }

    fn start_among(&mut self, may: impl Fn(&Self, DeliveryId) -> bool) -> Option<Arc<Delivery>> {
        let mut behind = Behind::default();
        let mut found = None;
        for (id, delivery) in &self.waiting {
            if matches!(delivery.data, OutboundActivity::UpdateKeys { .. }) {
                // What is before it was signed with the former keys; what is behind it is signed with these.
                let free = self.under_way.is_empty() && may(self, *id);
                found = free.then(|| Arc::clone(delivery));
                break;
            }
            if !behind.has(delivery) && !self.under_way.contains(id) && may(self, *id) {
                found = Some(Arc::clone(delivery));
                break;
            }
            behind.add(delivery);
        }
        let delivery = found?;
        self.under_way.insert(delivery.id);
        Some(delivery)
    }

    /// One is over: it was taken or dropped. It is remembered until that is written down.
    pub(super) fn finish(&mut self, id: DeliveryId) {
        self.under_way.remove(&id);
        self.waiting.remove(&id);
        self.refused.remove(&id);
        self.over.insert(id);
    }

    /// That these are over is written down: the queue does not have them any more.
    pub(super) fn forget(&mut self, ids: impl Iterator<Item = DeliveryId>) {
        for id in ids {
            self.over.remove(&id);
        }
    }

    /// How many are over and not written down: the database still answers with them.
    pub(super) fn over(&self) -> usize {
        self.over.len()
    }

    /// One was not tried, and stays in the queue.
    pub(super) fn put_back(&mut self, id: DeliveryId) {
        self.under_way.remove(&id);
    }

    /// One was not taken: it is left alone for as long as its failures say. True if that is the first time.
    pub(super) fn hold(&mut self, id: DeliveryId, now: Time) -> bool {
        self.under_way.remove(&id);
        let hold = self.refused.entry(id).or_insert(Hold {
            failures: 0,
            until: None,
        });
        hold.failures = hold.failures.saturating_add(1);
        hold.until = Some(now + pause_after(hold.failures));
        hold.failures == 1
    }

    fn is_held(&self, id: DeliveryId) -> bool {
        self.refused.get(&id).is_some_and(|hold| hold.until.is_some())
    }

    /// Whether one is left alone.
    pub(super) fn holds_back(&self) -> bool {
        self.refused.values().any(|hold| hold.until.is_some())
    }

    /// Lets those go that may be tried again; true if there are some. The queue is to be read from its beginning before the
    /// next is started: they may have been purged meanwhile.
    pub(super) fn release(&mut self, now: Time) -> bool {
        let mut some = false;
        for hold in self.refused.values_mut() {
            if hold.pause(now).is_some_and(|pause| pause.is_zero()) {
                hold.until = None;
                some = true;
            }
        }
        some
    }

    /// How long until one that is held may be tried again; `None` if none is.
    pub(super) fn held_for(&self, now: Time) -> Option<TimeDelta> {
        self.refused.values().filter_map(|hold| hold.pause(now)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrenous_model::{ActivityId, OutboundActivity};

    fn delivery(id: i64, author: i64, order_key: i64) -> Delivery {
        Delivery {
            id: DeliveryId(id),
            activity: ActivityId(id),
            account: (author != 0).then_some(AccountId(author)),
            data: OutboundActivity::UpdateProfile,
            inbox: "https://p.test/inbox".to_owned(),
            order_key,
            attempts: 0,
            created_at: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        }
    }

    fn started(lane: &mut Lane) -> Vec<i64> {
        std::iter::from_fn(|| lane.start(false))
            .map(|delivery| delivery.id.get())
            .collect()
    }

    #[test]
    fn one_author_and_one_conversation_stay_in_order() {
        let mut lane = Lane::default();
        lane.extend(vec![
            delivery(1, 1, 0),
            delivery(2, 1, 0),
            delivery(3, 2, 7),
            delivery(4, 3, 7),
            delivery(5, 4, 0),
            delivery(6, 3, 0),
        ]);
        // 2 waits for its author's first, 4 for its conversation, and 6 for 4, which has the same author.
        assert_eq!(started(&mut lane), [1, 3, 5]);
        lane.finish(DeliveryId(3));
        assert_eq!(started(&mut lane), [4]);
        lane.finish(DeliveryId(1));
        assert_eq!(started(&mut lane), [2]);
        lane.finish(DeliveryId(4));
        assert_eq!(started(&mut lane), [6]);
        for id in [2, 5, 6] {
            lane.finish(DeliveryId(id));
        }
        assert!(lane.last().is_none() && lane.is_still());
    }

    #[test]
    fn what_was_not_tried_is_next_again() {
        let mut lane = Lane::default();
        lane.extend(vec![delivery(1, 1, 0), delivery(2, 1, 0)]);
        assert_eq!(started(&mut lane), [1]);
        lane.put_back(DeliveryId(1));
        assert!(lane.is_still() && lane.last().is_some());
        assert_eq!(started(&mut lane), [1]);
    }

    #[test]
    fn what_is_over_does_not_come_back_before_it_is_written_down() {
        let mut lane = Lane::default();
        lane.extend(vec![delivery(1, 1, 0)]);
        assert_eq!(started(&mut lane), [1]);
        lane.finish(DeliveryId(1));
        lane.extend(vec![delivery(1, 1, 0), delivery(2, 1, 0)]);
        assert_eq!(started(&mut lane), [2]);
        lane.forget([DeliveryId(1)].into_iter());
        lane.finish(DeliveryId(2));
        assert_eq!(lane.over(), 1);
    }

    #[test]
    fn a_slow_database_holds_up_the_lane() {
        let mut lane = Lane::default();
        let mut sent = 0;
        for id in 1.. {
            lane.extend(vec![delivery(id, id, 0)]);
            let Some(next) = lane.start(false) else { break };
            lane.finish(next.id);
            sent += 1;
        }
        assert_eq!((sent, lane.over()), (MOST_OVER, MOST_OVER));
        lane.forget([DeliveryId(1)].into_iter());
        assert!(lane.start(false).is_some() && lane.start(false).is_none());
    }

    #[test]
    fn bounded_and_without_doubles() {
        let mut lane = Lane::default();
        lane.extend((1..=50).map(|id| delivery(id, id, 0)).collect());
        lane.extend((1..=50).map(|id| delivery(id, id, 0)).collect());
        assert_eq!((lane.room(), lane.last()), (WINDOW - 50, Some(DeliveryId(50))));
        assert_eq!(started(&mut lane).len(), 50);
        assert_eq!(lane.under_way(), 50);
    }

    #[test]
    fn new_keys_go_alone() {
        let mut lane = Lane::default();
        let mut all = vec![
            delivery(1, 1, 0),
            delivery(2, 2, 0),
            delivery(3, 0, 0),
            delivery(4, 3, 0),
        ];
        all[2].data = OutboundActivity::UpdateKeys {
            generation: entrenous_model::KeyGeneration::FIRST.next(),
        };
        lane.extend(all);
        assert_eq!(started(&mut lane), [1, 2]);
        lane.finish(DeliveryId(1));
        assert_eq!(started(&mut lane), [0; 0]);
        lane.finish(DeliveryId(2));
        assert_eq!(started(&mut lane), [3]);
        lane.finish(DeliveryId(3));
        assert_eq!(started(&mut lane), [4]);
    }

    #[test]
    fn the_nodes_own_activities_are_one_author() {
        let mut lane = Lane::default();
        lane.extend(vec![delivery(1, 0, 0), delivery(2, 0, 0), delivery(3, 5, 0)]);
        assert_eq!(started(&mut lane), [1, 3]);
    }

    fn at(seconds: i64) -> Time {
        chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn what_is_not_taken_holds_up_its_author_and_its_conversation_alone() {
        let mut lane = Lane::default();
        lane.extend(vec![
            delivery(1, 1, 7),
            delivery(2, 1, 0),
            delivery(3, 2, 7),
            delivery(4, 2, 0),
            delivery(5, 3, 0),
        ]);
        assert_eq!(started(&mut lane), [1, 5]);
        lane.hold(DeliveryId(1), at(0));
        lane.finish(DeliveryId(5));
        // 3 is of its conversation, and 4 of the author of 3.
        lane.extend(vec![delivery(6, 4, 0)]);
        assert_eq!(started(&mut lane), [6]);
        assert_eq!(lane.room(), WINDOW - 1, "what waits for it takes no room");
        assert_eq!(lane.held_for(at(0)), Some(TimeDelta::milliseconds(1_250)));
        assert!(!lane.release(at(1)) && started(&mut lane).is_empty());
        assert!(lane.release(at(2)) && !lane.holds_back());
        assert_eq!(started(&mut lane), [1]);
        lane.hold(DeliveryId(1), at(2));
        assert!(!lane.release(at(3)), "the next pause is longer");
        // A clock that was set back makes no pause longer.
        assert_eq!(lane.held_for(at(-3_600)), Some(TimeDelta::zero()));
    }

    #[test]
    fn what_waits_for_one_is_bounded() {
        let mut lane = Lane::default();
        lane.extend(vec![delivery(1, 1, 0)]);
        assert_eq!(started(&mut lane), [1]);
        lane.hold(DeliveryId(1), at(0));
        lane.extend((2..=3_000).map(|id| delivery(id, 1, 0)).collect());
        assert_eq!(lane.room(), 0);
    }

    #[test]
    fn what_was_purged_is_forgotten() {
        let mut lane = Lane::default();
        lane.extend((1..=3).map(|id| delivery(id, id, 0)).collect());
        assert_eq!(lane.start(false).unwrap().id, DeliveryId(1));
        // 1 is under way, 2 and 3 are gone, 5 was queued; what is behind the piece that was read is not known to be gone.
        lane.renew(vec![delivery(5, 5, 0)], false);
        assert_eq!(lane.waiting.len(), 2);
        lane.extend(vec![delivery(9, 9, 0)]);
        lane.renew(vec![delivery(5, 5, 0)], false);
        assert_eq!((lane.waiting.len(), lane.last()), (3, Some(DeliveryId(9))));
        lane.renew(vec![delivery(5, 5, 0)], true);
        assert_eq!(lane.last(), Some(DeliveryId(5)));
        lane.hold(DeliveryId(1), at(0));
        lane.renew(Vec::new(), true);
        assert!(!lane.holds_back() && lane.last().is_none());
    }

    #[test]
    fn a_probe_is_something_that_was_never_refused() {
        let mut lane = Lane::default();
        lane.extend((1..=3).map(|id| delivery(id, id, 0)).collect());
        let probe = |lane: &mut Lane| lane.start(true).map(|delivery| delivery.id.get());
        assert_eq!(probe(&mut lane), Some(1));
        assert!(lane.hold(DeliveryId(1), at(0)));
        // Another lane, later: the first may be tried again, but not first.
        let mut lane = Lane::after(lane.leave(), false);
        lane.renew((1..=3).map(|id| delivery(id, id, 0)).collect(), true);
        lane.release(at(10));
        assert_eq!(probe(&mut lane), Some(2));
        assert!(lane.hold(DeliveryId(2), at(10)));
        assert_eq!(probe(&mut lane), Some(3));
        assert!(lane.hold(DeliveryId(3), at(10)));
        let heard = Lane::after(lane.refused.clone(), true);
        assert!(!heard.holds_back(), "a message of the peer wakes all");
        // Nothing else is left.
        assert_eq!(probe(&mut lane), Some(1));
        assert!(!lane.hold(DeliveryId(1), at(10)), "not for the first time");
        assert_eq!(probe(&mut lane), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut lane = Lane::default();
        lane.extend((1..=300).map(|id| delivery(id, id, 0)).collect());
        for id in started(&mut lane) {
            lane.hold(DeliveryId(id), at(0));
        }
        let refused = lane.leave();
        assert_eq!(refused.len(), MOST_REFUSED);
        assert!(refused.contains_key(&DeliveryId(1)) && !refused.contains_key(&DeliveryId(300)));
    }
}
