//! The bench: a seeded data set, a load, and figures with the goals of the design beside them.
//!
//! It measures the release binary from outside, as a client and as peers, and takes its processor time from `/proc`.
//! `docs/BENCHMARKS.md` is its result, and says what each measure does.

// Nothing in Rust calls these two crates; they are named so that their bundled C libraries are linked.
use libsqlite3_sys as _;
use pq_sys as _;

pub mod ceilings;
pub mod clock;
pub mod db;
pub mod figure;
pub mod hex;
pub mod http;
pub mod load;
pub mod manifest;
pub mod measures;
pub mod node;
pub mod peers;
pub mod report;
pub mod rng;
pub mod seed;
pub mod sign;
pub mod stats;
pub mod suite;

use std::io::Write as _;

/// What everything answers. A bench that cannot go on says why and ends.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Tells whoever waits.
pub fn say(text: &str) {
    // A closed pipe is no reason to stop measuring.
    drop(writeln!(std::io::stdout(), "{text}"));
}
