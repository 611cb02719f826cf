//! The home timeline: what every client asks for first and most.

use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::{Connection, request};
use crate::load::{Load, Result};
use crate::manifest::Actor;
use crate::node::Serving;
use crate::{Outcome, say};
use std::sync::Arc;

/// Requests of one warm round of the full run.
const WARM: usize = 30_000;
/// Older pages that each reader turns in the cold round.
const PAGES: usize = 10;

fn page(node: &Serving, reader: &Actor, query: &str) -> Vec<u8> {
    let path = format!("/api/v1/timelines/home?limit=20{query}");
    request("GET", &path, &node.host, &reader.token, None)
}

/// Rounds of loads as figures.
struct Rounds(Vec<Result>);

impl Rounds {
    fn figure(&self, name: &str, unit: &'static str, of: impl Fn(&Result) -> f64) -> Figure {
        Figure::new(name, unit, self.0.iter().map(of).collect())
    }

    fn figures(&self, what: &str, cpu: Option<Goal>, p99: Option<Goal>) -> Vec<Figure> {
        let with = |figure: Figure, goal: Option<Goal>| match goal {
            Some(goal) => figure.goal(goal),
            None => figure,
        };
        let name = |of: &str| format!("{what}: {of}");
        vec![
            with(
                self.figure(&name("server CPU a request"), "µs", Result::cpu_each),
                cpu,
            ),
            self.figure(&name("requests"), "/s", Result::rate),
            self.figure(&name("latency p50"), "ms", |one| one.latency(50)),
            with(
                self.figure(&name("latency p99"), "ms", |one| one.latency(99)),
                p99,
            ),
            self.figure(&name("body"), "KiB", Result::body_size),
        ]
    }
}

/// Readers whose first page is read cold.
const FIRST: usize = 2_000;

/// First pages of readers in turn, so many.
fn turns(node: &Serving, readers: &[&Actor], count: usize) -> Vec<Vec<u8>> {
    let all = readers.iter().cycle().take(count);
    all.map(|reader| page(node, reader, "")).collect()
}

fn load(bench: &Bench, requests: Vec<Vec<u8>>) -> Load {
    Load {
        requests: Arc::new(requests),
        connections: bench.effort.connections,
        status: 200,
    }
}

/// A warm round on a node that serves: the readers are served twice before the clock runs.
///
/// # Errors
/// When the node does not serve.
pub(super) async fn warm_round(bench: &Bench, node: &Serving) -> Outcome<Result> {
    let readers: Vec<&Actor> = bench.manifest.readers.iter().take(bench.effort.readers).collect();
    load(bench, turns(node, &readers, readers.len() * 2))
        .run(node)
        .await?;
    let requests = turns(node, &readers, bench.effort.of(WARM));
    load(bench, requests).run(node).await
}

/// Older pages of the readers on a node just started, each once.
///
/// # Errors
/// When the node does not serve.
pub(super) async fn older_round(bench: &Bench) -> Outcome<(Result, Serving)> {
    let readers: Vec<&Actor> = bench.manifest.readers.iter().take(bench.effort.readers).collect();
    let node = bench.place.serve().await?;
    let pages = older_pages(&node, &readers).await?;
    node.stop()?;
    let node = bench.place.serve().await?;
    Ok((load(bench, pages).run(&node).await?, node))
}

/// Measures it, warm and cold in two ways.
///
/// # Errors
/// When the node does not serve.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let effort = bench.effort;
    let all: Vec<&Actor> = bench.manifest.readers.iter().take(FIRST).collect();
    let (mut warm, mut first, mut older) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let node = bench.place.serve().await?;
        first.push(load(bench, turns(&node, &all, all.len())).run(&node).await?);
        node.stop()?;
        let (result, node) = older_round(bench).await?;
        older.push(result);
        warm.push(warm_round(bench, &node).await?);
        node.stop()?;
        say(&format!(
            "  home timeline: round {} of {}",
            round + 1,
            effort.rounds
        ));
    }
    let sqlite = bench.sqlite();
    let ratio = |to: f64| warm.iter().map(|one| one.cpu_each() / to).collect();
    let ratios = [
        Figure::new(
            "warm: CPU, ratio to the bare web framework with a page of 40 KiB",
            "",
            ratio(bench.hello),
        ),
        Figure::new(
            "warm: CPU, ratio to the 640 µs of GoToSocial 0.20 on such a machine",
            "",
            ratio(640.0),
        ),
    ];
    let mut figures = Rounds(warm).figures(
        "warm",
        sqlite.then_some(Goal::AtMost(90.0)),
        sqlite.then_some(Goal::AtMost(10.0)),
    );
    figures.extend(ratios.into_iter().filter(|figure| figure.median().is_finite()));
    let cold = sqlite.then_some(Goal::AtMost(250.0));
    figures.extend(Rounds(first).figures("cold, first pages", cold, None));
    figures.extend(Rounds(older).figures("cold, older pages", cold, None));
    Ok(Section {
        title: "Home timeline",
        method: format!(
            "`GET /api/v1/timelines/home?limit=20`, signed in, {} kept-alive connections. Warm: {} readers in turn, after \
             each was served twice, {} requests. Cold, first pages: a node just started, the first page of {} readers, \
             each once. Cold, older pages: a node just started, pages 2 to {} of {} readers, each once; most of their \
             posts are on no other page. The database's file is in the system's cache.",
            effort.connections,
            effort.readers.min(all.len()),
            effort.of(WARM),
            all.len(),
            PAGES + 1,
            effort.readers.min(all.len()),
        ),
        figures,
    })
}

/// Requests for the older pages of each reader, found by turning them once.
async fn older_pages(node: &Serving, readers: &[&Actor]) -> Outcome<Vec<Vec<u8>>> {
    let mut connection = Connection::open(&node.address).await?;
    let mut pages: Vec<(usize, Vec<u8>)> = Vec::new();
    for reader in readers {
        let mut query = String::new();
        for turn in 0..=PAGES {
            let request = page(node, reader, &query);
            connection.ask(&request).await?;
            if turn > 0 {
                pages.push((turn, request));
            }
            let posts: Vec<serde_json::Value> = serde_json::from_slice(connection.body())?;
            let Some(last) = posts.last().and_then(|post| post.get("id")?.as_str()) else {
                break;
            };
            query = format!("&max_id={last}");
        }
    }
    // By reader after reader, as people come and go.
    pages.sort_by_key(|(turn, _)| *turn);
    Ok(pages.into_iter().map(|(_, request)| request).collect())
}
