//! Kills a node for as long as one likes. Started by `cargo xtask soak`, which says what the options mean.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test harness fails by panicking, and tells what it found"
)]

use federation_tests::kill::{self, Plan};
use federation_tests::{Database, Rng};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// After so many kills, one is told how far it is.
const STEP: u32 = 20;

/// `KILLS MINUTES SEED DATABASE…`; a seed of 0 is any.
#[tokio::main]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut number = |what: &str| -> u64 {
        let word = words.next().unwrap_or_default();
        word.parse()
            .unwrap_or_else(|_| panic!("{what} is no number: {word:?}"))
    };
    let kills = u32::try_from(number("KILLS")).unwrap_or(u32::MAX);
    let minutes = number("MINUTES");
    let seed = match number("SEED") {
        0 => Rng::any_seed(),
        seed => seed,
    };
    let mut good = true;
    for database in words {
        let on = match database.as_str() {
            "sqlite" => Database::Sqlite,
            "postgres" => Database::Postgres,
            other => panic!("no database is called {other:?}"),
        };
        let plan = Plan {
            kills,
            seed,
            longest: Duration::from_secs(2),
            at_most: Duration::from_secs(minutes.saturating_mul(60)),
            progress: |kills| {
                if kills % STEP == 0 {
                    println!("  {kills} kills");
                }
            },
        };
        println!("{database}: {kills} kills from seed {seed}, the sender and the receiver in turn");
        let begun = Instant::now();
        let report = kill::run(on, &plan).await;
        let verdict = if report.is_good() { "good" } else { "NOT GOOD" };
        good &= report.is_good();
        let minutes = begun.elapsed().as_secs() / 60;
        println!("{database}: {verdict} after {minutes} minutes: {report}");
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
