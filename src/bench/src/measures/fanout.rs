//! A post that ten thousand people follow.

use super::post::publish;
use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::{Connection, find, request};
use crate::manifest::Actor;
use crate::node::Serving;
use crate::peers::Receivers;
use crate::stats::Spread;
use crate::{Outcome, say};
use std::time::{Duration, Instant};

/// Posts of each kind in a round.
const POSTS: usize = 20;
/// Followers that are asked whether they have it.
const ASKED: usize = 50;

/// Measures it.
///
/// # Errors
/// When the node does not serve, or a follower does not get the post within ten seconds.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let manifest = &bench.manifest;
    let receivers = Receivers::listen(manifest.peers.iter().map(|peer| peer.origin.as_str())).await?;
    let node = bench.place.serve().await?;
    let author = manifest.authors.first().ok_or("no author")?;
    let step = (manifest.readers.len() / ASKED).max(1);
    let mut followers: Vec<&Actor> = manifest.readers.iter().step_by(step).collect();
    followers.extend(manifest.readers.last());
    let (mut famous, mut usual, mut everywhere, mut cpu) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.effort.rounds {
        let (mut some_famous, mut some_usual, mut some_everywhere) = (Vec::new(), Vec::new(), Vec::new());
        let mut used = Duration::ZERO;
        for number in 0..POSTS {
            // New ones: the node closes those that nobody has used for a while.
            let mut author_line = Connection::open(&node.address).await?;
            some_usual.push(timed(&mut author_line, &publish(&node, author, number, "public")).await?);
            node.settle().await?;
            let mut author_line = Connection::open(&node.address).await?;
            let before = node.cpu()?;
            let begun = Instant::now();
            some_famous.push(
                timed(
                    &mut author_line,
                    &publish(&node, &manifest.celebrity, number, "public"),
                )
                .await?,
            );
            let post: serde_json::Value = serde_json::from_slice(author_line.body())?;
            let id = post
                .get("id")
                .and_then(serde_json::Value::as_str)
                .ok_or("no id")?;
            if number == 0 {
                arrive(&node, &followers, id).await?;
                some_everywhere.push(begun.elapsed().as_secs_f64() * 1e3);
            } else {
                node.settle().await?;
                used += node.cpu()?.saturating_sub(before);
            }
        }
        let median = |some: &[f64]| Spread::of(some).map_or(f64::NAN, |spread| spread.median);
        famous.push(median(&some_famous));
        usual.push(median(&some_usual));
        everywhere.push(median(&some_everywhere));
        cpu.push(used.as_secs_f64() * 1e3 / f64::from(u32::try_from(POSTS - 1)?));
    }
    node.stop()?;
    receivers.end().await;
    say("  a post to 10,000 followers: done");
    let ratio = famous
        .iter()
        .zip(&usual)
        .map(|(famous, usual)| famous / usual)
        .collect();
    Ok(Section {
        title: "A post to 10,000 followers",
        method: format!(
            "{POSTS} public posts a round by someone whom all {} people follow, each after one by an author with 10 \
             followers, sequentially. Everywhere: from the request until the home timelines of {} followers (the first and the \
             last of them included) show it, asked one after the other.",
            manifest.sizes.people,
            followers.len(),
        ),
        figures: vec![
            Figure::new("acknowledged, 10 followers", "ms", usual),
            Figure::new("acknowledged, all followers", "ms", famous),
            // "The same time": what lies within what a shared machine does to one request.
            Figure::new("ratio", "", ratio).goal(Goal::AtMost(1.5)),
            Figure::new("in all home timelines", "ms", everywhere).goal(Goal::AtMost(1_000.0)),
            Figure::new("server CPU until nothing goes on", "ms", cpu),
        ],
    })
}

async fn timed(connection: &mut Connection, request: &[u8]) -> Outcome<f64> {
    let begun = Instant::now();
    let status = connection.ask(request).await?;
    if status != 200 {
        return Err(format!("{status} to a post").into());
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Waits until all of them have the post in their home timeline.
async fn arrive(node: &Serving, followers: &[&Actor], id: &str) -> Outcome {
    let mut connection = Connection::open(&node.address).await?;
    let begun = Instant::now();
    for follower in followers {
        let ask = request(
            "GET",
            "/api/v1/timelines/home?limit=3",
            &node.host,
            &follower.token,
            None,
        );
        loop {
            connection.ask(&ask).await?;
            if find(connection.body(), id.as_bytes()).is_some() {
                break;
            }
            if begun.elapsed() > Duration::from_secs(10) {
                return Err(format!("{} had no post within ten seconds", follower.username).into());
            }
        }
    }
    Ok(())
}
