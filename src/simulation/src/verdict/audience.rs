//! Who is the audience of a post, by what is written in `docs/federation.md` and what people have done.

use crate::house::Person;
use crate::journal::NodeNo;
use crate::plan::Plan;
use crate::story::facts::{Facts, Follow, Post};
use entrenous_model::{PostScope, Visibility};
use std::time::Duration;

/// What is rendered may be under way for so long: 5 s for a connection, and the whole exchange 10 s.
const UNDER_WAY: Duration = Duration::from_secs(11);

fn follows_of(facts: &Facts, author: Person, node: NodeNo) -> impl Iterator<Item = &Follow> {
    let those = facts
        .follows
        .iter()
        .filter(move |((from, to), _)| *to == author && from.node == node);
    those.flat_map(|(_, all)| all)
}

/// Whether a post may be sent to a node at a moment.
pub(super) fn may_have(plan: &Plan, facts: &Facts, post: &Post, node: NodeNo, at: Duration) -> bool {
    let words = &post.words;
    let scope = plan.gives(words.author.node, node).unwrap_or(PostScope::None);
    if scope == PostScope::None {
        return false;
    }
    if words.mentions.iter().any(|person| person.node == node) {
        return true;
    }
    match words.visibility {
        // Nobody here makes a group.
        Visibility::Direct | Visibility::Group => false,
        Visibility::Public if scope == PostScope::Network => true,
        Visibility::Public | Visibility::Unlisted | Visibility::Private => {
            // That one has ended is news to the author's node: see [`nobody_since`].
            follows_of(facts, words.author, node).any(|follow| follow.asked.asked <= at)
        }
    }
}

/// Whether a post may be at a node at all, at whatever time it came.
pub(super) fn may_ever_have(plan: &Plan, facts: &Facts, post: &Post, node: NodeNo) -> bool {
    may_have(plan, facts, post, node, Duration::MAX)
}

/// Whether a post is for a node by people there who follow, and not for another reason.
pub(super) fn by_followers_alone(plan: &Plan, post: &Post, node: NodeNo) -> bool {
    let words = &post.words;
    // What is unlisted is queued for followers; who may see the network's posts may see it all the same.
    let network = matches!(words.visibility, Visibility::Public | Visibility::Unlisted)
        && plan.gives(words.author.node, node) == Some(PostScope::Network);
    !network && !words.mentions.iter().any(|person| person.node == node)
}

/// Since when nobody at a node follows an author any more, as the author's node was told: `heard` says when it took the
/// last word of it.
pub(super) fn nobody_since(
    facts: &Facts,
    author: Person,
    node: NodeNo,
    heard: impl Fn(Person) -> Option<Duration>,
) -> Option<Duration> {
    let mut since = Duration::ZERO;
    let those = facts
        .follows
        .iter()
        .filter(|((from, to), _)| *to == author && from.node == node);
    for ((from, _), all) in those {
        if all.iter().any(|follow| follow.ended.is_none()) {
            return None;
        }
        since = since.max(heard(*from)?);
    }
    Some(since + UNDER_WAY)
}

/// Whether an acknowledged post must be at a node in the end.
pub(super) fn must_have(plan: &Plan, facts: &Facts, post: &Post, node: NodeNo) -> bool {
    let words = &post.words;
    let (home, asked) = (words.author.node, post.written.asked);
    let Some(told) = post.written.told else {
        return false;
    };
    let scope = plan.gives(home, node).unwrap_or(PostScope::None);
    if scope == PostScope::None || facts.revoked(home, node) || facts.maybe_away(home, node, asked, told) {
        return false;
    }
    if words.mentions.iter().any(|person| person.node == node) {
        return true;
    }
    let followed = follows_of(facts, words.author, node).any(|follow| {
        let before = follow.accepted.is_some_and(|accepted| accepted <= asked);
        before && follow.ended.is_none()
    });
    match words.visibility {
        // Nobody here makes a group.
        Visibility::Direct | Visibility::Group => false,
        Visibility::Public if scope == PostScope::Network => true,
        Visibility::Public | Visibility::Unlisted | Visibility::Private => followed,
    }
}
