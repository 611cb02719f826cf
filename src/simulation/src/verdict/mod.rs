//! Whether a run has kept what is promised. What should have happened is worked out here, from what people did and were
//! told: nothing of the product is asked.

mod audience;
mod left;
mod wire;

use crate::house::{Delivery, Row, Seen};
use crate::journal::Journal;
use crate::plan::Plan;
use crate::story::facts::Facts;

/// What is there when a run has ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// By node.
    pub nodes: Vec<Left>,
    /// Ledgers that do not verify.
    pub torn: Vec<String>,
}

/// What a node has.
#[derive(Debug)]
pub struct Left {
    /// Posts.
    pub posts: Vec<Seen>,
    /// The activities that it has taken, in the order in which it did.
    pub received: Vec<String>,
    /// Deliveries, in their order.
    pub deliveries: Vec<Delivery>,
    /// What its ledgers tell of activities.
    pub ledger: Vec<Row>,
}

/// What was promised and not kept.
#[must_use]
pub fn of(plan: &Plan, facts: &Facts, journal: &Journal, ended: &Ended) -> Vec<String> {
    let mut violations = wire::check(plan, facts, journal);
    violations.extend(left::posts(plan, facts, ended));
    violations.extend(left::order(facts, journal, ended));
    violations.extend(left::queues(facts, ended));
    violations.extend(left::ledgers(plan, facts, ended));
    violations.extend(
        ended
            .torn
            .iter()
            .map(|torn| format!("a ledger is not whole: {torn}")),
    );
    violations
}

/// How many copies of posts had to be at nodes in the end.
#[must_use]
pub fn owed(plan: &Plan, facts: &Facts) -> usize {
    let nodes = |post| (0..plan.nodes).filter(move |node| audience::must_have(plan, facts, post, *node));
    facts.posts.values().map(|post| nodes(post).count()).sum()
}
