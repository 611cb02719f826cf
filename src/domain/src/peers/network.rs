//! All nodes that this one knows, who made them known, and how they fare.

use super::list;
use crate::{Ctx, Result, deliveries};
use chrono::TimeDelta;
use entrenous_model::{Introduction, IntroductionState, Origin, Peer, PeerId, PeerState, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A peer that was not heard for so many days is quiet.
const QUIET_DAYS: i64 = 7;

/// How a node fares, as far as can be seen from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Active, and nothing fails.
    Well,
    /// Active, and nothing was heard of it for a week.
    Quiet,
    /// Active, and deliveries to it fail.
    Failing,
    /// Somebody has to confirm.
    Waiting,
    /// Halted or ended.
    Stopped,
}

impl Health {
    /// As shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Quiet => "quiet",
            Self::Failing => "failing",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
        }
    }

    fn of(peer: &Peer, now: Time) -> Self {
        match peer.state {
            PeerState::PendingLocal | PeerState::PendingRemote => Self::Waiting,
            PeerState::Suspended | PeerState::Revoked => Self::Stopped,
            PeerState::Active if peer.failing_since.is_some() => Self::Failing,
            PeerState::Active => {
                let heard = peer.last_seen_at.unwrap_or(peer.created_at);
                if now - heard > TimeDelta::days(QUIET_DAYS) {
                    Self::Quiet
                } else {
                    Self::Well
                }
            }
        }
    }
}

/// One node of the network.
#[derive(Debug, Clone)]
pub struct NetworkNode {
    /// The peer; `None` for one that was introduced and nobody has answered, or that an open invitation names.
    pub peer: Option<Arc<Peer>>,
    /// The peer's state, or `introduced`, or `invited`.
    pub state: &'static str,
    /// Where it is.
    pub origin: Origin,
    /// Its name.
    pub name: String,
    /// Who made it known, with the name if it is a peer.
    pub introduced_by: Option<(Origin, String)>,
    /// Since when it is known.
    pub since: Time,
    /// Deliveries that wait for it.
    pub queued: i64,
    /// How it fares.
    pub health: Health,
}

/// What is known of two other nodes, which this one has introduced to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// One.
    pub a: Origin,
    /// The other.
    pub b: Origin,
    /// What became of it: the state of who is behind, or `expired`.
    pub state: &'static str,
}

/// The network, seen from this node.
#[derive(Debug, Clone)]
pub struct Network {
    /// The nodes, by name.
    pub nodes: Vec<NetworkNode>,
    /// What this node has introduced.
    pub links: Vec<Link>,
}

/// The network, seen from this node.
///
/// # Errors
/// Only the store's.
pub async fn network(ctx: &Ctx) -> Result<Network> {
    let peers = list(ctx).await?;
    let now = ctx.now();
    let introductions = super::introductions::all(ctx).await?;
    let queues = deliveries::queues(ctx).await?;
    let queued: BTreeMap<PeerId, i64> = queues
        .into_iter()
        .map(|queue| (queue.peer.id, queue.queued))
        .collect();
    let names: BTreeMap<&Origin, &str> = peers
        .iter()
        .map(|peer| (&peer.origin, peer.name.as_str()))
        .collect();
    let named = |origin: &Origin| {
        let name = names.get(origin).copied().unwrap_or(origin.authority());
        (origin.clone(), name.to_owned())
    };
    let mut nodes: Vec<NetworkNode> = peers
        .iter()
        .map(|peer| NetworkNode {
            origin: peer.origin.clone(),
            name: peer.name.clone(),
            introduced_by: peer.introduced_by.as_ref().map(named),
            since: peer.created_at,
            queued: queued.get(&peer.id).copied().unwrap_or(0),
            health: Health::of(peer, now),
            state: peer.state.as_str(),
            peer: Some(Arc::clone(peer)),
        })
        .collect();
    let mut seen: BTreeSet<Origin> = peers.iter().map(|peer| peer.origin.clone()).collect();
    for one in introductions.iter().filter(|one| !one.by_us && one.is_open(now)) {
        if !seen.insert(one.node.origin.clone()) {
            continue;
        }
        let sponsor = peers.iter().find(|peer| peer.id == one.peer);
        nodes.push(NetworkNode {
            introduced_by: sponsor.map(|sponsor| named(&sponsor.origin)),
            ..expected(&one.node.origin, &one.node.name, "introduced", one.made_at)
        });
    }
    for invite in super::invites(ctx)
        .await?
        .iter()
        .filter(|invite| invite.is_usable(now))
    {
        if let Some(origin) = &invite.for_origin
            && seen.insert(origin.clone())
        {
            nodes.push(expected(origin, origin.authority(), "invited", invite.created_at));
        }
    }
    nodes.sort_by_cached_key(|node| (node.name.to_lowercase(), node.origin.clone()));
    Ok(Network {
        nodes,
        links: links(&peers, &introductions, now),
    })
}

/// A node that is no peer yet.
fn expected(origin: &Origin, name: &str, state: &'static str, since: Time) -> NetworkNode {
    NetworkNode {
        peer: None,
        state,
        origin: origin.clone(),
        name: name.to_owned(),
        introduced_by: None,
        since,
        queued: 0,
        health: Health::Waiting,
    }
}

/// One for each statement, though each has a row for each of the two.
fn links(peers: &[Arc<Peer>], all: &[Introduction], now: Time) -> Vec<Link> {
    let mut by_statement: BTreeMap<&str, Vec<&Introduction>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.by_us) {
        by_statement.entry(&one.uri).or_default().push(one);
    }
    let origin = |id: PeerId| {
        peers
            .iter()
            .find(|peer| peer.id == id)
            .map(|peer| peer.origin.clone())
    };
    let mut links: Vec<Link> = by_statement
        .into_values()
        .filter_map(|pair| {
            let first = pair.first()?;
            let declined = pair.iter().any(|one| one.state == IntroductionState::Declined);
            let behind = pair.iter().find(|one| one.state == IntroductionState::Open);
            let state = if declined {
                IntroductionState::Declined.as_str()
            } else {
                super::introductions::state_in_words(behind.unwrap_or(first), now)
            };
            Some(Link {
                a: origin(first.peer)?,
                b: first.node.origin.clone(),
                state,
            })
        })
        .collect();
    links.sort_by(|one, other| (&one.a, &one.b).cmp(&(&other.a, &other.b)));
    links
}
