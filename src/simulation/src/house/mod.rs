//! The nodes of a run: the product's code on simulated time, network and disk.

mod alive;
mod life;
mod lookup;
mod pace;
mod pool;
mod ports;
mod sight;

pub use alive::Alive;
pub use life::{Birth, Life, origin};
pub use pool::{Person, Pool, handle, person_uri};
pub(crate) use pool::{everyone, file, temporary};
pub use ports::Watch;
pub use sight::{Delivery, Row, Seen, Sight};

/// The most nodes of a run.
pub const MOST_NODES: usize = 5;
/// People of each node.
pub const PEOPLE: usize = 2;
