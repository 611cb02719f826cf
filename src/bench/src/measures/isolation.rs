//! Twenty peers, of which one stalls and one breaks: what the others notice of it.

use super::post::publish;
use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::Connection;
use crate::manifest::Actor;
use crate::node::Serving;
use crate::peers::{Manner, Receivers};
use crate::stats::percentile;
use crate::{Outcome, say};
use std::time::{Duration, Instant};

/// Posts of a phase.
const POSTS: usize = 600;
/// From one post to the next, so that a phase is longer than the time limit of a delivery.
const PACE: Duration = Duration::from_millis(20);

/// Measures it on a small node with twenty Entrenous peers, all played by the bench.
///
/// # Errors
/// When the node does not serve or a delivery does not arrive.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let origins: Vec<&str> = bench
        .manifest
        .peers
        .iter()
        .filter(|peer| peer.native)
        .map(|peer| peer.origin.as_str())
        .collect();
    let [stalling, breaking, rest @ ..] = origins.as_slice() else {
        return Err("no peers".into());
    };
    let peers = Peers {
        stalling: Receivers::listen([*stalling]).await?,
        breaking: Receivers::listen([*breaking]).await?,
        rest: Receivers::listen(rest.iter().copied()).await?,
        count: rest.len(),
    };
    let node = bench.place.serve().await?;
    let author = bench.manifest.authors.first().ok_or("no author")?;
    let posts = bench.effort.of(POSTS);
    peers.phase(&node, author, posts / 10).await?;
    let (mut quiet, mut troubled) = (Vec::new(), Vec::new());
    for round in 0..bench.effort.rounds {
        quiet.push(peers.phase(&node, author, posts).await?);
        peers.stalling.reset();
        peers.breaking.reset();
        peers.stalling.set(Manner::Stall);
        peers.breaking.set(Manner::Break);
        troubled.push(peers.phase(&node, author, posts).await?);
        peers.stalling.set(Manner::Take);
        peers.breaking.set(Manner::Take);
        // What waited arrives before the next round.
        peers.stalling.wait_for(posts).await?;
        peers.breaking.wait_for(posts).await?;
        say(&format!(
            "  a stalled peer: round {} of {}",
            round + 1,
            bench.effort.rounds
        ));
    }
    node.stop()?;
    let count = peers.count;
    for receivers in [peers.stalling, peers.breaking, peers.rest] {
        receivers.end().await;
    }
    let ratios = quiet
        .iter()
        .zip(&troubled)
        .map(|(quiet, troubled)| troubled.p99 / quiet.p99);
    let of = |name: &str, all: &[Phase], value: fn(&Phase) -> f64| {
        Figure::new(name, "ms", all.iter().map(value).collect())
    };
    let ratio = Figure::new("p99, ratio", "", ratios.collect()).goal(Goal::AtMost(1.1));
    Ok(Section {
        title: "A peer that stalls, and one that breaks",
        method: format!(
            "{posts} public posts, one each {} ms, to {} Entrenous peers; the time from the author's request to the first byte \
             at each of {count} of them. Quiet: all take what they get. Troubled: of the other two, one reads and answers \
             nothing, one answers 500 to everything. Round by round in turn; what waited for the two is delivered in between.",
            PACE.as_millis(),
            count + 2,
        ),
        figures: vec![
            of("quiet: p50", &quiet, |phase| phase.p50),
            of("quiet: p99", &quiet, |phase| phase.p99),
            of("troubled: p50", &troubled, |phase| phase.p50),
            of("troubled: p99", &troubled, |phase| phase.p99),
            ratio,
        ],
    })
}

struct Peers {
    stalling: Receivers,
    breaking: Receivers,
    rest: Receivers,
    /// How many the rest are.
    count: usize,
}

/// Milliseconds until the others have the first byte.
struct Phase {
    p50: f64,
    p99: f64,
}

impl Peers {
    async fn phase(&self, node: &Serving, author: &Actor, posts: usize) -> Outcome<Phase> {
        node.settle().await?;
        let mut connection = Connection::open(&node.address).await?;
        let mut pace = tokio::time::interval(PACE);
        let mut latencies = Vec::new();
        for number in 0..posts {
            pace.tick().await;
            self.rest.reset();
            let begun = Instant::now();
            let status = connection.ask(&publish(node, author, number, "public")).await?;
            if status != 200 {
                return Err(format!("{status} to a post").into());
            }
            self.rest.wait_for(self.count).await?;
            latencies.append(&mut self.rest.latencies(begun));
        }
        latencies.sort_unstable();
        let millis = |percent| percentile(&latencies, percent).map_or(f64::NAN, super::millis);
        Ok(Phase {
            p50: millis(50),
            p99: millis(99),
        })
    }
}
