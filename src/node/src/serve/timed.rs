//! Work that has its time, which stands in the database: done when it has come, and planned anew when an event says that
//! something else comes first.

use chrono::TimeDelta;
use entrenous_domain::{Ctx, Result};
use entrenous_model::{Event, Time};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest sleep: a clock may be put right meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// What has its time, and how it is done.
pub(super) struct Work<P, N> {
    /// Does the next thing that is due; `false` if nothing is.
    pub(super) piece: P,
    /// When something will be due.
    pub(super) next: N,
    /// Whether an event says that something may be due earlier.
    pub(super) wakes: fn(&Event) -> bool,
    /// What the log says when it fails; it is tried again.
    pub(super) unfinished: &'static str,
}

/// Runs until `stop`; begins with what an earlier process left.
pub(super) async fn run<P, N>(ctx: Ctx, stop: CancellationToken, work: Work<P, N>)
where
    P: AsyncFn(&Ctx) -> Result<bool>,
    N: AsyncFn(&Ctx) -> Result<Option<Time>>,
{
    let mut events = ctx.store().events();
    loop {
        let wait = match settled(&ctx, &stop, &work).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(cause = %crate::app::cause(&error), "{}", work.unfinished);
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
                Ok(batch) if batch.iter().any(work.wakes) => break,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Does all that is due; how long until there is more.
async fn settled<P, N>(ctx: &Ctx, stop: &CancellationToken, work: &Work<P, N>) -> Result<Duration>
where
    P: AsyncFn(&Ctx) -> Result<bool>,
    N: AsyncFn(&Ctx) -> Result<Option<Time>>,
{
    while !stop.is_cancelled() && (work.piece)(ctx).await? {}
    let next = (work.next)(ctx).await?;
    // A moment more than the time itself: databases keep whole microseconds.
    let wait = next.map(|at| at - ctx.now() + TimeDelta::milliseconds(1));
    Ok(wait.map_or(LONGEST, |wait| wait.to_std().unwrap_or_default().min(LONGEST)))
}
