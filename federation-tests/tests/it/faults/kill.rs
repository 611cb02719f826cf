//! Twenty kills on each database; `cargo xtask soak` runs the same for hours.

use federation_tests::kill::{self, Plan};
use federation_tests::{Database, Rng};
use std::time::Duration;

crate::on_both!(killed_at_any_moment_nothing_is_lost_or_doubled);

/// Two seconds are the goal. The node under test is a debug build and shares two cores with the other tests.
const READY: Duration = Duration::from_secs(6);

async fn killed_at_any_moment_nothing_is_lost_or_doubled(on: Database) {
    let plan = Plan {
        kills: 20,
        seed: Rng::any_seed(),
        longest: Duration::from_millis(1_200),
        at_most: Duration::from_secs(300),
    };
    println!("{on:?}: ENTRENOUS_TEST_SEED={}", plan.seed);
    let report = kill::run(on, &plan).await;
    println!("{on:?}: {report}");
    assert!(report.lost.is_empty() && report.doubled.is_empty(), "{report}");
    assert!(report.worst_ready < READY, "{report}");
    assert!(report.acknowledged > 100 && report.received > 20, "{report}");
}
