//! What may be on the wire.

use super::audience;
use crate::house::{Person, everyone, person_uri};
use crate::journal::{Journal, Message, Micros, NodeNo, What};
use crate::plan::Plan;
use crate::story::facts::{Facts, Post};
use entrenous_model::{PostScope, Visibility};
use std::collections::BTreeMap;
use std::time::Duration;

/// A request that is under way when an administrator halts a peer is broken off within a second; what is being written
/// then is written first.
const BREAKING_OFF: Duration = Duration::from_millis(2_500);
/// Where instances tell each other of the connection itself, also when it has ended.
const NOTICE: &str = "POST /invitations/notice";

struct Wire<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    /// When a node took the last word that a person there follows one of its people no more.
    unfollowed: BTreeMap<(Person, Person), Micros>,
    /// When a node took the word of another that it is over.
    over: BTreeMap<(NodeNo, NodeNo), Micros>,
    /// What was asked last on each connection.
    asked: BTreeMap<u64, &'a Message>,
    posts: BTreeMap<String, &'a Post>,
    violations: Vec<String>,
}

/// Everything that was sent to somebody who should not have had it.
pub(super) fn check(plan: &Plan, facts: &Facts, journal: &Journal) -> Vec<String> {
    let uri = |post: &Post| {
        post.id
            .map(|id| crate::story::post_uri(post.words.author.node, id))
    };
    let mut wire = Wire {
        plan,
        facts,
        unfollowed: BTreeMap::new(),
        over: BTreeMap::new(),
        asked: BTreeMap::new(),
        posts: facts
            .posts
            .values()
            .filter_map(|post| Some((uri(post)?, post)))
            .collect(),
        violations: Vec::new(),
    };
    for entry in journal.entries() {
        let found = wire.violations.len();
        match &entry.what {
            What::Sent(message) => wire.sent(entry.at, message),
            What::Dialled { from, to, .. } => wire.dialled(*from, *to),
            What::Told(_) => {}
        }
        if wire.violations.len() > found {
            let shown = entry.to_string();
            for violation in wire.violations.iter_mut().skip(found) {
                *violation = format!("{violation}: {}", shown.trim_start());
            }
        }
    }
    wire.violations
}

impl<'a> Wire<'a> {
    fn add(&mut self, what: String) {
        self.violations.push(what);
    }

    fn dialled(&mut self, from: NodeNo, to: Option<NodeNo>) {
        if to.is_none_or(|to| self.plan.gives(from, to).is_none()) {
            self.add(format!("n{from} has reached for who is no peer"));
        }
    }

    fn sent(&mut self, at: Micros, message: &'a Message) {
        let moment = Duration::from_micros(at);
        let (from, to) = (message.from, message.to);
        if message.answer {
            self.heard(at, message);
        } else {
            self.asked.insert(message.line, message);
            // What the network repeats was sent by nobody.
            if message.repeated {
                return;
            }
            self.may_speak(at, message);
        }
        let content = message.marks.iter().map(|mark| mark.post);
        let named = message.activity.as_ref().filter(|activity| {
            ["Create", "Update", "Delete"]
                .iter()
                .any(|kind| activity.kind.starts_with(kind))
        });
        let named = named
            .and_then(|activity| self.posts.get(&activity.object))
            .map(|post| post.words.number);
        let mut about: Vec<usize> = content.chain(named).collect();
        about.dedup();
        for number in about {
            let Some(post) = self.facts.posts.get(&number) else {
                continue;
            };
            if post.words.author.node != from {
                self.add(format!(
                    "n{from} tells n{to} of post {number}, which is not of its people"
                ));
            } else if !self.may_have(post, message, moment) {
                self.add(format!("n{to} is not in the audience of post {number}"));
            }
        }
    }

    fn may_have(&self, post: &Post, message: &Message, at: Duration) -> bool {
        let node = message.to;
        // Who asks for it by its name may see what is unlisted, if they may see the network's posts.
        let asked_for = message.answer
            && post.words.visibility == Visibility::Unlisted
            && self.plan.gives(message.from, node) == Some(PostScope::Network);
        if asked_for {
            return true;
        }
        if !audience::may_have(self.plan, self.facts, post, node, at) {
            return false;
        }
        // What is taken back goes to everyone who has it.
        let back = message
            .activity
            .as_ref()
            .is_some_and(|activity| activity.kind.starts_with("Delete"));
        if back || !audience::by_followers_alone(self.plan, post, node) {
            return true;
        }
        let author = post.words.author;
        let heard = |person| {
            self.unfollowed
                .get(&(person, author))
                .copied()
                .map(Duration::from_micros)
        };
        audience::nobody_since(self.facts, author, node, heard).is_none_or(|since| at <= since)
    }

    /// Whether a node may say anything to another.
    fn may_speak(&mut self, at: Micros, message: &Message) {
        let (from, to, moment) = (message.from, message.to, Duration::from_micros(at));
        if self.plan.gives(from, to).is_none() {
            self.add(format!("n{from} speaks to who is no peer"));
            return;
        }
        if message.head == NOTICE {
            return;
        }
        let away = self.facts.away(from, to, moment);
        if away.is_some_and(|since| moment > since + BREAKING_OFF) {
            self.add(format!("n{from} speaks to a peer that it has halted"));
        }
        let over = self.over.get(&(from, to)).map(|at| Duration::from_micros(*at));
        if over.is_some_and(|since| moment > since + BREAKING_OFF) {
            self.add(format!("n{from} speaks to a peer that has ended it"));
        }
    }

    /// What a node knows by what it has taken.
    fn heard(&mut self, at: Micros, answer: &Message) {
        let Some(asked) = self.asked.get(&answer.line) else {
            return;
        };
        let (by, of) = (answer.from, answer.to);
        let taken = matches!(answer.head.as_str(), "200" | "202");
        let Some(activity) = asked.activity.as_ref().filter(|_| taken) else {
            return;
        };
        if asked.head == NOTICE && activity.kind.starts_with("Undo") {
            self.over.entry((by, of)).or_insert(at);
        }
        if activity.kind == "Undo Follow" {
            let author = everyone().filter(|person| person.node == by);
            let follower = everyone().find(|person| person_uri(*person) == activity.actor);
            if let Some(follower) = follower {
                // Whose it was stands in what is undone: all of theirs there count, which is the milder reading.
                for author in author {
                    let known = self.facts.follows.get(&(follower, author));
                    if known.is_some_and(|all| all.iter().any(|one| one.ended.is_some())) {
                        self.unfollowed.insert((follower, author), at);
                    }
                }
            }
        }
    }
}
