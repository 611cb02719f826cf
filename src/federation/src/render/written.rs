//! Activities as they were sent, for the next peer that gets the same.

use super::reader::Kind;
use bytes::Bytes;
use entrenous_domain::cache::Cache;
use entrenous_domain::posts::Body;
use entrenous_model::ActivityId;
use std::sync::Arc;

/// What all of them may take, in bytes.
const ROOM: u64 = 8 * 1024 * 1024;

type Key = (ActivityId, Kind);

/// Posts' activities in memory, with their proofs: the same for all that read alike.
pub(crate) struct Written(Cache<Key, (Arc<Body>, Bytes)>);

impl Default for Written {
    fn default() -> Self {
        let weigh = |_: &Key, (body, bytes): &(Arc<Body>, Bytes)| body.weight() + bytes.len();
        Self(Cache::of_bytes(ROOM, weigh))
    }
}

impl Written {
    /// What was written of this very version of the post.
    pub(crate) fn get(&self, key: &Key, body: &Arc<Body>) -> Option<Bytes> {
        let (of, bytes) = self.0.get(key)?;
        Arc::ptr_eq(&of, body).then_some(bytes)
    }

    pub(crate) fn keep(&self, key: Key, body: &Arc<Body>, bytes: Bytes) {
        self.0.insert(key, (Arc::clone(body), bytes));
    }
}
