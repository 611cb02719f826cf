//! Removes or hides what revoked peers gave, piece by piece.

use entrenous_domain::{Ctx, peers};
use entrenous_model::Event;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until `stop`; begins with what an earlier process left.
pub(super) async fn run(ctx: Ctx, stop: CancellationToken) {
    let mut events = ctx.store().events();
    loop {
        if !empty(&ctx, &stop).await {
            return;
        }
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return,
                batch = events.recv() => batch,
            };
            match batch {
                Ok(batch) => {
                    let changed = |event: &Event| matches!(event, Event::PeerChanged { .. });
                    if batch.iter().any(changed) {
                        break;
                    }
                }
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Does all that waits. `false` once the node stops.
async fn empty(ctx: &Ctx, stop: &CancellationToken) -> bool {
    while !stop.is_cancelled() {
        match peers::purge_piece(ctx).await {
            Ok(true) => {}
            Ok(false) => return true,
            Err(error) => {
                tracing::warn!(cause = %crate::app::cause(&error), "what a revoked peer gave is not all removed yet; trying again");
                tokio::select! {
                    () = stop.cancelled() => return false,
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
    false
}
