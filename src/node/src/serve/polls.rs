//! Ends polls, tells those who voted, and sends peers the counts.

use chrono::TimeDelta;
use entrenous_domain::{Ctx, Result, polls};
use entrenous_model::Event;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest sleep: a clock may be put right meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs until `stop`; begins with what an earlier process left.
pub(super) async fn run(ctx: Ctx, stop: CancellationToken) {
    let mut events = ctx.store().events();
    loop {
        let wait = match settled(&ctx, &stop).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(cause = %crate::app::cause(&error), "polls were not looked after; trying again");
                PAUSE
            }
        };
        let sleep = tokio::time::sleep(wait);
        tokio::pin!(sleep);
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return,
                () = &mut sleep => break,
                batch = events.recv() => batch,
            };
            match batch {
                Ok(batch) => {
                    let queued = |event: &Event| matches!(event, Event::PollQueued { .. });
                    if batch.iter().any(queued) {
                        break;
                    }
                }
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Does all that is due; how long until there is more.
async fn settled(ctx: &Ctx, stop: &CancellationToken) -> Result<Duration> {
    while !stop.is_cancelled() && polls::settle(ctx).await? {}
    let next = polls::next_at(ctx).await?;
    // A moment more than the time itself: databases keep whole microseconds.
    let wait = next.map(|at| at - ctx.now() + TimeDelta::milliseconds(1));
    Ok(wait.map_or(LONGEST, |wait| wait.to_std().unwrap_or_default().min(LONGEST)))
}
