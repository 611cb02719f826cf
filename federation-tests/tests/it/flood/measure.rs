//! What other clients notice, in one run: quiet and attacked in turns.

use federation_tests::Client;
use std::time::{Duration, Instant};

/// Clients that ask at once.
const CLIENTS: usize = 4;

/// How long the slowest of a hundred waited, asking for `time`. Every answer is a good one.
pub(super) async fn p99(client: &Client, time: Duration) -> Duration {
    let stop = Instant::now() + time;
    let ask = async || {
        let mut waited = Vec::new();
        while Instant::now() < stop {
            for path in ["/api/v1/timelines/home", "/health"] {
                let asked = Instant::now();
                let said = client.get(path).await;
                waited.push(asked.elapsed());
                assert_eq!(said.status, 200, "{path}: {}", said.text);
            }
            // As people ask: one thing after another, not as fast as it goes.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        waited
    };
    let all = futures_util::future::join_all((0..CLIENTS).map(|_| ask())).await;
    let mut all: Vec<Duration> = all.into_iter().flatten().collect();
    all.sort();
    assert!(all.len() >= 2 * CLIENTS, "only {} answers in {time:?}", all.len());
    all[all.len() * 99 / 100]
}

/// The middle one.
pub(super) fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}
