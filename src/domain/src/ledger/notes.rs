//! Requests that change nothing and so have no transaction: counted in memory, written down with the next sealing.

use crate::Ctx;
use entrenous_model::{Crossing, Direction, Parcel, PeerId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Different requests that are kept apart until the next sealing; more are counted together, by peer.
const MOST: usize = 300;

/// What makes two requests the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Same {
    peer: PeerId,
    direction: Direction,
    /// With a size of 0: sizes are added up.
    parcel: Parcel,
    refused: Option<String>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    times: i64,
    bytes: i64,
}

/// Requests since the last sealing.
#[derive(Default)]
pub(super) struct Notes(Mutex<HashMap<Same, Sum>>);

impl Notes {
    pub(super) fn add(&self, crossing: Crossing) {
        let Crossing {
            peer,
            direction,
            mut parcel,
            times,
            refused,
        } = crossing;
        let bytes = std::mem::take(&mut parcel.bytes);
        let mut same = Same {
            peer,
            direction,
            parcel,
            refused,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&same) {
            // Peers and reasons are few: these are bounded too.
            same.parcel = Parcel {
                kind: "GET".to_owned(),
                ..Parcel::default()
            };
        }
        let sum = all.entry(same).or_default();
        sum.times = sum.times.saturating_add(times);
        sum.bytes = sum.bytes.saturating_add(bytes);
    }

    /// Everything, and forgets it.
    pub(super) fn take(&self) -> Vec<Crossing> {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut all: Vec<Crossing> = all
            .into_iter()
            .map(|(same, sum)| Crossing {
                peer: same.peer,
                direction: same.direction,
                parcel: Parcel {
                    bytes: sum.bytes,
                    ..same.parcel
                },
                times: sum.times,
                refused: same.refused,
            })
            .collect();
        // A map has no order, a ledger has.
        all.sort_by(|a, b| order(a).cmp(&order(b)));
        all
    }
}

/// Everything that tells two of them apart.
fn order(one: &Crossing) -> impl Ord + '_ {
    let Parcel {
        kind,
        activity,
        object,
        account,
        ..
    } = &one.parcel;
    let way = one.direction.as_str();
    (one.peer, kind, object, activity, *account, way, &one.refused)
}

/// Counts a request that was answered or refused. It is in memory until the next sealing, within about a second: a crash
/// loses it. What changes something is written in its own transaction instead.
pub fn note(ctx: &Ctx, crossing: Crossing) {
    ctx.ledger().notes.add(crossing);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peer: i64, object: &str, bytes: i64) -> Crossing {
        let parcel = Parcel {
            kind: "GET post".to_owned(),
            object: Some(object.to_owned()),
            bytes,
            ..Parcel::default()
        };
        Crossing::of(PeerId(peer), Direction::Served, parcel)
    }

    #[test]
    fn equal_requests_are_one_row_with_a_count() {
        let notes = Notes::default();
        for _ in 0..3 {
            notes.add(asked(1, "a", 10));
        }
        notes.add(asked(1, "a", 10).refused("not_found"));
        notes.add(asked(2, "a", 5));
        let all = notes.take();
        let seen: Vec<_> = all
            .iter()
            .map(|one| (one.peer.get(), one.times, one.parcel.bytes))
            .collect();
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(seen.contains(&(1, 3, 30)) && seen.contains(&(1, 1, 10)) && seen.contains(&(2, 1, 5)));
        assert!(notes.take().is_empty());
    }

    #[test]
    fn memory_is_bounded_and_nothing_is_uncounted() {
        let notes = Notes::default();
        for n in 0..5_000 {
            notes.add(asked(n % 2, &n.to_string(), 1));
        }
        let all = notes.take();
        assert!(all.len() <= MOST + 2, "{}", all.len());
        assert_eq!(all.iter().map(|one| one.times).sum::<i64>(), 5_000);
        assert_eq!(all.iter().map(|one| one.parcel.bytes).sum::<i64>(), 5_000);
    }
}
