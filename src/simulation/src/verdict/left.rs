//! What must be there when everything has healed, and what must not.

use super::{Ended, audience};
use crate::house::{Seen, origin};
use crate::journal::{Journal, Mark, NodeNo};
use crate::plan::Plan;
use crate::story::facts::{Facts, Post};
use std::collections::{BTreeMap, BTreeSet};

/// Why something that was queued need not be sent.
const GOOD_REASONS: [&str; 3] = [
    "there is nothing to send any more",
    "the contract does not give it any more",
    "it has these keys, or later ones",
];

/// What is shown of posts at a node: by post, the version of each copy.
fn copies(posts: &[Seen]) -> BTreeMap<usize, Vec<usize>> {
    let mut all: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for seen in posts.iter().filter(|seen| !seen.deleted) {
        for mark in Mark::all_in(&seen.content) {
            all.entry(mark.post).or_default().push(mark.version);
        }
    }
    all
}

/// Each acknowledged post is at each node of its audience, once, as it is at home; and nowhere else.
pub(super) fn posts(plan: &Plan, facts: &Facts, ended: &Ended) -> Vec<String> {
    let mut violations = Vec::new();
    let all: Vec<_> = ended.nodes.iter().map(|node| copies(&node.posts)).collect();
    for (number, post) in &facts.posts {
        let home = post.words.author.node;
        let here = |node: NodeNo| {
            all.get(node)
                .and_then(|copies| copies.get(number))
                .map_or(&[][..], Vec::as_slice)
        };
        for node in (0..plan.nodes).filter(|node| here(*node).len() > 1) {
            violations.push(format!("post {number} is {} times at n{node}", here(node).len()));
        }
        let at_home = here(home).first().copied();
        violations.extend(at_home_as_told(*number, post, at_home));
        for node in (0..plan.nodes).filter(|node| *node != home) {
            let there = here(node).first().copied();
            if there.is_some() && !audience::may_ever_have(plan, facts, post, node) {
                violations.push(format!("post {number} is at n{node}, which is not its audience"));
            }
            let must = audience::must_have(plan, facts, post, node);
            match (at_home, there) {
                (Some(_), None) if must => violations.push(format!("post {number} is not at n{node}")),
                (Some(version), Some(other)) if must && version != other => {
                    violations.push(format!(
                        "post {number} is version {version} at home, {other} at n{node}"
                    ));
                }
                (None, Some(_)) if !facts.revoked(home, node) && post.id.is_some() => {
                    violations.push(format!("post {number} was deleted, and is still at n{node}"));
                }
                _ => {}
            }
        }
    }
    violations
}

/// What its own node has told its author is so.
fn at_home_as_told(number: usize, post: &Post, at_home: Option<usize>) -> Option<String> {
    let told = post.written.told.is_some();
    let deleted = post.deleted.map(|wish| wish.told.is_some());
    // The last edit that was acknowledged, if none was asked for after it was asked for: else either may have been last.
    let last = post
        .edits
        .iter()
        .rposition(|edit| edit.told.is_some())
        .map_or(0, |place| place + 1);
    let alone = post.edits.len() == last
        && post
            .edits
            .iter()
            .zip(post.edits.iter().skip(1))
            .all(|(one, next)| one.told.is_some_and(|told| told < next.asked));
    match (at_home, deleted) {
        (None, None) if told => Some(format!(
            "post {number} was acknowledged, and is not at its own node"
        )),
        (Some(_), Some(true)) => Some(format!(
            "the deletion of post {number} was acknowledged, and it is still there"
        )),
        (Some(version), None) if alone && version != last => Some(format!(
            "version {last} of post {number} was acknowledged, and its own node has {version}"
        )),
        _ => None,
    }
}

/// What came from a node came in the order in which it was written, by author and by conversation. (The rows of what comes
/// follow the time at which it was written by its author's clock, so the order is that in which ids were claimed.)
pub(super) fn order(facts: &Facts, journal: &Journal, ended: &Ended) -> Vec<String> {
    let uri = |post: &Post| {
        post.id
            .map(|id| crate::story::post_uri(post.words.author.node, id))
    };
    let posts: BTreeMap<String, &Post> = facts
        .posts
        .values()
        .filter_map(|post| Some((uri(post)?, post)))
        .collect();
    // Which activity was the creation, and which the deletion, of which post, as it stood on the wire.
    let of_kind = |kind: &'static str| {
        let activities = journal
            .messages()
            .filter_map(|(_, message)| message.activity.as_ref());
        activities.filter(move |activity| activity.kind.starts_with(kind))
    };
    let creations: BTreeMap<&str, &Post> = of_kind("Create")
        .filter_map(|activity| Some((activity.id.as_str(), *posts.get(&activity.object)?)))
        .collect();
    let deletions: BTreeMap<&str, &str> = of_kind("Delete")
        .map(|activity| (activity.id.as_str(), activity.object.as_str()))
        .collect();
    let mut violations = Vec::new();
    for (node, left) in ended.nodes.iter().enumerate() {
        let mut lasts: BTreeMap<(NodeNo, String), (i64, usize)> = BTreeMap::new();
        let mut gone: BTreeSet<&str> = BTreeSet::new();
        for activity in &left.received {
            gone.extend(deletions.get(activity.as_str()));
            let Some(post) = creations.get(activity.as_str()) else {
                continue;
            };
            let (words, Some(written)) = (&post.words, post.id) else {
                continue;
            };
            // A request that was refused to a suspended peer can come again by itself when all is well: of what its author has
            // deleted since it has no effect.
            if uri(post).is_some_and(|uri| gone.contains(uri.as_str())) {
                continue;
            }
            let lines = [
                words.author.to_string(),
                format!("conversation {}", facts.root(words.number)),
            ];
            for line in lines {
                let before = lasts.insert((words.author.node, line.clone()), (written, words.number));
                if let Some((earlier, other)) = before.filter(|(earlier, _)| *earlier > written) {
                    violations.push(format!(
                        "post {} ({written}) came to n{node} after post {other} ({earlier}): {line}",
                        words.number
                    ));
                }
            }
        }
    }
    violations
}

/// Nothing waits, and nothing was given up without a good reason.
pub(super) fn queues(facts: &Facts, ended: &Ended) -> Vec<String> {
    let mut violations = Vec::new();
    for (node, left) in ended.nodes.iter().enumerate() {
        for delivery in &left.deliveries {
            let ended = peer(&delivery.peer).is_some_and(|other| facts.revoked(node, other));
            let reason = delivery.error.as_deref().unwrap_or_default();
            let wrong = match delivery.state.as_str() {
                "done" => false,
                "dropped" => !ended && !GOOD_REASONS.contains(&reason),
                _ => !ended,
            };
            if wrong {
                violations.push(format!(
                    "n{node}: {} {} to {} is {}: {reason}",
                    delivery.kind, delivery.activity, delivery.peer, delivery.state
                ));
            }
        }
    }
    violations
}

fn peer(text: &str) -> Option<NodeNo> {
    text.strip_prefix("http://n")?.strip_suffix(".sim")?.parse().ok()
}

/// Both sides' ledgers tell the same.
pub(super) fn ledgers(plan: &Plan, facts: &Facts, ended: &Ended) -> Vec<String> {
    let mut violations = Vec::new();
    let pairs = (0..plan.nodes).flat_map(|from| (0..plan.nodes).map(move |to| (from, to)));
    for (from, to) in
        pairs.filter(|(from, to)| plan.gives(*from, *to).is_some() && !facts.revoked(*from, *to))
    {
        let (Some(sender), Some(receiver)) = (ended.nodes.get(from), ended.nodes.get(to)) else {
            continue;
        };
        let (Ok(of), Ok(by)) = (origin(to), origin(from)) else {
            continue;
        };
        let rows = |rows: &[crate::house::Row], peer: &str, direction: &str, crossed: bool| -> Vec<String> {
            let those = rows
                .iter()
                .filter(|row| row.peer == peer && row.direction == direction);
            let those = those.filter(|row| row.reason.is_none() == crossed);
            those.map(|row| row.activity.clone()).collect()
        };
        let sent = rows(&sender.ledger, of.as_str(), "sent", true);
        let dropped: BTreeSet<String> = rows(&sender.ledger, of.as_str(), "sent", false)
            .into_iter()
            .collect();
        let received = rows(&receiver.ledger, by.as_str(), "received", true);
        for (who, list) in [(from, &sent), (to, &received)] {
            let mut seen = BTreeSet::new();
            for activity in list.iter().filter(|activity| !seen.insert(activity.as_str())) {
                violations.push(format!("the ledger of n{who} tells twice of {activity}"));
            }
        }
        let (sent, received): (BTreeSet<_>, BTreeSet<_>) =
            (sent.into_iter().collect(), received.into_iter().collect());
        for activity in sent.difference(&received) {
            violations.push(format!(
                "n{from} has sent {activity}, and n{to} does not say that it came"
            ));
        }
        for activity in received
            .difference(&sent)
            .filter(|activity| !dropped.contains(*activity))
        {
            violations.push(format!(
                "n{to} has {activity}, and n{from} does not say that it went"
            ));
        }
    }
    violations
}
