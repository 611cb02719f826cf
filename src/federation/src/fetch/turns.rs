//! Whose turn it is in the background. Each peer has a share of what is fetched at a time and places of its own to wait in:
//! one that answers byte by byte, or names more than can be had, holds up nobody but itself.

use entrenous_model::PeerId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The turns of one kind of thing. Only peers have an entry, so this does not grow with strangers.
#[derive(Debug)]
pub(super) struct Turns {
    all: Arc<Semaphore>,
    bounds: Bounds,
    peers: Mutex<HashMap<PeerId, Share>>,
}

/// How much at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Of all peers together.
    pub(super) at_once: usize,
    /// Of one of them; fewer than of all.
    pub(super) of_one: usize,
    /// How much may wait for one peer, with what is under way.
    pub(super) waiting: usize,
}

/// What one peer may have.
#[derive(Debug)]
struct Share {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// A place among what waits for one peer.
#[derive(Debug)]
pub(super) struct Place {
    own: Arc<Semaphore>,
    all: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

/// The right to fetch, for as long as it is held.
#[derive(Debug)]
pub(super) struct Turn {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            all: Arc::new(Semaphore::new(bounds.at_once)),
            bounds,
            peers: Mutex::default(),
        }
    }

    /// A place to wait in; `None` if too much waits for this peer.
    pub(super) fn place(&self, peer: PeerId) -> Option<Place> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let share = peers.entry(peer).or_insert_with(|| Share {
            running: Arc::new(Semaphore::new(self.bounds.of_one)),
            places: Arc::new(Semaphore::new(self.bounds.waiting)),
        });
        let place = Arc::clone(&share.places).try_acquire_owned().ok()?;
        Some(Place {
            own: Arc::clone(&share.running),
            all: Arc::clone(&self.all),
            _place: place,
        })
    }
}

impl Place {
    /// Waits until it is this one's turn. The peer's own share first: who waits for that takes nobody's place.
    pub(super) async fn turn(&self) -> Option<Turn> {
        let own = Arc::clone(&self.own).acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn { _own: own, _all: all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn a_peer_that_stalls_holds_up_itself_alone() {
        let turns = Turns::new(Bounds {
            at_once: 2,
            of_one: 1,
            waiting: 3,
        });
        let stalls: Vec<Place> = (0..3).map(|_| turns.place(PeerId(1)).unwrap()).collect();
        assert!(turns.place(PeerId(1)).is_none(), "no more wait for it");
        let held = stalls[0].turn().await.unwrap();
        let soon = Duration::from_millis(50);
        assert!(timeout(soon, stalls[1].turn()).await.is_err());
        let other = turns.place(PeerId(2)).unwrap();
        assert!(timeout(soon, other.turn()).await.is_ok());
        drop(held);
        assert!(timeout(soon, stalls[1].turn()).await.is_ok());
        drop(stalls);
        assert!(turns.place(PeerId(1)).is_some());
    }
}
