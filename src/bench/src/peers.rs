//! Peers that take what they are sent: as many as are wanted in one process, each at an address of its own.

use crate::Outcome;
use crate::http::{content_length, find};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
const BROKEN: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";
const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";

/// What peers do with activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// They answer 202.
    Take,
    /// They read them, and answer nothing until they do otherwise.
    Stall,
    /// They answer 500.
    Break,
}

/// Peers that answer 202 to every activity, until they are told otherwise. They listen until [`Receivers::end`].
pub struct Receivers {
    shared: Arc<Shared>,
    manner: watch::Sender<Manner>,
    tasks: Vec<JoinHandle<()>>,
}

struct Shared {
    received: AtomicUsize,
    bytes: AtomicUsize,
    /// When the first byte of each activity was there.
    arrivals: Mutex<Vec<Instant>>,
    changed: Notify,
}

impl Receivers {
    /// Listens at each of these origins (`http://127.0.0.x:port`).
    ///
    /// # Errors
    /// When an address is taken.
    pub async fn listen<'a>(origins: impl IntoIterator<Item = &'a str>) -> Outcome<Self> {
        let shared = Arc::new(Shared {
            received: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            arrivals: Mutex::default(),
            changed: Notify::new(),
        });
        let (manner, now) = watch::channel(Manner::Take);
        let mut tasks = Vec::new();
        for origin in origins {
            let address = origin.trim_start_matches("http://");
            let listener = TcpListener::bind(address)
                .await
                .map_err(|error| format!("the peer at {address} cannot listen: {error}"))?;
            tasks.push(tokio::spawn(accept(listener, Arc::clone(&shared), now.clone())));
        }
        Ok(Self {
            shared,
            manner,
            tasks,
        })
    }

    /// Ends all of them; their addresses are free when this returns.
    pub async fn end(self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            // That it was ended is what was wanted.
            drop(task.await);
        }
    }

    /// From now on they do this.
    pub fn set(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// Microseconds from `since` to the first byte of each activity that was taken since the last [`Receivers::reset`].
    #[must_use]
    pub fn latencies(&self, since: Instant) -> Vec<u64> {
        let micros = |at: &Instant| at.saturating_duration_since(since).as_micros();
        let all = self.arrivals();
        all.iter()
            .map(|at| u64::try_from(micros(at)).unwrap_or(u64::MAX))
            .collect()
    }

    /// Forgets what has arrived.
    pub fn reset(&self) {
        self.shared.received.store(0, Ordering::SeqCst);
        self.shared.bytes.store(0, Ordering::SeqCst);
        self.arrivals().clear();
    }

    fn arrivals(&self) -> std::sync::MutexGuard<'_, Vec<Instant>> {
        self.shared
            .arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Activities taken since the last [`Receivers::reset`].
    #[must_use]
    pub fn received(&self) -> usize {
        self.shared.received.load(Ordering::SeqCst)
    }

    /// Bytes of their bodies.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shared.bytes.load(Ordering::SeqCst)
    }

    /// Waits until so many activities were taken; when the first byte of the last of them was there.
    ///
    /// # Errors
    /// When they do not come within a minute.
    pub async fn wait_for(&self, count: usize) -> Outcome<Instant> {
        let begun = Instant::now();
        while self.received() < count {
            let changed =
                tokio::time::timeout(Duration::from_millis(200), self.shared.changed.notified()).await;
            if changed.is_err() && begun.elapsed() > Duration::from_secs(60) {
                return Err(format!("{} of {count} deliveries within a minute", self.received()).into());
            }
        }
        let last = self.arrivals().iter().max().copied();
        Ok(last.unwrap_or(begun))
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, manner: watch::Receiver<Manner>) {
    // Dropped with this task, and with it what is open.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (shared, manner) = (Arc::clone(&shared), manner.clone());
        connections.spawn(async move { drop(serve(stream, &shared, manner).await) });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared, mut manner: watch::Receiver<Manner>) -> Outcome {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1_024];
    let mut filled = 0;
    loop {
        let mut arrived: Option<Instant> = (filled > 0).then(Instant::now);
        let (end, length) = loop {
            let read = buffer.get(..filled).unwrap_or_default();
            if let Some(end) = find(read, b"\r\n\r\n") {
                let head = std::str::from_utf8(read.get(..end).unwrap_or_default())?;
                break (end + 4, content_length(head).unwrap_or(0));
            }
            filled += fill(&mut stream, &mut buffer, filled).await?;
            arrived.get_or_insert_with(Instant::now);
        };
        while filled < end + length {
            filled += fill(&mut stream, &mut buffer, filled).await?;
        }
        let now = *manner.wait_for(|now| *now != Manner::Stall).await?;
        if now == Manner::Break {
            stream.write_all(BROKEN).await?;
        } else if buffer.starts_with(b"POST") {
            stream.write_all(ACCEPTED).await?;
            let at = arrived.unwrap_or_else(Instant::now);
            shared
                .arrivals
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(at);
            shared.bytes.fetch_add(length, Ordering::SeqCst);
            shared.received.fetch_add(1, Ordering::SeqCst);
            shared.changed.notify_one();
        } else {
            stream.write_all(NOT_FOUND).await?;
        }
        buffer.copy_within(end + length..filled, 0);
        filled -= end + length;
    }
}

async fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>, filled: usize) -> Outcome<usize> {
    if filled == buffer.len() {
        buffer.resize(filled * 2, 0);
    }
    match stream.read(buffer.get_mut(filled..).unwrap_or_default()).await? {
        0 => Err("the connection ended".into()),
        read => Ok(read),
    }
}
