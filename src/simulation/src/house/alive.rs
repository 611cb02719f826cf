//! Whether a process is alive. What belongs to one that is not stands still for ever, as if it were not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Clones are of the same process.
#[derive(Debug, Clone)]
pub struct Alive(Arc<AtomicBool>);

impl Default for Alive {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Alive {
    /// Ends it.
    pub fn kill(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Goes on at once, or never.
    pub async fn or_never(&self) {
        if !self.0.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}
