//! Posting: what it costs the author, and what it costs the node.

use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::request;
use crate::load::{Load, Result};
use crate::manifest::Actor;
use crate::node::Serving;
use crate::peers::{Manner, Receivers};
use crate::{Outcome, say};
use serde_json::json;
use std::sync::Arc;

/// Posts of the sequential round.
const ONE_BY_ONE: usize = 500;
/// Posts of the round with many clients.
const TOGETHER: usize = 4_000;
/// Posts while peers let us wait; few enough that none of them runs into a time limit.
const SILENT: usize = 1_000;
/// Clients at once.
const CLIENTS: usize = 64;
/// Peers that get each post.
const PEERS: usize = 3;

/// A request that publishes a post.
pub(super) fn publish(node: &Serving, author: &Actor, number: usize, visibility: &str) -> Vec<u8> {
    let text = format!(
        "Measurement {number}: the pump of line 4 was looked at again this morning, 3.2 bar at the valve, as before the \
         update. Nobody has seen the drop of last week since. The sensor stays until Friday. #quality"
    );
    let body = json!({ "status": text, "visibility": visibility, "language": "en" }).to_string();
    request("POST", "/api/v1/statuses", &node.host, &author.token, Some(&body))
}

/// Measures it.
///
/// # Errors
/// When the node does not serve or a delivery does not arrive.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let effort = bench.effort;
    let receivers = Receivers::listen(bench.manifest.peers.iter().map(|peer| peer.origin.as_str())).await?;
    let node = bench.place.serve().await?;
    let authors: Vec<&Actor> = bench.manifest.authors.iter().collect();
    let load = |authors: &[&Actor], count: usize, connections: usize| Load {
        requests: Arc::new(
            authors
                .iter()
                .cycle()
                .take(count)
                .enumerate()
                .map(|(number, author)| publish(&node, author, number, "public"))
                .collect(),
        ),
        connections,
        status: 200,
    };
    let whole = |load: Load| with_deliveries(load, &node, &receivers);
    whole(load(&authors, authors.len() * 2, 8)).await?;
    let (mut alone, mut together, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    let first = authors.get(..1).ok_or("no author")?;
    for round in 0..effort.rounds {
        alone.push(whole(load(first, effort.of(ONE_BY_ONE), 1)).await?);
        together.push(whole(load(&authors, effort.of(TOGETHER), CLIENTS)).await?);
        receivers.reset();
        receivers.set(Manner::Stall);
        let count = effort.of(SILENT);
        silent.push(load(&authors, count, CLIENTS).run(&node).await?);
        receivers.set(Manner::Take);
        receivers.wait_for(count * PEERS).await?;
        say(&format!("  posting: round {} of {}", round + 1, effort.rounds));
    }
    node.stop()?;
    receivers.end().await;
    let figure = |name: &str, unit, rounds: &[Result], of: fn(&Result) -> f64| {
        Figure::new(name, unit, rounds.iter().map(of).collect())
    };
    let millis = |one: &Result| one.cpu_each() / 1e3;
    let rate = figure("64 clients: posts", "/s", &together, Result::rate);
    let rate = if bench.sqlite() {
        rate.goal(Goal::AtLeast(2_000.0))
    } else {
        rate
    };
    Ok(Section {
        title: "Posting",
        method: format!(
            "`POST /api/v1/statuses`, public, about 200 characters, by authors with 10 followers here and one at each of \
             {PEERS} peers, which the bench plays (202 at once). Answered when durable. The processor time runs until the \
             last peer has the last post; \"peers silent\" is the same with nothing delivered meanwhile. One by one: \
             {} posts of one author over one connection; 64 clients: {} posts of {} authors.",
            effort.of(ONE_BY_ONE),
            effort.of(TOGETHER),
            authors.len(),
        ),
        figures: vec![
            figure(
                "one by one: server CPU a post, 3 deliveries included",
                "ms",
                &alone,
                millis,
            )
            .goal(Goal::AtMost(1.0)),
            figure("one by one: posts", "/s", &alone, Result::rate),
            figure("one by one: latency p50", "ms", &alone, |one| one.latency(50)),
            figure("one by one: latency p99", "ms", &alone, |one| one.latency(99)),
            figure(
                "64 clients: server CPU a post, 3 deliveries included",
                "ms",
                &together,
                millis,
            )
            .goal(Goal::AtMost(1.0)),
            rate,
            figure("64 clients: latency p99", "ms", &together, |one| one.latency(99)),
            figure(
                "64 clients, peers silent: server CPU a post",
                "ms",
                &silent,
                millis,
            ),
            figure("64 clients, peers silent: posts", "/s", &silent, Result::rate),
        ],
    })
}

/// Runs a load and waits for its deliveries; the processor time includes them.
async fn with_deliveries(load: Load, node: &Serving, receivers: &Receivers) -> Outcome<Result> {
    receivers.reset();
    let before = node.cpu()?;
    let mut result = load.run(node).await?;
    receivers.wait_for(result.requests * PEERS).await?;
    result.cpu = node.cpu()?.saturating_sub(before);
    Ok(result)
}
