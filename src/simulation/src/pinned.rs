//! Seeds that have found something: they run before all others.

/// A seed, and what it found.
pub const SEEDS: &[(u64, &str)] = &[];
