//! How a lane is told that there is more for its peer.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Rung when something was queued. What was rung before anybody listened is not lost.
#[derive(Default)]
pub(super) struct Bell {
    rung: AtomicBool,
    wake: Notify,
}

impl Bell {
    /// There is more.
    pub(super) fn ring(&self) {
        self.rung.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// Whether it was rung since this was last asked.
    pub(super) fn rung(&self) -> bool {
        self.rung.swap(false, Ordering::SeqCst)
    }

    /// Ends when it is rung; [`Bell::rung`] then tells. It may also end without reason.
    pub(super) async fn listen(&self) {
        self.wake.notified().await;
    }
}
