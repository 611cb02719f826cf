//! The socket by which commands reach a serving node: one request, one answer, a line of JSON each. Mode 0600 in the
//! data directory, so whoever can use it could read the database as well.

mod client;
mod server;

pub(crate) use client::ask;
pub(crate) use server::Server;

use crate::commands::Answer;
use serde::{Deserialize, Serialize};

/// The largest request or answer, in bytes.
const LARGEST: u64 = 64 << 20;

/// What the node answers.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Done(Answer),
    Failed(String),
}
