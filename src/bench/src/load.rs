//! Requests to the node from several kept-alive connections at once.

use crate::Outcome;
use crate::http::Connection;
use crate::node::Serving;
use crate::stats::percentile;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Prepared requests, and what answer each must have.
pub struct Load {
    /// The requests, as bytes; sent one after the other, each once.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// Connections.
    pub connections: usize,
    /// The status that every answer must have.
    pub status: u16,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Result {
    /// Requests answered.
    pub requests: usize,
    /// From the first request to the last answer.
    pub wall: Duration,
    /// The node's processor time meanwhile.
    pub cpu: Duration,
    /// Microseconds from request to answer, sorted.
    pub latencies: Vec<u64>,
    /// Bytes of all bodies.
    pub bytes: usize,
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
impl Result {
    /// Microseconds of the node's processor time a request.
    #[must_use]
    pub fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }

    /// Requests a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.wall.as_secs_f64().max(1e-9)
    }

    /// A percentile of the latency in milliseconds.
    #[must_use]
    pub fn latency(&self, percent: usize) -> f64 {
        percentile(&self.latencies, percent).map_or(f64::NAN, |micros| micros as f64 / 1e3)
    }

    /// KiB of a body on average.
    #[must_use]
    pub fn body_size(&self) -> f64 {
        self.bytes as f64 / 1_024.0 / self.requests.max(1) as f64
    }
}

impl Load {
    /// Sends all requests. Connections are opened, and what the node had to do before is done, before the clock runs.
    ///
    /// # Errors
    /// When a connection breaks or an answer has another status.
    pub async fn run(&self, node: &Serving) -> Outcome<Result> {
        let mut connections = Vec::new();
        for _ in 0..self.connections {
            connections.push(Connection::open(&node.address).await?);
        }
        node.settle().await?;
        let next = Arc::new(AtomicUsize::new(0));
        let before = node.cpu()?;
        let begun = Instant::now();
        let tasks: Vec<_> = connections
            .into_iter()
            .map(|connection| {
                let (requests, next) = (Arc::clone(&self.requests), Arc::clone(&next));
                tokio::spawn(one(connection, requests, next, self.status))
            })
            .collect();
        let (mut latencies, mut bytes) = (Vec::with_capacity(self.requests.len()), 0);
        for task in tasks {
            let (some, size) = task.await??;
            latencies.extend(some);
            bytes += size;
        }
        let wall = begun.elapsed();
        let cpu = node.cpu()?.saturating_sub(before);
        latencies.sort_unstable();
        Ok(Result {
            requests: latencies.len(),
            wall,
            cpu,
            latencies,
            bytes,
        })
    }
}

async fn one(
    mut connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    expected: u16,
) -> Outcome<(Vec<u64>, usize)> {
    let (mut latencies, mut bytes) = (Vec::new(), 0);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let begun = Instant::now();
        let status = connection.ask(request).await?;
        latencies.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        if status != expected {
            let said = String::from_utf8_lossy(connection.body());
            return Err(format!("{status} instead of {expected}: {said}").into());
        }
        bytes += connection.body().len();
    }
    Ok((latencies, bytes))
}
