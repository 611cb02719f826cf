//! The peer table in memory. It is small, and asked before anything else for each request; strangers add nothing to it.

use crate::audit::Limiter;
use crate::{Ctx, Result};
use entrenous_model::{Event, Origin, Peer, PeerId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a context keeps in memory about trust.
#[derive(Default)]
pub struct Trust {
    state: Mutex<State>,
    pub(crate) limiter: Limiter,
}

#[derive(Default)]
struct State {
    /// Raised by each change, so that a table read before a change is not kept after it.
    version: u64,
    table: Option<Arc<Snapshot>>,
}

/// The peer table at one moment.
pub(crate) struct Snapshot {
    origins: HashMap<Origin, Arc<Peer>>,
    ids: HashMap<PeerId, Arc<Peer>>,
}

impl Snapshot {
    pub(crate) fn by_origin(&self, origin: &Origin) -> Option<Arc<Peer>> {
        self.origins.get(origin).cloned()
    }

    pub(crate) fn by_id(&self, id: PeerId) -> Option<Arc<Peer>> {
        self.ids.get(&id).cloned()
    }
}

impl Trust {
    /// Drops what is in memory; the next question reads the table.
    pub fn forget_everything(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.version = state.version.wrapping_add(1);
        state.table = None;
    }

    /// Keeps up with changes: called for each batch of events, also those another process made.
    pub fn apply(&self, events: &[Event]) {
        if events
            .iter()
            .any(|event| matches!(event, Event::PeerChanged { .. }))
        {
            self.forget_everything();
        }
    }

    pub(crate) async fn snapshot(&self, ctx: &Ctx) -> Result<Arc<Snapshot>> {
        let version = {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(table) = &state.table {
                return Ok(Arc::clone(table));
            }
            state.version
        };
        let peers = ctx.store().read(entrenous_store::peers::all).await?;
        let peers: Vec<Arc<Peer>> = peers.into_iter().map(|(peer, _)| Arc::new(peer)).collect();
        let table = Arc::new(Snapshot {
            origins: peers
                .iter()
                .map(|peer| (peer.origin.clone(), Arc::clone(peer)))
                .collect(),
            ids: peers.into_iter().map(|peer| (peer.id, peer)).collect(),
        });
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.version == version {
            state.table = Some(Arc::clone(&table));
        }
        Ok(table)
    }
}
