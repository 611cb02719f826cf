//! The network: all nodes that this one knows, who made them known, and how they fare.

use super::READ;
use crate::entities::stamp;
use crate::{ApiResult, ApiState, Caller};
use axum::Json;
use axum::extract::State;
use entrenous_domain::{own_keys, peers};
use entrenous_door::{Doc, Routes};
use entrenous_model::{Origin, Software};
use schemars::JsonSchema;
use serde::Serialize;

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    Routes::new().get(
        "/api/entrenous/v1/admin/network",
        READ,
        doc("All nodes that this one knows, who introduced them, and how they fare").returns::<Network>(),
        show,
    )
}

/// The network, seen from this node.
#[derive(Debug, Serialize, JsonSchema)]
struct Network {
    /// This node.
    node: Here,
    /// The others, by name.
    nodes: Vec<Node>,
    /// What is known of two others that this node has introduced to each other.
    links: Vec<Link>,
}

/// This node.
#[derive(Debug, Serialize, JsonSchema)]
struct Here {
    /// Its origin.
    origin: String,
    /// As in handles.
    authority: String,
    /// Its name.
    name: String,
    /// Fingerprint of its keys, to be compared by voice.
    fingerprint: String,
}

/// Another node.
#[derive(Debug, Serialize, JsonSchema)]
struct Node {
    /// The peer; null for one that was introduced and nobody has answered, or that an open invitation names.
    peer_id: Option<String>,
    /// Its origin.
    origin: String,
    /// As in handles.
    authority: String,
    /// Its name.
    name: String,
    /// `pending_local`, `pending_remote`, `active`, `suspended`, `revoked`, `introduced` or `invited`.
    state: &'static str,
    /// `native` (Entrenous) or `other`.
    software: &'static str,
    /// Who made it known; null if it was an invitation of its own, or an administrator by hand.
    introduced_by: Option<Sponsor>,
    /// Since when it is known.
    since: String,
    /// When it last sent or answered something.
    last_seen_at: Option<String>,
    /// Since when deliveries fail.
    failing_since: Option<String>,
    /// Deliveries that wait for it.
    queued: i64,
    /// `well`, `quiet` (nothing heard for a week), `failing`, `waiting` (for somebody to confirm) or `stopped`.
    health: &'static str,
}

/// Who made a node known.
#[derive(Debug, Serialize, JsonSchema)]
struct Sponsor {
    /// Its origin.
    origin: String,
    /// Its name.
    name: String,
}

/// Two other nodes.
#[derive(Debug, Serialize, JsonSchema)]
struct Link {
    /// One.
    a: String,
    /// The other.
    b: String,
    /// Who introduced them.
    by: String,
    /// `open`, `accepted`, `declined`, `expired` or `connected`.
    state: &'static str,
}

async fn show(State(state): State<ApiState>, _: Caller) -> ApiResult<Json<Network>> {
    let ctx = state.ctx();
    let peers::Network { nodes, links } = peers::network(ctx).await?;
    let origin = ctx.origin();
    let shown = own_keys::standing(ctx).await?.into_iter().next();
    Ok(Json(Network {
        node: Here {
            origin: origin.to_string(),
            authority: origin.authority().to_owned(),
            name: ctx.look().name.clone(),
            fingerprint: shown.map_or_else(String::new, |keys| keys.keys.fingerprint),
        },
        nodes: nodes.iter().map(node).collect(),
        links: links.iter().map(|link| entity(link, origin)).collect(),
    }))
}

fn node(node: &peers::NetworkNode) -> Node {
    let peer = node.peer.as_deref();
    Node {
        peer_id: peer.map(|peer| peer.id.to_string()),
        origin: node.origin.to_string(),
        authority: node.origin.authority().to_owned(),
        name: node.name.clone(),
        state: node.state,
        software: match peer.map(|peer| peer.software) {
            Some(Software::Other) => "other",
            Some(Software::Native) | None => "native",
        },
        introduced_by: node.introduced_by.as_ref().map(|(origin, name)| Sponsor {
            origin: origin.to_string(),
            name: name.clone(),
        }),
        since: stamp(node.since),
        last_seen_at: peer.and_then(|peer| peer.last_seen_at).map(stamp),
        failing_since: peer.and_then(|peer| peer.failing_since).map(stamp),
        queued: node.queued,
        health: node.health.as_str(),
    }
}

fn entity(link: &peers::Link, by: &Origin) -> Link {
    Link {
        a: link.a.to_string(),
        b: link.b.to_string(),
        by: by.to_string(),
        state: link.state,
    }
}
