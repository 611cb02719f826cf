//! HTTP as bytes: what no client library would send, and what it would hide of the answer.

use crate::Answer;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// How long any answer may take.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Requests that are sent from one address of the loopback interface before the next is taken: limits are counted by
/// address, and they are not what is tested here.
const PER_ADDRESS: u32 = 40;

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// What came of a request.
#[derive(Debug)]
pub enum Outcome {
    /// An answer, whole.
    Answered(Answer),
    /// The connection was closed without one.
    Closed,
    /// Nothing within [`PATIENCE`].
    Hung,
}

/// Connects to `authority` (`localhost:PORT`) from one of many addresses of this machine.
///
/// # Panics
/// If nobody listens.
pub async fn connect(authority: &str) -> TcpStream {
    let port: u16 = authority
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("no port");
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed) / PER_ADDRESS;
    let [.., high, low] = number.to_be_bytes();
    let source = Ipv4Addr::new(127, 2, high, low.max(1));
    let socket = TcpSocket::new_v4().expect("no socket");
    socket
        .bind(SocketAddr::from((source, 0)))
        .expect("no address of the loopback interface");
    socket
        .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .expect("nobody listens")
}

/// Sends these bytes on a connection of their own, says that nothing more comes if `then_close`, and reads the answer.
pub async fn exchange(authority: &str, bytes: &[u8], then_close: bool) -> Outcome {
    let mut stream = connect(authority).await;
    let (mut read, mut write) = stream.split();
    let mut got = Vec::new();
    let sending = async {
        // The answer may come, and the connection end, before all of it is sent.
        if write.write_all(bytes).await.is_ok() && then_close {
            drop(write.shutdown().await);
        }
        std::future::pending::<()>().await;
    };
    let reading = async {
        let mut block = vec![0; 16 * 1024];
        while !is_whole(&got) {
            match read.read(&mut block).await {
                Ok(0) | Err(_) => break,
                Ok(count) => got.extend_from_slice(&block[..count]),
            }
        }
    };
    tokio::select! {
        () = sending => {}
        () = reading => {}
        () = tokio::time::sleep(PATIENCE) => return Outcome::Hung,
    }
    parse(&got).map_or(Outcome::Closed, Outcome::Answered)
}

/// The head's length, with the empty line.
fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .map(|at| at + 4)
}

/// Whether the answer is complete, as far as that can be told before the connection ends.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(length) = head_length(bytes) else {
        return false;
    };
    let Some(answer) = parse(bytes) else { return false };
    let body = bytes.len() - length;
    if let Some(said) = answer.headers.get("content-length") {
        return said.parse().is_ok_and(|said: usize| body >= said);
    }
    // A stream has no end; its head is the answer.
    let stream = answer
        .headers
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    stream || [101, 204, 304].contains(&answer.status) || bytes.ends_with(b"0\r\n\r\n")
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let length = head_length(bytes)?;
    let head = String::from_utf8_lossy(&bytes[..length]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let text = String::from_utf8_lossy(&bytes[length..]).into_owned();
    Some(Answer {
        status,
        headers,
        text,
    })
}

/// How many files this process, and the nodes it starts, may have open; raised to what the system allows first.
#[must_use]
pub fn open_files() -> usize {
    let limits = || std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let of = |text: &str, column: usize| {
        let line = text
            .lines()
            .find(|line| line.starts_with("Max open files"))
            .map(str::to_owned);
        line.and_then(|line| {
            line.split_whitespace()
                .nth(column)
                .and_then(|number| number.parse::<usize>().ok())
        })
    };
    let (soft, hard) = (of(&limits(), 3).unwrap_or(1024), of(&limits(), 4).unwrap_or(1024));
    if soft < hard {
        let own = std::process::id().to_string();
        let raised = std::process::Command::new("prlimit")
            .args(["--pid", &own, &format!("--nofile={hard}:{hard}")])
            .status();
        drop(raised);
    }
    of(&limits(), 3).unwrap_or(soft)
}
