//! Streams that nobody reads, and more of them than one person needs.

use super::attack::{WRITTEN, connect};
use super::kinds::upgrade;
use federation_tests::{Client, Database, Node, eventually};
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

crate::on_both!(
    streams_that_are_not_read_end,
    streams_and_subscriptions_are_bounded
);

/// Streams that are not read, of each kind.
const UNREAD: usize = 20;

async fn streams_that_are_not_read_end(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let port: u16 = node.authority.rsplit(':').next().unwrap().parse().unwrap();
    let open = async |upgrade: &str, source: u8| {
        let mut stream = connect(port, Ipv4Addr::new(127, 5, 0, source), true)
            .await
            .unwrap();
        let path = if upgrade.is_empty() {
            "streaming/public"
        } else {
            "streaming?stream=public"
        };
        let head = format!(
            "GET /api/v1/{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n{upgrade}\r\n",
            node.authority,
            alice.token()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The head of the answer, so that it is known to be open; nothing after it.
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert!(first.ends_with(b"200") || first.ends_with(b"101"), "{first:?}");
        stream
    };
    let mut unread = Vec::new();
    for number in 0..UNREAD {
        let source = u8::try_from(number + 1).unwrap();
        unread.push(open("", source).await);
        unread.push(open(&upgrade("websocket"), source).await);
    }
    node.forget_peak();
    let memory = node.memory();
    // Enough to fill the sockets and the queues: whoever reads nothing then holds events that wait.
    let text = "mot ".repeat(1_200);
    let mut slowest = Duration::ZERO;
    for number in 0..150 {
        let start = Instant::now();
        alice.publish(&format!("{number} {text}"), "public").await;
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "posting waited {slowest:?}");
    let start = Instant::now();
    let ends = unread.into_iter().map(|stream| async move {
        let ended = tokio::time::timeout(WRITTEN, is_closed(&stream)).await;
        (ended.is_ok(), start.elapsed())
    });
    let ends = futures_util::future::join_all(ends).await;
    let open = ends.iter().filter(|(ended, _)| !ended).count();
    assert_eq!(
        open,
        0,
        "of {} streams still open {WRITTEN:?} after the last event",
        ends.len()
    );
    let growth = node.peak_memory().saturating_sub(memory);
    assert!(growth < 64 * 1024, "the node has grown by {growth} KiB");
    assert!(!node.log().contains("panicked"));
}

/// Completes when the node has given the connection up. Nothing is read: that would be reading.
async fn is_closed(stream: &TcpStream) {
    loop {
        match stream.try_write(b"\0") {
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            // There is no event for an end that is not read.
            _ => tokio::time::sleep(Duration::from_millis(250)).await,
        }
    }
}

async fn streams_and_subscriptions_are_bounded(on: Database) {
    let node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let bob = node.person("bob").await;
    let url = |client: &Client| {
        format!(
            "ws://{}/api/v1/streaming?access_token={}",
            node.authority,
            client.token()
        )
    };
    let mut open = Vec::new();
    let mut refused = 0;
    for _ in 0..100 {
        match connect_async(url(&alice)).await {
            Ok((socket, _)) => open.push(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(said)) => {
                assert_eq!(said.status(), 429);
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(
        open.len() <= 64 && refused >= 36,
        "{} open, {refused} refused",
        open.len()
    );
    // Others are not affected, and what is closed is free again.
    let (mut socket, _) = connect_async(url(&bob)).await.expect("bob is shut out");
    open.clear();
    eventually("a stream for alice", || async {
        connect_async(url(&alice)).await.ok().map(drop)
    })
    .await;

    let memory = node.memory();
    let mut too_many = 0;
    for number in 0..2_000 {
        let asked = format!("{{\"type\":\"subscribe\",\"stream\":\"hashtag\",\"tag\":\"t{number}\"}}");
        if socket.send(Message::text(asked)).await.is_err() {
            break;
        }
        // What is answered is read, so that it is not a question of reading.
        while let Ok(Some(Ok(said))) = tokio::time::timeout(Duration::from_millis(1), socket.next()).await {
            too_many += usize::from(said.to_string().contains("429"));
        }
    }
    assert!(too_many > 0, "2,000 subscriptions were taken");
    let growth = node.memory().saturating_sub(memory);
    assert!(growth < 16 * 1024, "the node has grown by {growth} KiB");
    assert!(!node.log().contains("panicked"));
}
