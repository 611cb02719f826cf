//! What peers send: verified, durable, in home timelines.

use super::{Bench, Section};
use crate::figure::{Figure, Goal};
use crate::http::{Connection, find, request};
use crate::load::{Load, Result};
use crate::manifest::Peer;
use crate::node::Serving;
use crate::sign::Sender;
use crate::{Outcome, say};
use std::sync::Arc;

/// Activities of a round.
const ACTIVITIES: usize = 4_000;
/// Connections of a peer.
const CONNECTIONS: usize = 16;

/// Measures it for both kinds of peers.
///
/// # Errors
/// When the node does not take an activity.
pub async fn measure(bench: &Bench) -> Outcome<Section> {
    let (peers, effort) = (&bench.manifest.peers, bench.effort);
    let native = peers
        .iter()
        .position(|peer| peer.native)
        .ok_or("no native peer")?;
    let other = peers
        .iter()
        .position(|peer| !peer.native)
        .ok_or("no other peer")?;
    let node = bench.place.serve().await?;
    let count = effort.of(ACTIVITIES);
    let mut figures = Vec::new();
    let mut size = 0;
    for (at, name) in [(native, "Entrenous (Ed25519)"), (other, "other software (RSA)")] {
        let peer = peers.get(at).ok_or("no peer")?;
        let mut rounds = Vec::new();
        take(&node, peer, 200).await?;
        for round in 0..effort.rounds {
            let taken = take(&node, peer, count).await?;
            size = taken.size;
            rounds.push(taken.result);
            arrived(bench, &node, at, &taken.last).await?;
            say(&format!(
                "  inbox, {name}: round {} of {}",
                round + 1,
                effort.rounds
            ));
        }
        let of = |what: &str, unit, value: fn(&Result) -> f64| {
            Figure::new(
                format!("{name}: {what}"),
                unit,
                rounds.iter().map(value).collect(),
            )
        };
        figures.extend([
            of("server CPU an activity", "µs", Result::cpu_each).goal(Goal::AtMost(150.0)),
            of("activities", "/s", Result::rate).goal(Goal::AtLeast(500.0)),
            of("latency p99", "ms", |one| one.latency(99)),
        ]);
    }
    node.stop()?;
    Ok(Section {
        title: "Inbox",
        method: format!(
            "{count} signed `Create(Note)` of about {size} bytes to `/inbox` over {CONNECTIONS} connections, by 16 people of \
             one peer whom 10 people here follow each; signed before the clock runs. Entrenous: RFC 9421 with Ed25519, and a \
             proof (FEP-8b32) in the activity. Other software: draft-cavage with RSA-2048. 202 follows the commit; that the \
             last post of each sender is in a follower's home timeline is checked after each round.",
        ),
        figures,
    })
}

struct Taken {
    result: Result,
    /// Bytes of a body.
    size: usize,
    /// The id of the last note of each sender.
    last: Vec<String>,
}

/// Signs so many activities and posts them.
async fn take(node: &Serving, peer: &Peer, count: usize) -> Outcome<Taken> {
    let sender = Sender::of(peer)?;
    let inbox = format!("http://{}/inbox", node.host);
    let mut requests = Vec::with_capacity(count);
    let (mut size, mut notes) = (0, Vec::with_capacity(count));
    for person in peer.senders.iter().cycle().take(count) {
        let signed = sender.create(person)?;
        size = signed.body.len();
        requests.push(sender.post(person, &inbox, &signed.body)?);
        notes.push(signed.note);
    }
    let load = Load {
        requests: Arc::new(requests),
        connections: CONNECTIONS,
        status: 202,
    };
    let whole = count / peer.senders.len().max(1) * peer.senders.len();
    let last = notes
        .into_iter()
        .take(whole)
        .skip(whole.saturating_sub(peer.senders.len()))
        .collect();
    Ok(Taken {
        result: load.run(node).await?,
        size,
        last,
    })
}

/// Checks that a follower of each sender has that note of theirs.
async fn arrived(bench: &Bench, node: &Serving, peer: usize, notes: &[String]) -> Outcome {
    let mut connection = Connection::open(&node.address).await?;
    for (at, note) in notes.iter().enumerate() {
        let Some(follower) = bench.manifest.follower(peer, at) else {
            continue;
        };
        let ask = request(
            "GET",
            "/api/v1/timelines/home?limit=40",
            &node.host,
            &follower.token,
            None,
        );
        connection.ask(&ask).await?;
        if find(connection.body(), note.as_bytes()).is_none() {
            return Err(format!("{} did not get {note}, which was acknowledged", follower.username).into());
        }
    }
    Ok(())
}
