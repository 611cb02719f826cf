//! Entrenous: what two nodes exchange, as bytes.
//!
//! Keys, digests, HTTP signatures (RFC 9421 and draft-cavage-12), JSON canonicalisation (RFC 8785),
//! object proofs (FEP-8b32), and what push services are sent (RFC 8291, RFC 8292). Everything here is a pure function: no socket, no clock, no store. The time and
//! the node's own origin are arguments, so that recorded requests of other software can be verified in tests.
//!
//! The order in which a receiver uses it is the order of `docs/ARCHITECTURE.md`:
//! [`signature::parse`] gives the key's origin before any look-up; the gate decides about that origin; then
//! [`signature::Parsed::check_freshness`], the key, and [`signature::Parsed::verify`].

pub mod digest;
pub mod jcs;
pub mod keys;
pub mod origin;
pub mod proof;
pub mod push;
pub mod signature;

pub use origin::Origin;
