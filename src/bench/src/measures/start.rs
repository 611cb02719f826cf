//! Start, idle memory, size: what a node costs that does nothing.

use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::node::{Place, Serving, free_port, mebibytes};
use crate::{Outcome, say};
use std::fs;
use std::time::Duration;

/// How long a node is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(10);

/// Measures it.
///
/// # Errors
/// When a node does not start.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let mut ready = Vec::new();
    for _ in 0..bench.effort.rounds.max(5) {
        let node = bench.place.serve().await?;
        ready.push(node.ready_after.as_secs_f64() * 1e3);
        node.stop()?;
    }
    let rest = if bench.effort.percent < 100 {
        REST / 5
    } else {
        REST
    };
    let full = idle(bench.place.serve().await?, rest).await?;
    let mut figures = vec![
        Figure::new("start to ready, all posts", "ms", ready).goal(Goal::AtMost(150.0)),
        Figure::new("resident when idle, all posts", "MiB", vec![full]).goal(Goal::AtMost(40.0)),
    ];
    if bench.sqlite() {
        let (ready, resident) = empty(bench, rest).await?;
        figures.push(Figure::new("start to ready, empty node", "ms", vec![ready]));
        figures.push(
            Figure::new("resident when idle, empty node", "MiB", vec![resident]).goal(Goal::AtMost(40.0)),
        );
    }
    figures.push(
        Figure::new("release binary", "MiB", vec![mebibytes(&bench.place.bin)?]).goal(Goal::AtMost(60.0)),
    );
    say("  start and memory: done");
    Ok(Section {
        title: "Start, memory, size",
        method: format!(
            "From the start of the process until `GET /health` says 200, asked every millisecond; files are in the system's \
             cache. Memory is `VmRSS` after {} s without a request; of PostgreSQL, the node's alone. The empty node is \
             on SQLite.",
            rest.as_secs()
        ),
        figures,
    })
}

async fn idle(node: Serving, rest: Duration) -> Outcome<f64> {
    // What is measured is a node that had nothing to do for a while.
    tokio::time::sleep(rest).await;
    let memory = node.memory()?;
    node.stop()?;
    Ok(memory)
}

async fn empty(bench: &Bench, rest: Duration) -> Outcome<(f64, f64)> {
    let place = Place {
        bin: bench.place.bin.clone(),
        dir: bench.place.dir.with_file_name("empty-node"),
        authority: format!("localhost:{}", free_port()?),
        postgres: String::new(),
    };
    if place.dir.exists() {
        fs::remove_dir_all(&place.dir)?;
    }
    place.init()?;
    let node = place.serve().await?;
    let ready = node.ready_after.as_secs_f64() * 1e3;
    let memory = idle(node, rest).await?;
    fs::remove_dir_all(&place.dir)?;
    Ok((ready, memory))
}
