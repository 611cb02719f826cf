//! Kills a node for as long as one likes. Started by `cargo xtask soak`, which says what the options mean.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test harness fails by panicking, and tells what it found"
)]

use federation_tests::kill::{self, Plan};
use federation_tests::{Database, Rng};
use std::process::ExitCode;
use std::time::Duration;

/// `KILLS MINUTES SEED READY_MILLISECONDS DATABASE…`; a seed of 0 is any.
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
    let ready = Duration::from_millis(number("READY_MILLISECONDS"));
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
        };
        println!("{database}: {kills} kills from seed {seed}");
        let report = kill::run(on, &plan).await;
        let in_time = [&report.sender, &report.receiver]
            .iter()
            .all(|kills| kills.worst() <= ready);
        good &= report.is_whole() && in_time;
        println!("{database}: {report}");
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
