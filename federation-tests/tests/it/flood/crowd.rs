//! One address does not get every place.

use super::attack::connect;
use federation_tests::node::{Surroundings, free_port};
use federation_tests::{Database, Node, eventually};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

crate::on_both!(an_address_has_its_share_of_places);

const CROWD: Ipv4Addr = Ipv4Addr::new(127, 4, 0, 1);
const OTHER: Ipv4Addr = Ipv4Addr::new(127, 4, 0, 2);
const PROXY: Ipv4Addr = Ipv4Addr::new(127, 4, 0, 3);

async fn an_address_has_its_share_of_places(on: Database) {
    let authority = format!("localhost:{}", free_port());
    let surroundings = Surroundings {
        launcher: [
            "env",
            "ENTRENOUS_LIMITS_CONNECTIONS_PER_ADDRESS=20",
            "ENTRENOUS_HTTP_TRUSTED_PROXIES=[\"127.4.0.3/32\"]",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Surroundings::default()
    };
    let mut node = Node::init_in("Lyon", on, &authority, surroundings).await;
    node.serve().await;
    let port: u16 = authority.rsplit(':').next().unwrap().parse().unwrap();

    let mut crowd = open(port, CROWD, 60).await;
    let held = are_open(&mut crowd).await;
    assert_eq!(held.iter().filter(|open| **open).count(), 20, "{held:?}");
    assert!(serves(port, OTHER).await, "another address is shut out");
    assert!(!serves(port, CROWD).await, "a place too many");
    // A proxy speaks for many: it has no share of its own.
    let mut behind = open(port, PROXY, 60).await;
    assert!(
        are_open(&mut behind).await.iter().all(|open| *open),
        "a proxy's connection was closed"
    );
    assert!(serves(port, PROXY).await);
    // What ends is free for the next.
    crowd.clear();
    eventually("a place to be free again", || async {
        serves(port, CROWD).await.then_some(())
    })
    .await;
    assert!(!node.log().contains("panicked"));
}

async fn open(port: u16, source: Ipv4Addr, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(connect(port, source, false).await.expect("no connection"));
    }
    streams
}

/// Which of them the node has left open. It closes what is too much at once; the rest is for a busy machine.
async fn are_open(streams: &mut [TcpStream]) -> Vec<bool> {
    let each = streams.iter_mut().map(|stream| async move {
        let mut byte = [0; 1];
        let end = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut byte));
        end.await.is_err()
    });
    futures_util::future::join_all(each).await
}

async fn serves(port: u16, source: Ipv4Addr) -> bool {
    let Some(mut stream) = connect(port, source, false).await else {
        return false;
    };
    let asked = format!("GET /health HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
    if stream.write_all(asked.as_bytes()).await.is_err() {
        return false;
    }
    let mut said = Vec::new();
    let whole = stream.read_to_end(&mut said).await.is_ok();
    whole && said.starts_with(b"HTTP/1.1 200")
}
