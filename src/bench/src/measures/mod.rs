//! The measures, one file each.

pub mod backlog;
pub mod catch_up;
pub mod delivery;
pub mod fanout;
pub mod growth;
pub mod home;
pub mod inbox;
pub mod isolation;
pub mod post;
pub mod search;
pub mod start;
pub mod streams;

use crate::figure::Figure;
use crate::manifest::Manifest;
use crate::node::Place;

/// What a measure works with.
pub struct Bench {
    /// The data set.
    pub manifest: Manifest,
    /// The node on it.
    pub place: Place,
    /// How much is done.
    pub effort: Effort,
    /// Microseconds that the bare web framework takes for a page of 40 KiB; not a number if it was not measured.
    pub hello: f64,
}

impl Bench {
    /// Whether the node is on SQLite.
    #[must_use]
    pub const fn sqlite(&self) -> bool {
        self.place.postgres.is_empty()
    }
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds of each measure.
    pub rounds: usize,
    /// Of a count meant for the full run, so many per cent.
    pub percent: usize,
    /// People whose home timelines are read in turn.
    pub readers: usize,
    /// Connections that read.
    pub connections: usize,
}

impl Effort {
    /// A count of the full run, or its share; never under ten.
    #[must_use]
    pub fn of(self, count: usize) -> usize {
        (count * self.percent / 100).max(10)
    }
}

/// One measure of the report.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What exactly was done.
    pub method: String,
    /// What came out.
    pub figures: Vec<Figure>,
}

/// Microseconds in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "a few minutes at most")]
fn millis(micros: u64) -> f64 {
    micros as f64 / 1e3
}
