//! The store from outside, on both databases.
//!
//! `cfg(test)` is always set here; it tells clippy that the helpers beside the tests are tests as well.

#[cfg(test)]
mod chores;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod files;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod schema;
