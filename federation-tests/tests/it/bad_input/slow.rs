//! Slow senders, endless bodies and what is no HTTP, on several doors at once: every connection ends within the written
//! time, and everyone else is served meanwhile.

use super::many;
use federation_tests::{Client, Database, Node, raw};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// On one database: what holds a connection comes before any of them. (Five hundred slow ones on both are among the
/// adversary's tests.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_slow_connections_end() {
    hold_two_thousand(Database::Sqlite).await;
}

/// Connections at once, where this process may have so many files open.
const CONNECTIONS: usize = 2_000;
/// When the last must be closed: 10 s for a head or a body without progress, and some for a busy machine.
const WRITTEN: Duration = Duration::from_secs(15);

/// One way to hold a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Silent,
    HeadByteByByte,
    RequestLineWithoutEnd,
    BodyByteByByte,
    SmallChunks,
    BodyNeverSent,
    /// A whole request, answered, and then nothing: an idle kept connection.
    Idle,
    /// Answered, and then a head that never ends.
    IdleThenHead,
    /// Says that nothing more comes after half a head.
    HalfClosed,
    HalfClosedBody,
    Tls,
    Http2,
    Pipelined,
}

const KINDS: [Kind; 13] = [
    Kind::Silent,
    Kind::HeadByteByByte,
    Kind::RequestLineWithoutEnd,
    Kind::BodyByteByByte,
    Kind::SmallChunks,
    Kind::BodyNeverSent,
    Kind::Idle,
    Kind::IdleThenHead,
    Kind::HalfClosed,
    Kind::HalfClosedBody,
    Kind::Tls,
    Kind::Http2,
    Kind::Pipelined,
];

impl Kind {
    /// What is sent at once.
    fn first(self, authority: &str, token: &str, number: usize) -> Vec<u8> {
        // Doors of each kind of guard, and of none.
        let open = [
            "/oauth/token",
            "/api/v1/apps",
            "/auth/sign_in",
            "/inbox",
            "/people/alice/inbox",
            "/invitations/1/preview",
        ];
        let door = open[number % open.len()];
        let get = format!("GET /health HTTP/1.1\r\nhost: {authority}\r\n\r\n");
        let post = |more: &str| {
            format!(
                "POST {door} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n{more}\r\n\r\n"
            )
        };
        match self {
            Self::Silent => Vec::new(),
            Self::HeadByteByByte => b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".to_vec(),
            Self::RequestLineWithoutEnd => b"GET /".to_vec(),
            Self::BodyByteByByte => post(&format!("authorization: Bearer {token}\r\ncontent-length: 100000")).into_bytes(),
            Self::SmallChunks => post("transfer-encoding: chunked").into_bytes(),
            Self::BodyNeverSent => {
                format!("POST /api/v1/statuses HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {token}\r\ncontent-length: 500\r\n\r\n").into_bytes()
            }
            Self::Idle => get.into_bytes(),
            Self::IdleThenHead => format!("{get}GET /health HTTP/1.1\r\nhost:").into_bytes(),
            Self::HalfClosed => b"GET /health HTTP/1.1\r\nho".to_vec(),
            Self::HalfClosedBody => [post("content-length: 400").as_bytes(), b"{\"a\":"].concat(),
            Self::Tls => vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03],
            Self::Http2 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(),
            Self::Pipelined => [get.repeat(3).as_bytes(), b"\0\xff nonsense \r\n\r\n\r\n"].concat(),
        }
    }

    /// What is sent every second.
    const fn drop(self) -> &'static [u8] {
        match self {
            Self::HeadByteByByte
            | Self::BodyByteByByte
            | Self::RequestLineWithoutEnd
            | Self::IdleThenHead => b"a",
            Self::SmallChunks => b"1\r\na\r\n",
            _ => b"",
        }
    }
}

/// Holds one connection as long as the node lets it: how long that was.
async fn hold(authority: &str, token: &str, number: usize) -> (Duration, Kind) {
    let kind = KINDS[number % KINDS.len()];
    let mut stream = loop {
        // The queue of new connections is short when thousands come at once.
        match TcpStream::connect(authority).await {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let start = Instant::now();
    let first = kind.first(authority, token, number);
    if stream.write_all(&first).await.is_err() {
        return (start.elapsed(), kind);
    }
    if matches!(kind, Kind::HalfClosed | Kind::HalfClosedBody) {
        drop(stream.shutdown().await);
    }
    let (mut read, mut write) = stream.split();
    let dripping = async {
        loop {
            // Slowness is what is tested.
            tokio::time::sleep(Duration::from_secs(1)).await;
            if !kind.drop().is_empty() && write.write_all(kind.drop()).await.is_err() {
                // The end is seen by the reader.
                std::future::pending::<()>().await;
            }
        }
    };
    let reading = async { while read.read(&mut [0; 4096]).await.is_ok_and(|got| got > 0) {} };
    tokio::select! { () = dripping => {}, () = reading => {}, () = tokio::time::sleep(Duration::from_secs(25)) => {} }
    (start.elapsed(), kind)
}

/// Asks until `stop`: how often, and the slowest answer.
async fn others(client: &Client, stop: Instant) -> (u32, Duration) {
    let (mut count, mut slowest) = (0, Duration::ZERO);
    while Instant::now() < stop {
        let asked = Instant::now();
        assert_eq!(client.get("/api/v1/timelines/home").await.status, 200);
        slowest = slowest.max(asked.elapsed());
        count += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (count, slowest)
}

async fn hold_two_thousand(on: Database) {
    // The node inherits the limit; other tests of this process need files too.
    let connections = CONNECTIONS.min(raw::open_files().saturating_sub(1_000).max(300));
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let memory = node.memory();
    let stop = Instant::now() + Duration::from_secs(12);
    let held = many(
        connections,
        (0..connections).map(|number| hold(&node.authority, alice.token(), number)),
    );
    let (held, (count, slowest)) = tokio::join!(held, others(&alice, stop));
    let mut worst = std::collections::BTreeMap::new();
    for (time, kind) in held {
        let worst: &mut Duration = worst.entry(kind).or_default();
        *worst = time.max(*worst);
    }
    println!(
        "{connections} connections, the longest of each kind: {worst:?}; {count} others, the slowest {slowest:?}"
    );
    let late: Vec<_> = worst.iter().filter(|(_, time)| **time > WRITTEN).collect();
    assert!(late.is_empty(), "not closed within {WRITTEN:?}: {late:?}");
    assert!(slowest < Duration::from_secs(5), "others waited {slowest:?}");
    assert!(count > 20, "only {count} answers meanwhile");
    let growth = node.memory().saturating_sub(memory);
    assert!(growth < 64 * 1024, "the node has grown by {growth} KiB");
    assert!(!node.log().contains("panicked"));
}
