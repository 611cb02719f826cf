//! One hostile connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// When the node must have closed it: 10 s for a head, a body or an answer without progress, and some for a busy machine.
pub(super) const WRITTEN: Duration = Duration::from_secs(15);
/// When nobody waits any longer.
const OVER: Duration = Duration::from_secs(25);

/// What is sent after the first bytes.
#[derive(Clone)]
pub(super) enum Then {
    /// Nothing.
    Wait,
    /// This, every second.
    Drip(Vec<u8>),
    /// This, as fast as it is taken.
    Flood(Vec<u8>),
    /// The end of what is sent; the other direction stays open.
    HalfClose,
}

/// What one connection does.
#[derive(Clone)]
pub(super) struct Attack {
    /// For the failure's text.
    pub(super) name: &'static str,
    pub(super) first: Vec<u8>,
    pub(super) then: Then,
    /// Whether answers are read.
    pub(super) reads: bool,
}

impl Attack {
    /// Whether it sends as fast as it can, or opens a stream of which a person may have a few.
    pub(super) fn floods(&self) -> bool {
        matches!(self.then, Then::Flood(_)) || self.name.starts_with("WebSocket: ")
    }
}

/// Connects from `source` to a port of this machine; `small`: with room for next to nothing unread.
pub(super) async fn connect(port: u16, source: Ipv4Addr, small: bool) -> Option<TcpStream> {
    for _ in 0..100 {
        let socket = TcpSocket::new_v4().ok()?;
        if small {
            socket.set_recv_buffer_size(4096).ok()?;
        }
        socket.bind(SocketAddr::from((source, 0))).ok()?;
        match socket
            .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
        {
            Ok(stream) => return Some(stream),
            // The queue of new connections is short when thousands come at once.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    None
}

/// Holds one connection as long as the node lets it: how long that was.
pub(super) async fn hold(port: u16, source: Ipv4Addr, attack: &Attack) -> Duration {
    let stream = connect(port, source, !attack.reads).await.expect("no connection");
    let start = Instant::now();
    let (mut read, mut write) = stream.into_split();
    let sending = async {
        if write.write_all(&attack.first).await.is_err() {
            return;
        }
        match &attack.then {
            Then::Wait => {}
            Then::HalfClose => drop(write.shutdown().await),
            Then::Drip(bytes) => loop {
                // Slowness is what is tested.
                tokio::time::sleep(Duration::from_secs(1)).await;
                if write.write_all(bytes).await.is_err() {
                    return;
                }
            },
            Then::Flood(bytes) => {
                while write.write_all(bytes).await.is_ok() {
                    tokio::task::yield_now().await;
                }
                return;
            }
        }
        std::future::pending::<()>().await;
    };
    let reading = async {
        if !attack.reads {
            std::future::pending::<()>().await;
        }
        while read.read(&mut [0; 4096]).await.is_ok_and(|got| got > 0) {}
    };
    tokio::select! {
        () = sending => {}
        () = reading => {}
        () = tokio::time::sleep(OVER) => {}
    }
    start.elapsed()
}
