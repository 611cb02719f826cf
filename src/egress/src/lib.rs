//! Entrenous: the one way out.
//!
//! Everything that leaves the node goes through [`Egress`]. A request needs a [`Permit`] that names the exact
//! origin it may go to; the address is resolved and checked in the step that connects to it; no redirect,
//! proxy, cookie or compression is ever followed or used; every answer has a size and a time it may take.

mod address;
mod client;
mod config;
mod connect;
mod dial;
mod error;
mod media_type;
mod origin;
mod permit;
mod read;
mod resolve;
mod rules;
mod stream;
mod tls;

pub use address::{Class, classify};
pub use client::{Egress, Response};
pub use config::{AllowRule, ConfigError, EgressConfig, Limits, OriginPattern};
pub use dial::{Dial, Dialled, Duplex, TcpDial};
pub use error::EgressError;
pub use media_type::{is_activity_json, is_jrd_json, is_json};
pub use permit::{Permit, PermitKind};
pub use resolve::{Addresses, Resolver, SystemResolver};
