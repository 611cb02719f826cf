//! What the fuzz targets (`src/fuzz`) reach of readers that are private here. It is no interface, and nothing of the node
//! uses it.

pub use crate::oauth::fuzzing::{is_challenge, redirect_uri, website};
