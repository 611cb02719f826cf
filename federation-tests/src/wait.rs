//! Waiting for what happens elsewhere, with a limit.

use std::future::Future;
use std::time::{Duration, Instant};

/// Asks `question` again and again until it answers `Some`, for at most ten seconds.
///
/// # Panics
/// When the time is over; `what` says what was waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut question: impl FnMut() -> F) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "waited ten seconds for: {what}"
        );
        // There is no event to wait for in another process.
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
