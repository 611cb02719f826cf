//! What becomes of deliveries when a peer does not take them.

mod circuit;
mod scene;
mod silence;
