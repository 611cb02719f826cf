//! What is done once a minute, and once an hour: forgetting what has served its purpose, and a look at how large the tables
//! are.

use chrono::TimeDelta;
use entrenous_domain::{Ctx, maintenance};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const MINUTE: Duration = Duration::from_secs(60);

/// Runs until `stop`; the first time a minute after the start.
pub(super) async fn run(ctx: Ctx, stop: CancellationToken) {
    for minute in 0_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(MINUTE) => {}
        }
        ctx.caches().forget_ended();
        if !minute.is_multiple_of(60) {
            continue;
        }
        match maintenance::forget_old(&ctx, TimeDelta::days(60)).await {
            Ok(rows) => tracing::debug!(rows, "old rows are gone"),
            Err(error) => tracing::warn!(cause = %crate::app::cause(&error), "old rows could not be removed"),
        }
        if let Err(error) = ctx.store().analyse().await {
            tracing::warn!(cause = %error, "the database's tables were not looked at");
        }
    }
}
