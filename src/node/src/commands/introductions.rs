//! Introductions and the network.

use super::contract::in_words as contract_in_words;
use super::peers::{named, shown};
use super::{ACTOR, Answer, Host, said, said_of, table};
use entrenous_domain::peers::{self, introductions};
use entrenous_model::{Introduction, IntroductionId, Peer, Preset};
use serde_json::{Value, json};
use std::sync::Arc;

const SEE: &str = "`entrenous peer introductions` shows them";

pub(super) async fn introduce(
    host: &Host,
    authority: &str,
    to: &[String],
    contract: Option<Preset>,
    note: &str,
) -> Result<Answer, String> {
    let about = named(host, authority).await?;
    let mut chosen = Vec::new();
    for other in to {
        chosen.push(named(host, other).await?);
    }
    let possible = introductions::introducible(&host.ctx, about.id)
        .await
        .map_err(|error| said(&error))?;
    let ids = (!chosen.is_empty()).then(|| chosen.iter().map(|peer| peer.id).collect());
    let whom: Vec<&Arc<Peer>> = if chosen.is_empty() {
        possible.iter().collect()
    } else {
        chosen.iter().collect()
    };
    host.federation
        .introduce(ACTOR, about.id, ids, contract.map(Preset::contract), note)
        .await
        .map_err(|error| said(&error))?;
    let names: Vec<&str> = whom.iter().map(|peer| peer.origin.authority()).collect();
    Answer::new(
        &format!(
            "{} is introduced to {}. Each side's administrator is asked:\n  entrenous peer introductions --data-dir …",
            about.name,
            names.join(", ")
        ),
        &json!({ "authority": about.origin.authority(), "to": names }),
    )
}

pub(super) async fn list(host: &Host) -> Result<Answer, String> {
    let all = introductions::all(&host.ctx)
        .await
        .map_err(|error| said(&error))?;
    if all.is_empty() {
        return Answer::new(
            "No introductions. A peer whose contract gives introductions makes other nodes known here; `entrenous peer \
             introduce` makes two peers known to each other.",
            &json!([]),
        );
    }
    let peers = peers::list(&host.ctx).await.map_err(|error| said(&error))?;
    let now = host.ctx.now();
    let mut rows = Vec::new();
    let mut json = Vec::new();
    for one in &all {
        let peer = peers.iter().find(|peer| peer.id == one.peer);
        let peer = peer.map_or("-", |peer| peer.origin.authority());
        let state = introductions::state_in_words(one, now);
        let (node, by, to) = if one.by_us {
            (one.node.origin.authority(), "this node", peer)
        } else {
            (one.node.origin.authority(), peer, "this node")
        };
        rows.push(vec![
            one.id.to_string(),
            state.to_owned(),
            node.to_owned(),
            by.to_owned(),
            to.to_owned(),
            shown(one.expires_at),
            one.node.keys.fingerprint.clone(),
        ]);
        json.push(as_json(one, peer, state));
    }
    let heading = ["ID", "STATE", "NODE", "BY", "TO", "UNTIL", "FINGERPRINT"];
    Answer::new(&table(&heading, &rows), &json)
}

fn as_json(one: &Introduction, peer: &str, state: &str) -> Value {
    json!({
        "id": one.id, "by_us": one.by_us, "peer": peer, "origin": one.node.origin, "name": one.node.name,
        "fingerprint": one.node.keys.fingerprint, "contract": one.contract, "note": one.note, "state": state,
        "other_confirmed": one.other_confirmed, "made_at": one.made_at, "expires_at": one.expires_at,
    })
}

pub(super) async fn answer(host: &Host, id: &str, accept: bool) -> Result<Answer, String> {
    let number: IntroductionId = id
        .parse()
        .map_err(|_| format!("{id:?} is no introduction's number; {SEE}"))?;
    let one = introductions::get(&host.ctx, number)
        .await
        .map_err(|error| said(&error))?;
    let one = one.filter(|one| !one.by_us);
    let one = one.ok_or_else(|| format!("there is no introduction {id} to this node. {SEE}"))?;
    let what = format!("introduction {id}");
    let text = if accept {
        host.federation
            .accept_introduction(ACTOR, number)
            .await
            .map_err(|error| said_of(&error, &what, SEE))?;
        format!(
            "{} ({}) becomes a peer when its administrator has accepted too. Its fingerprint, by the word of who introduced \
             it:\n  {}\n{}",
            one.node.name,
            one.node.origin,
            one.node.keys.fingerprint,
            contract_in_words(&one.contract, &one.node.name)
        )
    } else {
        host.federation
            .decline_introduction(ACTOR, number)
            .await
            .map_err(|error| said_of(&error, &what, SEE))?;
        format!("{} ({}) stays unknown here.", one.node.name, one.node.origin)
    };
    Answer::new(
        &text,
        &json!({ "id": number, "origin": one.node.origin, "accepted": accept }),
    )
}

pub(super) async fn policy(host: &Host, authority: &str, accept: bool) -> Result<Answer, String> {
    let peer = named(host, authority).await?;
    introductions::accepts(&host.ctx, ACTOR, peer.id, accept)
        .await
        .map_err(|error| said(&error))?;
    let text = if accept {
        format!(
            "Whom {} introduces is accepted at once, as long as it asks for no more than {} itself has.",
            peer.name, peer.name
        )
    } else {
        format!("Introductions by {} wait for an administrator.", peer.name)
    };
    let word = if accept { "accept" } else { "ask" };
    Answer::new(
        &text,
        &json!({ "authority": peer.origin.authority(), "introductions": word }),
    )
}

pub(super) async fn network(host: &Host) -> Result<Answer, String> {
    let network = peers::network(&host.ctx).await.map_err(|error| said(&error))?;
    if network.nodes.is_empty() {
        return Answer::new(
            "This node is alone. `entrenous peer invite` makes a link for another node's administrator.",
            &json!({"nodes": [], "links": []}),
        );
    }
    let mut rows = Vec::new();
    let mut json = Vec::new();
    for node in &network.nodes {
        let peer = node.peer.as_deref();
        let seen = peer.and_then(|peer| peer.last_seen_at);
        let by = node.introduced_by.as_ref().map(|(origin, _)| origin);
        rows.push(vec![
            node.origin.authority().to_owned(),
            node.name.clone(),
            node.state.to_owned(),
            node.health.as_str().to_owned(),
            by.map_or_else(String::new, |origin| origin.authority().to_owned()),
            node.queued.to_string(),
            seen.map_or_else(|| "never".to_owned(), shown),
        ]);
        json.push(json!({
            "origin": node.origin, "name": node.name, "state": node.state, "health": node.health.as_str(),
            "introduced_by": by, "queued": node.queued, "last_seen_at": seen, "since": node.since,
        }));
    }
    let links: Vec<Value> = network
        .links
        .iter()
        .map(|link| json!({ "a": link.a, "b": link.b, "state": link.state }))
        .collect();
    let mut text = table(
        &[
            "AUTHORITY",
            "NAME",
            "STATE",
            "HEALTH",
            "INTRODUCED BY",
            "WAITING",
            "LAST SEEN",
        ],
        &rows,
    );
    if !network.links.is_empty() {
        let rows: Vec<Vec<String>> = network
            .links
            .iter()
            .map(|link| {
                let (a, b) = (link.a.authority().to_owned(), link.b.authority().to_owned());
                vec![a, b, link.state.to_owned()]
            })
            .collect();
        text.push_str("\n\nIntroduced by this node:\n");
        text.push_str(&table(&["NODE", "TO", "STATE"], &rows));
    }
    Answer::new(&text, &json!({ "nodes": json, "links": links }))
}
