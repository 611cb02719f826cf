//! Kills on each database, of the sending and of the receiving node; `cargo xtask soak` runs the same for hours.

use federation_tests::kill::{self, Plan};
use federation_tests::{Database, Rng};
use std::time::Duration;

crate::on_both!(killed_at_any_moment_nothing_is_lost_or_doubled);

async fn killed_at_any_moment_nothing_is_lost_or_doubled(on: Database) {
    let plan = Plan {
        kills: 24,
        seed: Rng::any_seed(),
        longest: Duration::from_millis(1_200),
        at_most: Duration::from_secs(300),
        progress: |_| {},
    };
    println!("{on:?}: ENTRENOUS_TEST_SEED={}", plan.seed);
    let report = kill::run(on, &plan).await;
    println!("{on:?}: {report}");
    assert!(report.is_good(), "{report}");
    for kills in [&report.sender, &report.receiver] {
        assert!(kills.under_delivery > 0, "{report}");
    }
    assert!(report.written.count > 100 && report.taken.count > 20, "{report}");
}
