//! What people and administrators have done, and what they were told: all that a verdict goes by.

use crate::house::Person;
use crate::journal::NodeNo;
use crate::plan::Words;
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that was done.
#[derive(Debug, Default)]
pub struct Facts {
    /// Posts by their number.
    pub posts: BTreeMap<usize, Post>,
    /// Follows, by who follows whom.
    pub follows: BTreeMap<(Person, Person), Vec<Follow>>,
    /// What a node's administrator did about another, in order.
    pub ties: BTreeMap<(NodeNo, NodeNo), Vec<Turn>>,
    /// How often a node was killed.
    pub crashes: usize,
}

/// Something somebody wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// When they asked for it; later than that it may hold.
    pub asked: Duration,
    /// When their node said yes; from then on it holds.
    pub told: Option<Duration>,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    /// As it was written: with the visibility that an answer takes from what it answers, and without an answer's post if
    /// its author did not have that.
    pub words: Words,
    /// When.
    pub written: Wish,
    /// Its number at its node, once that has said it.
    pub id: Option<i64>,
    /// Its edits, from version 1.
    pub edits: Vec<Wish>,
    /// Whether it was to be deleted.
    pub deleted: Option<Wish>,
}

/// A follow.
#[derive(Debug, Clone, Copy)]
pub struct Follow {
    /// When.
    pub asked: Wish,
    /// When it was first seen that it is accepted, at the follower's node.
    pub accepted: Option<Duration>,
    /// When the follower wanted no more of it.
    pub ended: Option<Wish>,
}

/// What an administrator did.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// What.
    pub kind: TurnKind,
    /// When.
    pub wish: Wish,
}

/// What an administrator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnKind {
    /// Nothing crosses for a while.
    Suspend,
    /// It does again.
    Resume,
    /// Never again.
    Revoke,
}

impl Facts {
    /// Whether either of two nodes has ended it with the other, or wanted to.
    #[must_use]
    pub fn revoked(&self, one: NodeNo, other: NodeNo) -> bool {
        let turns = [(one, other), (other, one)]
            .into_iter()
            .filter_map(|pair| self.ties.get(&pair));
        turns.flatten().any(|turn| turn.kind == TurnKind::Revoke)
    }

    /// Since when a node certainly has nothing to do with another at that moment, by its own administrator.
    #[must_use]
    pub fn away(&self, node: NodeNo, from: NodeNo, at: Duration) -> Option<Duration> {
        let mut away = None;
        for turn in self.ties.get(&(node, from)).into_iter().flatten() {
            match turn.kind {
                TurnKind::Resume if turn.wish.asked <= at => away = None,
                TurnKind::Suspend | TurnKind::Revoke => {
                    if let Some(told) = turn.wish.told.filter(|told| *told <= at) {
                        away = away.or(Some(told));
                    }
                }
                TurnKind::Resume => {}
            }
        }
        away
    }

    /// Whether a node may have had nothing to do with another at any moment of a time.
    #[must_use]
    pub fn maybe_away(&self, node: NodeNo, from: NodeNo, begin: Duration, end: Duration) -> bool {
        let mut since = None;
        for turn in self.ties.get(&(node, from)).into_iter().flatten() {
            match (turn.kind, since) {
                (TurnKind::Suspend | TurnKind::Revoke, None) => since = Some(turn.wish.asked),
                (TurnKind::Resume, Some(from)) => {
                    if let Some(told) = turn.wish.told {
                        if from <= end && told >= begin {
                            return true;
                        }
                        since = None;
                    }
                }
                _ => {}
            }
        }
        since.is_some_and(|from| from <= end)
    }

    /// The first post of a conversation.
    #[must_use]
    pub fn root(&self, mut post: usize) -> usize {
        while let Some(before) = self.posts.get(&post).and_then(|post| post.words.answers) {
            post = before;
        }
        post
    }
}
