//! The use-cases of Entrenous and every rule of who may do what.
//!
//! A verb is a function `noun::verb(ctx, …)`. Doors (client API, federation inbox, command line) authenticate and
//! translate; the rule stands here once, for local and remote alike. Each verb that changes something is one store
//! transaction: rows, one event, and the deliveries it causes.

pub mod accounts;
pub mod announcements;
pub mod attachments;
pub mod audit;
pub mod blocks;
pub mod cache;
pub mod context;
pub mod conversations;
pub mod custom_emoji;
pub mod deliveries;
pub mod domain_blocks;
pub mod endorsements;
pub mod error;
pub mod filters;
pub mod follows;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod groups;
pub mod hashtags;
pub mod invites;
pub mod ledger;
pub mod lists;
pub mod look;
pub mod maintenance;
mod marks;
pub mod media;
pub mod notes;
pub mod notifications;
pub mod oauth;
pub mod outbox;
pub mod overview;
pub mod own_keys;
pub mod peers;
pub mod people;
pub mod pictures;
pub mod polls;
pub mod ports;
pub mod posts;
pub mod push;
pub mod quotes;
pub mod reports;
pub mod scheduled;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod suggestions;
pub mod text;
pub mod timelines;
pub mod trends;
pub mod uses;
pub mod vault;
pub mod via;
mod work;

pub use context::{Ctx, NodeSettings};
pub use error::{DomainError, Result};
pub use via::{Receipt, Via};
