//! Ten thousand open streams of each kind, and one event to all of them.

use super::post::publish;
use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::{Connection, find, request};
use crate::manifest::Actor;
use crate::node::Serving;
use crate::peers::Receivers;
use crate::{Outcome, say};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Addresses of the loopback network that the streams come from: the node gives none of them all its places.
const ADDRESSES: u8 = 4;
/// What is opened at the same time.
const AT_ONCE: usize = 64;
/// The longest that an event may take until the last stream has it.
const LONGEST: Duration = Duration::from_secs(30);

/// A way to listen.
#[derive(Clone, Copy)]
struct Way {
    path: &'static str,
    what: &'static str,
    /// What the request says beside the usual.
    headers: &'static str,
    /// The beginning of the answer, and the end of what comes before the first event.
    begins: (&'static [u8], &'static [u8]),
    /// What every post has, once.
    update: &'static [u8],
    /// What is said whenever something came, so that the node knows that somebody is there.
    pong: &'static [u8],
}

impl Way {
    const fn events(path: &'static str, what: &'static str) -> Self {
        Self {
            path,
            what,
            headers: "",
            begins: (b"HTTP/1.1 200", b":)\n"),
            update: b"event: update\n",
            pong: b"",
        }
    }
}

const WAYS: [Way; 3] = [
    Way::events("/api/v1/streaming/user", "home timelines"),
    Way::events("/api/v1/streaming/public", "the known timeline"),
    Way {
        path: "/api/v1/streaming?stream=user",
        what: "home timelines, WebSocket",
        headers: "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                  sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        begins: (b"HTTP/1.1 101", b"\r\n\r\n"),
        update: b"\"event\":\"update\"",
        // A frame without a payload, masked as a client's must be (RFC 6455, section 5.5.3).
        pong: &[0x8a, 0x80, 0, 0, 0, 0],
    },
];

/// Measures it.
///
/// # Errors
/// When the node does not serve, closes a stream, or an event takes longer than [`LONGEST`].
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let manifest = &bench.manifest;
    let receivers = Receivers::listen(manifest.peers.iter().map(|peer| peer.origin.as_str())).await?;
    let mut figures = Vec::new();
    for way in WAYS {
        let what = way.what;
        let node = bench.place.serve().await?;
        node.settle().await?;
        let before = node.own_memory()?;
        let (mut streams, mut told) = open_all(&node, way, &manifest.readers).await?;
        node.settle().await?;
        let open = node.own_memory()?;
        let (mut all, mut cpu) = (Vec::new(), Vec::new());
        for round in 0..bench.effort.rounds {
            let used = node.cpu()?;
            let mut line = Connection::open(&node.address).await?;
            let begun = Instant::now();
            let status = line
                .ask(&publish(&node, &manifest.celebrity, round, "public"))
                .await?;
            if status != 200 {
                return Err(format!("{status} to a post").into());
            }
            everyone(&mut told, streams.len()).await?;
            all.push(begun.elapsed().as_secs_f64() * 1e3);
            node.settle().await?;
            cpu.push(node.cpu()?.saturating_sub(used).as_secs_f64() * 1e3);
        }
        let (after, mapped) = (node.own_memory()?, node.memory()?);
        streams.shutdown().await;
        node.stop()?;
        let count = manifest.readers.len();
        say(&format!("  {count} streams of {what}: done"));
        figures.extend([
            Figure::new(format!("{what}: memory before"), "MiB", vec![before]),
            Figure::new(format!("{what}: memory, {count} open"), "MiB", vec![open]),
            Figure::new(format!("{what}: memory after the events"), "MiB", vec![after])
                .goal(Goal::AtMost(400.0)),
            Figure::new(
                format!("{what}: with what is mapped of files"),
                "MiB",
                vec![mapped],
            ),
            Figure::new(format!("{what}: one event to all"), "ms", all).goal(Goal::AtMost(1_000.0)),
            Figure::new(format!("{what}: server CPU an event"), "ms", cpu),
        ]);
    }
    receivers.end().await;
    Ok(Section {
        title: "Open streams",
        method: format!(
            "Server-sent events, then WebSockets, one stream each for {} people, from {ADDRESSES} addresses. A public post by \
             someone whom all of them follow: from the request until the last stream has the event. The reader shares the \
             processors with the node. Memory is `RssAnon`, what the node holds itself; `VmRSS` has the binary and, on SQLite, \
             the pages of the database's file that were looked at, which the system takes back when it needs them.",
            manifest.readers.len(),
        ),
        figures,
    })
}

/// Opens a stream for each, and reads them; who has a post tells it.
async fn open_all(
    node: &Serving,
    way: Way,
    people: &[Actor],
) -> Outcome<(JoinSet<()>, mpsc::UnboundedReceiver<bool>)> {
    let address: SocketAddr = node.address.parse()?;
    let (tell, told) = mpsc::unbounded_channel();
    let mut streams = JoinSet::new();
    for some in people.chunks(AT_ONCE) {
        let mut opening = JoinSet::new();
        for (number, person) in some.iter().enumerate() {
            let mut ask = request("GET", way.path, &node.host, &person.token, None);
            ask.truncate(ask.len() - b"\r\n".len());
            ask.extend_from_slice(way.headers.as_bytes());
            ask.extend_from_slice(b"\r\n");
            let from = u8::try_from(number % usize::from(ADDRESSES))? + 1;
            opening.spawn(async move {
                open(address, from, way, &ask)
                    .await
                    .map_err(|error| error.to_string())
            });
        }
        while let Some(opened) = opening.join_next().await {
            streams.spawn(listen(opened??, way, tell.clone()));
        }
    }
    Ok((streams, told))
}

/// A stream that has begun.
async fn open(address: SocketAddr, from: u8, way: Way, ask: &[u8]) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::new(127, 0, 0, from), 0).into())?;
    let mut stream = socket.connect(address).await?;
    stream.write_all(ask).await?;
    let mut head = Vec::new();
    let (status, end) = way.begins;
    while find(&head, end).is_none() {
        if stream.read_buf(&mut head).await? == 0 || head.len() > 8_192 {
            return Err(format!("no stream: {}", String::from_utf8_lossy(&head)).into());
        }
    }
    if head.starts_with(status) {
        Ok(stream)
    } else {
        Err(format!("no stream: {}", String::from_utf8_lossy(&head)).into())
    }
}

/// Tells of each post, and of the end.
async fn listen(mut stream: TcpStream, way: Way, tell: mpsc::UnboundedSender<bool>) {
    let update = way.update;
    let mut seen = Vec::with_capacity(512);
    loop {
        let heard = matches!(stream.read_buf(&mut seen).await, Ok(1..));
        if !heard || stream.write_all(way.pong).await.is_err() {
            tell.send(false).unwrap_or_default();
            return;
        }
        let posts = seen.windows(update.len()).filter(|some| *some == update).count();
        for _ in 0..posts {
            if tell.send(true).is_err() {
                return;
            }
        }
        // The beginning of the next one may be here already.
        seen.drain(..seen.len().saturating_sub(update.len() - 1));
    }
}

/// Waits until so many streams had one post more.
async fn everyone(told: &mut mpsc::UnboundedReceiver<bool>, count: usize) -> Outcome {
    let all = async {
        for _ in 0..count {
            if told.recv().await != Some(true) {
                return Err("a stream was closed".into());
            }
        }
        Ok(())
    };
    timeout(LONGEST, all)
        .await
        .map_err(|_| format!("not all streams had the event within {} s", LONGEST.as_secs()))?
}
