//! What is done once an hour: forgetting what has served its purpose, and a look at how large the tables are.

use chrono::TimeDelta;
use entrenous_domain::{Ctx, maintenance};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs until `stop`; the first time a minute after the start.
pub(super) async fn run(ctx: Ctx, stop: CancellationToken) {
    let mut wait = Duration::from_secs(60);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = Duration::from_secs(3600);
        match maintenance::forget_old(&ctx, TimeDelta::days(60)).await {
            Ok(rows) => tracing::debug!(rows, "old rows are gone"),
            Err(error) => tracing::warn!(cause = %crate::app::cause(&error), "old rows could not be removed"),
        }
        if let Err(error) = ctx.store().analyse().await {
            tracing::warn!(cause = %error, "the database's tables were not looked at");
        }
    }
}
