//! Work that waits in the database: done piece by piece, and begun again when an event says that there is more.

use entrenous_domain::{Ctx, Result};
use entrenous_model::Event;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// What waits, and how it is done.
pub(super) struct Work<F> {
    /// Does the next piece; `false` if nothing waits.
    pub(super) piece: F,
    /// Whether an event says that there is more.
    pub(super) wakes: fn(&Event) -> bool,
    /// What the log says when it fails; it is tried again.
    pub(super) unfinished: &'static str,
}

/// Runs until `stop`; begins with what an earlier process left.
pub(super) async fn run<F: AsyncFn(&Ctx) -> Result<bool>>(ctx: Ctx, stop: CancellationToken, work: Work<F>) {
    let mut events = ctx.store().events();
    loop {
        if !empty(&ctx, &stop, &work).await {
            return;
        }
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return,
                batch = events.recv() => batch,
            };
            match batch {
                Ok(batch) if batch.iter().any(work.wakes) => break,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Does what an earlier version has left, once.
pub(super) async fn once<F: AsyncFn(&Ctx) -> Result<bool>>(
    ctx: Ctx,
    stop: CancellationToken,
    piece: F,
    unfinished: &'static str,
) {
    let work = Work {
        piece,
        wakes: |_| false,
        unfinished,
    };
    empty(&ctx, &stop, &work).await;
}

/// Does all that waits. `false` once the node stops.
async fn empty<F: AsyncFn(&Ctx) -> Result<bool>>(
    ctx: &Ctx,
    stop: &CancellationToken,
    work: &Work<F>,
) -> bool {
    while !stop.is_cancelled() {
        match (work.piece)(ctx).await {
            Ok(true) => {}
            Ok(false) => return true,
            Err(error) => {
                tracing::warn!(cause = %crate::app::cause(&error), "{}", work.unfinished);
                tokio::select! {
                    () = stop.cancelled() => return false,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
    false
}
