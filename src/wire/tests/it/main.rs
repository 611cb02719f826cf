//! Tests of the crate through its public interface.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests may panic and print as tests may"
)]

mod cavage;
mod corpus;
mod keys;
mod proofs;
mod requests;
mod rfc9421;
mod robust;
mod signing;
mod support;
mod vectors;
