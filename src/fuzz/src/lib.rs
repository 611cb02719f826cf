//! What is fuzzed: one target for each reader of what others send.
//!
//! A target is a function of bytes that panics if the reader does, or if something does not hold that must hold of whatever
//! comes: what is read and written is read again as the same, bounds are kept, nothing dangerous comes out, nobody speaks
//! for another. `cargo xtask fuzz` lets libFuzzer look for such bytes (the crate in `fuzz/` links each target with it); the
//! test of this crate runs every target on its seeds, so that none of them rots.
//!
//! Seeds are the recorded traffic of other software (`federation-tests/payloads`) and, where that has nothing, a few lines
//! written by hand.

mod corpus;
mod html;
mod input;
mod keys;
mod targets;

pub use corpus::{Corpus, Exchange};

/// One reader, or a few that read the same.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, also of its binary in `fuzz/`.
    pub name: &'static str,
    /// What is read.
    pub about: &'static str,
    /// Longest input, in bytes: the written limit of what is read, or 64 KiB if that is more.
    pub longest: usize,
    /// Reads one input.
    ///
    /// It panics when something does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn(&Corpus) -> Vec<Vec<u8>>,
    /// Words that are worth trying.
    pub words: &'static [&'static str],
}

/// The most that is tried at once, in bytes: documents may have 1 MiB, and what is found there is found here.
const LARGE: usize = 64 * 1024;

/// Every target, by name.
pub const TARGETS: &[Target] = &[
    targets::activity::TARGET,
    targets::actor::TARGET,
    targets::answer::TARGET,
    targets::contract::TARGET,
    targets::digest::TARGET,
    targets::file::TARGET,
    targets::headers::TARGET,
    targets::html::TARGET,
    targets::introduction::TARGET,
    targets::invitation::TARGET,
    targets::invitation_link::TARGET,
    targets::jcs::TARGET,
    targets::key::TARGET,
    targets::multipart::TARGET,
    targets::note::TARGET,
    targets::oauth::TARGET,
    targets::origin::TARGET,
    targets::params::TARGET,
    targets::proof::TARGET,
    targets::receipt::TARGET,
    targets::signature::TARGET,
    targets::signed::TARGET,
    targets::stream::TARGET,
    targets::text::TARGET,
    targets::webfinger::TARGET,
];

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Runs the target of that name; what the binaries in `fuzz/` do.
///
/// # Panics
/// Without such a target, or when something does not hold.
pub fn run(name: &str, data: &[u8]) {
    let found = target(name);
    assert!(found.is_some(), "there is no target {name}");
    if let Some(target) = found {
        (target.run)(data);
    }
}
