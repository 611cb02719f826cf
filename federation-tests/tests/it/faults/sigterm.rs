//! A node that is told to stop answers what it has taken.

use super::load::{Load, assert_kept, posts_of};
use federation_tests::{Database, Node, Rng};
use std::time::Duration;

crate::on_both!(sigterm_under_load_fails_no_request);

const TIMES: usize = 20;

async fn sigterm_under_load_fails_no_request(on: Database) {
    let mut rng = Rng::new(Rng::any_seed());
    let mut node = Node::start("Lyon", on).await;
    let alice = node.person("alice").await;
    let mut told = Vec::new();
    let mut slowest = Duration::ZERO;
    for time in 0..TIMES {
        let load = Load::start(&alice, 8, &format!("t{time}"));
        // The moment is what chance decides here.
        tokio::time::sleep(Duration::from_millis(rng.below(300))).await;
        let (took, well) = node.terminate().await;
        assert!(well, "it did not end well");
        assert!(took < Duration::from_secs(10), "it took {took:?} to end");
        slowest = slowest.max(took);
        told.extend(load.stop().await);
        node.serve().await;
    }
    let answered = told.iter().filter(|one| one.answer.is_some()).count();
    println!("{on:?}: {TIMES} times, {answered} posts, the slowest end after {slowest:?}");
    for one in told.iter().filter(|one| one.answer.is_some()) {
        assert_eq!(one.status(), 200, "{one:?}");
    }
    // A request that was not answered was not taken either: the connection was refused, or closed before it came.
    assert_kept(&posts_of(&alice).await, &told, |_| true);
}
