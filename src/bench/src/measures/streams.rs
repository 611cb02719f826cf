//! Ten thousand open streams, and one event to all of them.

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
/// The beginning of a post on a stream.
const UPDATE: &[u8] = b"event: update\n";

/// Measures it.
///
/// # Errors
/// When the node does not serve, closes a stream, or an event takes longer than [`LONGEST`].
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let manifest = &bench.manifest;
    let receivers = Receivers::listen(manifest.peers.iter().map(|peer| peer.origin.as_str())).await?;
    let mut figures = Vec::new();
    for (path, what) in [
        ("/api/v1/streaming/user", "home timelines"),
        ("/api/v1/streaming/public", "the known timeline"),
    ] {
        let node = bench.place.serve().await?;
        node.settle().await?;
        let before = node.memory()?;
        let (mut streams, mut told) = open_all(&node, path, &manifest.readers).await?;
        node.settle().await?;
        let open = node.memory()?;
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
        let after = node.memory()?;
        streams.shutdown().await;
        node.stop()?;
        let count = manifest.readers.len();
        say(&format!("  {count} streams of {what}: done"));
        figures.extend([
            Figure::new(format!("{what}: resident before"), "MiB", vec![before]),
            Figure::new(format!("{what}: resident, {count} open"), "MiB", vec![open]),
            Figure::new(format!("{what}: resident after the events"), "MiB", vec![after])
                .goal(Goal::AtMost(400.0)),
            Figure::new(format!("{what}: one event to all"), "ms", all).goal(Goal::AtMost(1_000.0)),
            Figure::new(format!("{what}: server CPU an event"), "ms", cpu),
        ]);
    }
    receivers.end().await;
    Ok(Section {
        title: "Open streams",
        method: format!(
            "Server-sent events, one stream each for {} people, from {ADDRESSES} addresses. A public post by someone whom all of \
             them follow: from the request until the last stream has the event. The reader shares the processors with the node.",
            manifest.readers.len(),
        ),
        figures,
    })
}

/// Opens a stream for each, and reads them; who has a post tells it.
async fn open_all(
    node: &Serving,
    path: &str,
    people: &[Actor],
) -> Outcome<(JoinSet<()>, mpsc::UnboundedReceiver<bool>)> {
    let address: SocketAddr = node.address.parse()?;
    let (tell, told) = mpsc::unbounded_channel();
    let mut streams = JoinSet::new();
    for some in people.chunks(AT_ONCE) {
        let mut opening = JoinSet::new();
        for (number, person) in some.iter().enumerate() {
            let ask = request("GET", path, &node.host, &person.token, None);
            let from = u8::try_from(number % usize::from(ADDRESSES))? + 1;
            opening.spawn(async move { open(address, from, &ask).await.map_err(|error| error.to_string()) });
        }
        while let Some(opened) = opening.join_next().await {
            streams.spawn(listen(opened??, tell.clone()));
        }
    }
    Ok((streams, told))
}

/// A stream whose first line has come.
async fn open(address: SocketAddr, from: u8, ask: &[u8]) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::new(127, 0, 0, from), 0).into())?;
    let mut stream = socket.connect(address).await?;
    stream.write_all(ask).await?;
    let mut head = Vec::new();
    while find(&head, b":)\n").is_none() {
        if stream.read_buf(&mut head).await? == 0 || head.len() > 8_192 {
            return Err(format!("no stream: {}", String::from_utf8_lossy(&head)).into());
        }
    }
    if head.starts_with(b"HTTP/1.1 200") {
        Ok(stream)
    } else {
        Err(format!("no stream: {}", String::from_utf8_lossy(&head)).into())
    }
}

/// Tells of each post, and of the end.
async fn listen(mut stream: TcpStream, tell: mpsc::UnboundedSender<bool>) {
    let mut seen = Vec::with_capacity(512);
    loop {
        if !matches!(stream.read_buf(&mut seen).await, Ok(1..)) {
            tell.send(false).unwrap_or_default();
            return;
        }
        let posts = seen.windows(UPDATE.len()).filter(|some| *some == UPDATE).count();
        for _ in 0..posts {
            if tell.send(true).is_err() {
                return;
            }
        }
        // The beginning of the next one may be here already.
        seen.drain(..seen.len().saturating_sub(UPDATE.len() - 1));
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
