//! Search of posts: the newest twenty that hold what is asked for, also where nearly all hold it, and where none do.

use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::request;
use crate::load::{Load, Result};
use crate::node::Serving;
use crate::{Outcome, say};
use std::sync::Arc;

/// Requests of one question in a round of the full run.
const ASKED: usize = 1_000;
/// As many at once as there are usually processors to answer.
const CONNECTIONS: usize = 2;

/// What is asked, and the query as it stands in a URL. The data set's vocabulary is small: each word is in every third post.
const QUESTIONS: [(&str, &str); 9] = [
    ("one word of a third of the posts", "pumps"),
    ("two words", "pump%20valves"),
    ("four words", "pump%20valve%20budget%20sensor"),
    ("a sequence of two words", "%22the%20pump%22"),
    ("a word that is nowhere", "ornithology"),
    (
        "a word of a third of the posts, with a picture, which none has",
        "pump%20has:image",
    ),
    ("a word without another", "pump%20-valve"),
    ("one's own", "from:me%20pump"),
    ("one's library", "in:library%20pump"),
];

/// Measures it.
///
/// # Errors
/// When the node does not serve.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let effort = bench.effort;
    let mut rounds: Vec<Vec<Result>> = QUESTIONS.iter().map(|_| Vec::new()).collect();
    let node = bench.place.serve().await?;
    for round in 0..effort.rounds {
        for ((_, query), results) in QUESTIONS.iter().zip(&mut rounds) {
            results.push(asked(bench, &node, query).await?);
        }
        say(&format!("  search: round {} of {}", round + 1, effort.rounds));
    }
    node.stop()?;
    let mut figures = Vec::new();
    for ((name, _), results) in QUESTIONS.iter().zip(&rounds) {
        let of = |percent| results.iter().map(|one| one.latency(percent)).collect();
        figures.push(Figure::new(format!("{name}: latency p50"), "ms", of(50)));
        figures.push(Figure::new(format!("{name}: latency p99"), "ms", of(99)).goal(Goal::AtMost(50.0)));
    }
    Ok(Section {
        title: "Search of posts",
        method: format!(
            "`GET /api/v2/search?type=statuses&limit=20`, {} times for each question, by {} people in turn, {CONNECTIONS} \
             kept-alive connections.",
            effort.of(ASKED),
            effort.readers.min(bench.manifest.readers.len()),
        ),
        figures,
    })
}

async fn asked(bench: &Bench, node: &Serving, query: &str) -> Outcome<Result> {
    let readers = bench.manifest.readers.iter().take(bench.effort.readers).cycle();
    let path = format!("/api/v2/search?type=statuses&limit=20&q={query}");
    let requests = readers
        .take(bench.effort.of(ASKED))
        .map(|reader| request("GET", &path, &node.host, &reader.token, None));
    let load = Load {
        requests: Arc::new(requests.collect()),
        connections: CONNECTIONS,
        status: 200,
    };
    load.run(node).await
}
