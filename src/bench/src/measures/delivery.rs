//! Delivery: one post to two hundred peers, and many posts to one.

use super::post::publish;
use super::{Bench, Section};
use crate::ceilings::Sending;
use crate::figure::{Figure, Goal};
use crate::http::Connection;
use crate::load::Load;
use crate::manifest::{Actor, Peer};
use crate::node::Serving;
use crate::peers::{Manner, Receivers};
use crate::{Outcome, ceilings, say};
use std::sync::Arc;
use std::time::Instant;

/// Posts to all peers in a round.
const POSTS: usize = 10;
/// Posts queued for one peer in a round.
const QUEUED: usize = 3_000;

/// Measures it on a small node with many peers.
///
/// # Errors
/// When the node does not serve or a delivery does not arrive.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let manifest = &bench.manifest;
    let each = manifest.peers.len() / 2;
    let receivers = Receivers::listen(manifest.peers.iter().map(|peer| peer.origin.as_str())).await?;
    let node = bench.place.serve().await?;
    let mut figures = Vec::new();
    // The first author's public posts go to every native peer; the second's to their followers' peers of other software.
    for (author, native, visibility) in [(0, true, "public"), (1, false, "unlisted")] {
        let author = manifest.authors.get(author).ok_or("no author")?;
        let peers: Vec<&Peer> = manifest
            .peers
            .iter()
            .filter(|peer| peer.native == native)
            .collect();
        let name = if native {
            "Entrenous peers"
        } else {
            "peers of other software"
        };
        let mut rounds = Vec::new();
        let first = one(&node, &receivers, author, visibility, peers.len()).await?;
        for _ in 0..bench.effort.rounds {
            rounds.push(round(&node, &receivers, author, visibility, &peers).await?);
        }
        say(&format!("  delivery to {name}: done"));
        let of = |what: &str, unit, value: fn(&Round) -> f64| {
            Figure::new(
                format!("{each} {name}: {what}"),
                unit,
                rounds.iter().map(value).collect(),
            )
        };
        figures.extend([
            of("server CPU a post", "ms", |one| one.cpu),
            of("signing, serialising and sending alone", "ms", |one| one.ceiling),
            of("ratio", "", |one| one.cpu / one.ceiling).goal(Goal::AtMost(2.0)),
            of("first byte at the last peer", "ms", |one| one.last).goal(Goal::AtMost(1_000.0)),
            Figure::new(
                format!("{each} {name}: the same with new connections"),
                "ms",
                vec![first],
            )
            .goal(Goal::AtMost(1_000.0)),
        ]);
    }
    figures.extend(to_one(bench, &node, &receivers).await?);
    node.stop()?;
    receivers.end().await;
    Ok(Section {
        title: "Delivery",
        method: format!(
            "A node of {} people with {each} Entrenous peers (Ed25519 and a proof in each activity) and {each} of other software \
             (RSA-2048), all played by the bench, on one machine with it. {POSTS} posts a round, each delivered before the next; \
             \"first byte\" is from the author's request until the last peer has one. Signing, serialising and sending the same \
             activity to as many connections, without anything else, is measured between the rounds on one thread. To one peer: \
             {} posts of {} authors are queued while it does not answer; the rate is from its first answer to the last.",
            manifest.sizes.people,
            bench.effort.of(QUEUED),
            manifest.authors.len().saturating_sub(2),
        ),
        figures,
    })
}

struct Round {
    /// Milliseconds of processor time a post.
    cpu: f64,
    /// The same of signing, serialising and sending alone.
    ceiling: f64,
    /// Milliseconds until the last peer has a byte, the middle of the posts.
    last: f64,
}

async fn round(
    node: &Serving,
    receivers: &Receivers,
    author: &Actor,
    visibility: &str,
    peers: &[&Peer],
) -> Outcome<Round> {
    let before = node.cpu()?;
    let mut last = Vec::new();
    for _ in 0..POSTS {
        last.push(one(node, receivers, author, visibility, peers.len()).await?);
    }
    let cpu = node.cpu()?.saturating_sub(before).as_secs_f64() * 1e3 / POSTS as f64;
    let sending = Sending::new(peers)?;
    let ceiling = tokio::task::spawn_blocking(move || ceilings::sign_and_send(sending)).await??;
    last.sort_by(f64::total_cmp);
    Ok(Round {
        cpu,
        ceiling,
        last: last.get(last.len() / 2).copied().unwrap_or(f64::NAN),
    })
}

/// One post; milliseconds until every peer has a byte of it.
async fn one(
    node: &Serving,
    receivers: &Receivers,
    author: &Actor,
    visibility: &str,
    peers: usize,
) -> Outcome<f64> {
    receivers.reset();
    let mut connection = Connection::open(&node.address).await?;
    let begun = Instant::now();
    let status = connection.ask(&publish(node, author, 0, visibility)).await?;
    if status != 200 {
        return Err(format!("{status} to a post").into());
    }
    let last = receivers.wait_for(peers).await?;
    Ok(last.saturating_duration_since(begun).as_secs_f64() * 1e3)
}

async fn to_one(bench: &Bench, node: &Serving, receivers: &Receivers) -> Outcome<Vec<Figure>> {
    let authors = bench.manifest.authors.get(2..).ok_or("no author")?;
    let count = bench.effort.of(QUEUED);
    let (mut rates, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..bench.effort.rounds {
        let requests = authors.iter().cycle().take(count).enumerate();
        let load = Load {
            requests: Arc::new(
                requests
                    .map(|(number, author)| publish(node, author, number, "unlisted"))
                    .collect(),
            ),
            connections: 64,
            status: 200,
        };
        receivers.reset();
        receivers.set(Manner::Stall);
        load.run(node).await?;
        let (before, begun) = (node.cpu()?, Instant::now());
        receivers.set(Manner::Take);
        receivers.wait_for(count).await?;
        rates.push(count as f64 / begun.elapsed().as_secs_f64());
        cpu.push((node.cpu()?.saturating_sub(before)).as_secs_f64() * 1e6 / count as f64);
    }
    say("  delivery to one peer: done");
    Ok(vec![
        Figure::new("one Entrenous peer: deliveries", "/s", rates).goal(Goal::AtLeast(5_000.0)),
        Figure::new("one Entrenous peer: server CPU a delivery", "µs", cpu),
    ])
}
