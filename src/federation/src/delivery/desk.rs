//! Where lanes have what is over written down: what several bring while one transaction is under way goes into the next.

use entrenous_domain::deliveries::{self, Over};
use entrenous_domain::{Ctx, DomainError, Result};
use entrenous_model::PeerId;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot::{self, error::TryRecvError};

/// Entries of one transaction: others wait for it on SQLite.
const MOST: usize = 64;

struct Entry {
    peer: PeerId,
    over: Over,
    written: oneshot::Sender<Result<()>>,
}

/// One for all lanes.
#[derive(Default)]
pub(super) struct Desk {
    waiting: Mutex<Vec<Entry>>,
    writing: tokio::sync::Mutex<()>,
}

impl Desk {
    /// Writes down what is over with a peer, which has nothing else here meanwhile.
    ///
    /// # Errors
    /// Only the store's, and that whoever wrote it was broken off: what became of it is not known then.
    pub(super) async fn finish(&self, ctx: &Ctx, peer: PeerId, over: Over) -> Result<()> {
        let (written, mut answer) = oneshot::channel();
        self.waiting().push(Entry { peer, over, written });
        // Whoever comes first writes for all who wait by then; the others find it done.
        let _alone = self.writing.lock().await;
        loop {
            match answer.try_recv() {
                Ok(result) => return result,
                Err(TryRecvError::Closed) => {
                    return Err(DomainError::internal("writing down was broken off"));
                }
                Err(TryRecvError::Empty) => write(ctx, self.take()).await,
            }
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first of those that wait, in the order of their peers.
    fn take(&self) -> Vec<Entry> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(MOST);
        let mut some: Vec<Entry> = waiting.drain(..count).collect();
        some.sort_by_key(|entry| entry.peer);
        some
    }
}

async fn write(ctx: &Ctx, some: Vec<Entry>) {
    if some.len() > 1 {
        let all: Vec<(PeerId, Over)> = some
            .iter()
            .map(|entry| (entry.peer, entry.over.clone()))
            .collect();
        // Who does not listen any more has ended, and is begun anew from the database.
        if deliveries::finish(ctx, all).await.is_ok() {
            for entry in some {
                drop(entry.written.send(Ok(())));
            }
            return;
        }
    }
    // One of them may be what cannot be written down: the others are not to wait for it.
    for entry in some {
        let result = deliveries::finish(ctx, vec![(entry.peer, entry.over)]).await;
        drop(entry.written.send(result));
    }
}
