//! Seeds that have found something: they run before all others.

/// A seed, and what it found.
pub const SEEDS: &[(u64, &str)] = &[
    (
        2,
        "a delivery under way to a peer that is suspended was dropped, not kept",
    ),
    (3, "edits of what a suspended peer has never reached it"),
    (4, "nodes that were never given a post heard of its deletion"),
    (50, "the ledger did not durably tell of a peer's new keys"),
    (57, "an `Update` of an instance that came twice was taken twice"),
];
