//! The use-cases, told as stories on both databases.
//!
//! `cfg(test)` is always set here; it tells clippy that the helpers beside the tests are tests as well.

#[cfg(test)]
mod completion;
#[cfg(test)]
mod custom_emoji;
#[cfg(test)]
mod domain_blocks;
#[cfg(test)]
mod featured;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod followers;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod look;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod people;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod push;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod vault;
