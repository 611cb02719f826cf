//! Files of posts, from their upload or the first look at a peer's to the end of their bytes.

mod capability;
mod fetched;
mod own;
mod sweep;
mod upload;

pub use capability::{Given, path, path_for_peers, preview_path, preview_path_for_peers};
pub use fetched::{
    Wanted, WantedPoster, arrived, by_peer, failed, poster_arrived, poster_by_peer, poster_failed,
    posters_wanted, wanted,
};
pub use own::{Change, change, own, own_of, remove};
pub use sweep::{expire, sweep};
pub use upload::upload;

pub(crate) use capability::open;
pub(crate) use fetched::REST;
pub(crate) use sweep::unnamed;
pub(crate) use upload::checked;

use entrenous_model::Focus;

/// Longest description, in characters.
pub const DESCRIPTION: usize = 1_500;
/// Most files of one post of this node.
pub const PER_POST: usize = 4;
/// Most files of a person that wait to be posted.
const WAITING: i64 = 60;

/// A point inside the picture, whatever was said.
#[must_use]
pub fn focus(x: f64, y: f64) -> Focus {
    let inside = |at: f64| if at.is_finite() { at.clamp(-1.0, 1.0) } else { 0.0 };
    Focus {
        x: inside(x),
        y: inside(y),
    }
}

/// A description without control characters that no keyboard makes.
fn described(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect::<String>()
        .trim()
        .to_owned()
}
