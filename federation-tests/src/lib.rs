//! Real nodes on real sockets: the binary as it is shipped, started by its command line, spoken to over HTTP.
//!
//! Every test starts its own nodes on free ports of the loopback interface, each with a data directory of its own,
//! on SQLite and on PostgreSQL.

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test harness fails by panicking, and tells what the nodes said"
)]

pub mod client;
pub mod contents;
pub mod database;
pub mod kill;
pub mod mock;
pub mod native;
pub mod node;
pub mod picture;
pub mod proxy;
pub mod push_service;
pub mod raw;
pub mod rng;
pub mod server;
pub mod wait;
pub mod witness;

pub use client::{Answer, Client};
pub use database::Database;
pub use mock::MockPeer;
pub use native::NativePeer;
pub use node::Node;
pub use proxy::Proxy;
pub use rng::Rng;
pub use server::Server;
pub use wait::eventually;
pub use witness::Contacts;
