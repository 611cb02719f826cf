//! What happened lately, so that a stream that broke off can go on where it was.

use entrenous_model::{Event, Time};
use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The most that is kept, in words of eight bytes, or about so: 4 MiB.
const MOST: usize = 512 * 1_024;
/// What an event takes beside its owners, in words.
const EACH: usize = 12;

/// Which event a message comes from: what `Last-Event-ID` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventId {
    /// Which run of which process: the others count anew.
    run: u64,
    /// The events of a run are numbered, from 1.
    number: u64,
    /// When it was told, in milliseconds of Unix time.
    pub(super) at: i64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}-{}", self.run, self.number, self.at)
    }
}

impl FromStr for EventId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next().ok_or(());
        Ok(Self {
            run: u64::from_str_radix(part()?, 16).map_err(drop)?,
            number: part()?.parse().map_err(drop)?,
            at: part()?.parse().map_err(drop)?,
        })
    }
}

/// An event with its number.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) id: EventId,
    pub(super) event: Arc<Event>,
}

/// The latest events, in order.
pub(super) struct Past {
    last: EventId,
    kept: VecDeque<Told>,
    weight: usize,
}

impl Past {
    /// Of a run that begins.
    pub(super) const fn new(run: u64, now: Time) -> Self {
        Self {
            last: EventId {
                run,
                number: 0,
                at: now.timestamp_millis(),
            },
            kept: VecDeque::new(),
            weight: 0,
        }
    }

    /// Keeps events, and numbers them.
    pub(super) fn keep(&mut self, events: impl Iterator<Item = Event>, now: Time) -> Vec<Told> {
        let mut told = Vec::new();
        for event in events {
            self.last.number += 1;
            self.last.at = now.timestamp_millis();
            self.weight += weight(&event);
            told.push(Told {
                id: self.last,
                event: Arc::new(event),
            });
        }
        self.kept.extend(told.iter().cloned());
        while self.weight > MOST
            && let Some(oldest) = self.kept.pop_front()
        {
            self.weight -= weight(&oldest.event);
        }
        told
    }

    /// The latest one.
    pub(super) const fn last(&self) -> EventId {
        self.last
    }

    /// What came after one, up to another; `None` if not all of it is kept.
    pub(super) fn between(&self, after: EventId, until: EventId) -> Option<VecDeque<Told>> {
        if after.run != self.last.run || after.number > until.number {
            return None;
        }
        let first = self
            .kept
            .front()
            .map_or(self.last.number + 1, |told| told.id.number);
        if after.number + 1 < first {
            return None;
        }
        let missed = |told: &&Told| told.id.number > after.number && told.id.number <= until.number;
        Some(self.kept.iter().filter(missed).cloned().collect())
    }

    /// Events were missed: what came before cannot be told any more.
    pub(super) fn forget(&mut self) {
        // So that the one told last is not enough to go on from.
        self.last.number += 1;
        self.kept.clear();
        self.weight = 0;
    }
}

fn weight(event: &Event) -> usize {
    EACH + match event {
        Event::FeedFilled { owners, .. } => owners.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrenous_model::{AccountId, PostId};

    fn event(post: i64) -> Event {
        Event::PollCounted { post: PostId(post) }
    }

    fn numbers(told: Option<VecDeque<Told>>) -> Option<Vec<u64>> {
        told.map(|told| told.iter().map(|one| one.id.number).collect())
    }

    #[test]
    fn what_came_between_is_told() {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut past = Past::new(7, now);
        let nothing = past.last();
        let told = past.keep((1..=5).map(event), now);
        let (second, fourth, last) = (told[1].id, told[3].id, past.last());
        assert_eq!(numbers(past.between(nothing, last)), Some(vec![1, 2, 3, 4, 5]));
        assert_eq!(numbers(past.between(second, fourth)), Some(vec![3, 4]));
        assert_eq!(numbers(past.between(last, last)), Some(vec![]));
        assert_eq!(second.to_string().parse(), Ok(second));
        let elsewhere = EventId { run: 8, ..second };
        assert_eq!(numbers(past.between(elsewhere, last)), None);
        past.forget();
        assert_eq!(numbers(past.between(last, past.last())), None);
        let told = past.keep(std::iter::once(event(9)), now);
        assert_eq!(numbers(past.between(last, told[0].id)), None);
        assert_eq!(numbers(past.between(told[0].id, past.last())), Some(vec![]));
    }

    #[test]
    fn it_is_bounded() {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut past = Past::new(7, now);
        let first = past.last();
        for post in 0..1_000 {
            let owners = vec![AccountId(1); 10_000];
            past.keep(
                std::iter::once(Event::FeedFilled {
                    post: PostId(post),
                    owners,
                }),
                now,
            );
        }
        assert!(past.weight <= MOST && past.kept.len() > 40);
        assert_eq!(numbers(past.between(first, past.last())), None);
    }

    #[test]
    fn other_words_are_no_ids() {
        for text in ["", "1", "1-2", "x-1-1", "1-2-3-4", "1--3", "undefined"] {
            assert_eq!(text.parse::<EventId>(), Err(()), "{text}");
        }
    }
}
