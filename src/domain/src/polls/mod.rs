//! Polls: made and edited with their posts, voted in, ended.
//!
//! A poll belongs to its author's node: votes are counted there, and everyone else is told the counts.

mod change;
mod draft;
mod due;
mod vote;

pub(crate) use change::{Change, apply, begin, without_files};
pub(crate) use draft::prepare;
pub use draft::{End, NewPoll, Told};
pub use due::{next_at, settle};
pub(crate) use vote::recounted;
pub use vote::{received, vote};

/// Most options of a poll of this node.
pub const MAX_OPTIONS: usize = 8;
/// Most characters of an option.
pub const MAX_OPTION_CHARS: usize = 100;
/// Shortest time until the end, in seconds.
pub const MIN_EXPIRATION: i64 = 300;
/// Longest time until the end, in seconds: a month, as in the Mastodon API.
pub const MAX_EXPIRATION: i64 = 2_629_746;
