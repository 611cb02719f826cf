//! Seals what crossed between this node and its peers into the ledger.

use entrenous_domain::{Ctx, ledger};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often. What was counted in memory is lost by a crash for as long.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until `stop`, and once more then.
pub(super) async fn run(ctx: Ctx, stop: CancellationToken) {
    loop {
        let stopping = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(PAUSE) => false,
        };
        if let Err(error) = ledger::seal(&ctx).await {
            tracing::warn!(cause = %crate::app::cause(&error), "the ledger was not sealed; trying again");
        }
        if stopping {
            return;
        }
    }
}
