//! The client API through its real router, on a fresh database per test.
//!
//! `cfg(test)` is always set here; it tells clippy that the helpers beside the tests are tests as well.

#[cfg(test)]
mod client;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod instance;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod streaming;
#[cfg(test)]
mod web;
