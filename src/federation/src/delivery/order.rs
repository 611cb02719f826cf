//! Which deliveries of one peer may be under way at the same time. Pure.

use entrenous_domain::deliveries::Delivery;
use entrenous_model::{AccountId, DeliveryId, OutboundActivity};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Deliveries of one peer under way at a time.
pub(super) const AT_ONCE: usize = 8;
/// Deliveries of one peer kept in memory.
pub(super) const WINDOW: usize = 200;

/// The head of one peer's queue.
///
/// Two deliveries stay in order if they have the same author, or are of the same conversation (`order_key`, 0 for none);
/// everything else may overtake. New keys of the node overtake nothing, and nothing overtakes them.
#[derive(Default)]
pub(super) struct Lane {
    /// In queue order; what is under way stays until it is finished.
    waiting: BTreeMap<DeliveryId, Arc<Delivery>>,
    under_way: HashSet<DeliveryId>,
    /// Over, but not written down yet: the database still has them in the queue.
    over: HashSet<DeliveryId>,
}

impl Lane {
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

    /// How many more fit.
    pub(super) fn room(&self) -> usize {
        WINDOW.saturating_sub(self.waiting.len())
    }

    /// The last one known: the queue is read on from there.
    pub(super) fn last(&self) -> Option<DeliveryId> {
        self.waiting.keys().next_back().copied()
    }

    /// Nothing is under way.
    pub(super) fn is_still(&self) -> bool {
        self.under_way.is_empty()
    }

    /// The next that may go now; it is under way from then on.
    pub(super) fn start(&mut self) -> Option<Arc<Delivery>> {
        if self.under_way.len() >= AT_ONCE {
            return None;
        }
        let mut authors: HashSet<Option<AccountId>> = HashSet::new();
        let mut conversations: HashSet<i64> = HashSet::new();
        let mut found = None;
        for (id, delivery) in &self.waiting {
            if matches!(delivery.data, OutboundActivity::UpdateKeys { .. }) {
                // What is before it was signed with the former keys; what is behind it is signed with these.
                found = self.under_way.is_empty().then(|| Arc::clone(delivery));
                break;
            }
            let free = !authors.contains(&delivery.account) && !conversations.contains(&delivery.order_key);
            if free && !self.under_way.contains(id) {
                found = Some(Arc::clone(delivery));
                break;
            }
            authors.insert(delivery.account);
            if delivery.order_key != 0 {
                conversations.insert(delivery.order_key);
            }
        }
        let delivery = found?;
        self.under_way.insert(delivery.id);
        Some(delivery)
    }

    /// One is over: it was taken or dropped. It is remembered until that is written down.
    pub(super) fn finish(&mut self, id: DeliveryId) {
        self.under_way.remove(&id);
        self.waiting.remove(&id);
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

    /// One failed and stays in the queue.
    pub(super) fn fail(&mut self, id: DeliveryId) {
        self.under_way.remove(&id);
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
        std::iter::from_fn(|| lane.start())
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
    fn what_failed_is_next_again() {
        let mut lane = Lane::default();
        lane.extend(vec![delivery(1, 1, 0), delivery(2, 1, 0)]);
        assert_eq!(started(&mut lane), [1]);
        lane.fail(DeliveryId(1));
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
    fn bounded_and_without_doubles() {
        let mut lane = Lane::default();
        lane.extend((1..=50).map(|id| delivery(id, id, 0)).collect());
        lane.extend((1..=50).map(|id| delivery(id, id, 0)).collect());
        assert_eq!((lane.room(), lane.last()), (WINDOW - 50, Some(DeliveryId(50))));
        assert_eq!(started(&mut lane).len(), AT_ONCE);
        lane.finish(DeliveryId(1));
        assert_eq!(started(&mut lane), [9]);
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
}
