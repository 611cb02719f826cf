//! A million deliveries that wait: what they cost in memory, and how fast the node starts with them.

use super::post::publish;
use super::{Bench, Section};
use crate::db::Db;
use crate::figure::{Figure, Goal};
use crate::load::Load;
use crate::node::Serving;
use crate::peers::{Manner, Receivers};
use crate::{Outcome, say};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Deliveries that wait.
const QUEUED: usize = 1_000_000;
/// Real posts, whose deliveries are multiplied.
const POSTS: usize = 1_000;
/// How long the node is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(10);
/// How long it is let deliver.
const DRAIN: Duration = Duration::from_secs(20);
/// The most that memory may grow, in MiB.
const GROWTH: f64 = 64.0;

/// Measures it on a small node with twenty Entrenous peers, all played by the bench. Afterwards nothing is queued.
///
/// # Errors
/// When the node does not serve or the database does not do as it is told.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let natives = bench.manifest.peers.iter().filter(|peer| peer.native);
    let origins: Vec<&str> = natives.map(|peer| peer.origin.as_str()).collect();
    let receivers = Receivers::listen(origins.iter().copied()).await?;
    let rest = REST * u32::try_from(bench.effort.percent).unwrap_or(100) / 100;
    let node = bench.place.serve().await?;
    tokio::time::sleep(rest).await;
    let (ready_before, before) = (node.ready_after, node.own_memory()?);
    receivers.set(Manner::Stall);
    let author = bench.manifest.authors.first().ok_or("no author")?;
    let posts = bench.effort.of(POSTS);
    let load = Load {
        requests: Arc::new(
            (0..posts)
                .map(|number| publish(&node, author, number, "public"))
                .collect(),
        ),
        connections: 8,
        status: 200,
    };
    load.run(&node).await?;
    node.stop()?;
    let queued = multiply(bench, bench.effort.of(QUEUED))?;
    say(&format!("  {queued} deliveries are queued"));

    let node = bench.place.serve().await?;
    let ready = node.ready_after;
    tokio::time::sleep(rest).await;
    let idle = node.own_memory()?;
    receivers.reset();
    receivers.set(Manner::Take);
    let (rate, draining) = drain(&node, &receivers, queued).await?;
    node.stop()?;
    receivers.end().await;
    Db::open(&bench.place.database())?.run("DELETE FROM deliveries WHERE state = 'queued'")?;
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    Ok(Section {
        title: "A million deliveries that wait",
        method: format!(
            "{queued} deliveries of {posts} posts for {} Entrenous peers, written into the table; the peers read and answer nothing. \
             Memory is `RssAnon`, what the node holds itself, {} s after its start, and the most of it while all peers take what \
             they get again for {} s; the start is until `GET /health` says 200.",
            origins.len(),
            rest.as_secs(),
            DRAIN.as_secs(),
        ),
        figures: vec![
            Figure::new("start to ready, nothing queued", "ms", vec![millis(ready_before)]),
            Figure::new("start to ready", "ms", vec![millis(ready)]).goal(Goal::AtMost(150.0)),
            Figure::new("memory, nothing queued", "MiB", vec![before]),
            Figure::new("memory, peers stall", "MiB", vec![idle]),
            Figure::new("growth, peers stall", "MiB", vec![idle - before]).goal(Goal::AtMost(GROWTH)),
            Figure::new("growth at most, peers take", "MiB", vec![draining - before])
                .goal(Goal::AtMost(GROWTH)),
            Figure::new("deliveries, peers take", "/s", vec![rate]),
        ],
    })
}

/// Makes as many deliveries of those that wait as are wanted; how many there are.
fn multiply(bench: &Bench, wanted: usize) -> Outcome<usize> {
    let mut db = Db::open(&bench.place.database())?;
    let count = |db: &mut Db| -> Outcome<usize> {
        let count = db.number("SELECT COUNT(*) AS number FROM deliveries WHERE state = 'queued'")?;
        Ok(usize::try_from(count.unwrap_or(0))?)
    };
    let mut queued = count(&mut db)?;
    if queued == 0 {
        return Err("nothing is queued".into());
    }
    while queued < wanted {
        // Behind all that are there, in the same order.
        db.run(&format!(
            "INSERT INTO deliveries (id, activity_id, peer_id, inbox, state, order_key, created_at) \
             SELECT (SELECT MAX(id) FROM deliveries) + ROW_NUMBER() OVER (ORDER BY id), activity_id, peer_id, inbox, state, \
             order_key, created_at FROM deliveries WHERE state = 'queued' ORDER BY id LIMIT {}",
            wanted - queued
        ))?;
        queued = count(&mut db)?;
    }
    Ok(queued)
}

/// Lets it deliver; deliveries a second, and the most memory in MiB.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
async fn drain(node: &Serving, receivers: &Receivers, queued: usize) -> Outcome<(f64, f64)> {
    // Peers that stalled rest for a moment.
    receivers.wait_for(1).await?;
    let (begun, first) = (Instant::now(), receivers.received());
    let mut most = 0.0_f64;
    while begun.elapsed() < DRAIN && receivers.received() < queued {
        tokio::time::sleep(Duration::from_millis(100)).await;
        most = most.max(node.own_memory()?);
    }
    let taken = receivers.received() - first;
    Ok((taken as f64 / begun.elapsed().as_secs_f64(), most))
}
