//! Tests with real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod bounds;
mod configuration;
mod permits;
mod policy;
mod support;
mod tls;
