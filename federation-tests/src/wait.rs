//! Waiting for what happens elsewhere, with a limit.

use std::future::Future;
use std::time::{Duration, Instant};

/// A healthy machine needs a moment. The rest is for one that is busy with something else: what comes later than this does
/// not come.
const LIMIT: Duration = Duration::from_secs(30);

/// Asks `question` again and again until it answers `Some`, for at most thirty seconds. What must come sooner is measured
/// by the test that says so.
///
/// # Panics
/// When the time is over; `what` says what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut question: impl FnMut() -> F) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(start.elapsed() < LIMIT, "waited {LIMIT:?} for: {what}");
        // There is no event to wait for in another process.
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
