//! The protocol layer in a world that is made of a seed: several nodes in one process, with the product's own store,
//! use-cases and federation, on simulated time, network and disk. What is promised is checked against what was written
//! down beside them, by code that shares nothing with the product ([`verdict`]).
//!
//! `cargo xtask simulate` runs it; `docs/decisions/0017-simulation.md` says why it is as it is.

pub mod house;
pub mod journal;
pub mod net;
pub mod notes;
pub mod pinned;
pub mod plan;
pub mod rng;
pub mod story;
pub mod verdict;

use std::fmt;

/// Why a run could not be made. What it finds is no failure of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed(pub String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// Says what was being done when it failed.
pub(crate) fn failed<E: fmt::Debug>(what: &str) -> impl FnOnce(E) -> Failed + '_ {
    move |error| Failed(format!("{what}: {error:?}"))
}
