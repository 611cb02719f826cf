//! All SQL of Entrenous, on SQLite and PostgreSQL.
//!
//! One way in: [`Store::read`] runs a closure on a reader thread, [`Store::write`] runs one in a transaction.
//! Both get a [`Conn`], which is either database; queries are written once, in the modules named after the
//! things they keep. What diesel's derived connection cannot do (upserts, batch inserts, unions) is written
//! once as well, inside `both!`.

// Nothing in Rust calls these two crates; they are named so that their bundled C libraries are linked.
use libsqlite3_sys as _;
use pq_sys as _;

#[macro_use]
mod macros;

mod among;
pub mod announcements;
mod config;
mod connection;
pub mod emojis;
mod engine;
mod error;
mod ids;
pub mod introductions;
pub mod invites;
pub mod keys;
mod list_feed;
pub mod look;
pub mod media;
pub mod members;
mod migrate;
pub mod notes;
pub mod pictures;
pub mod reactions;
pub mod relationships;
pub(crate) mod schema;
pub mod sealed;
pub mod sessions;
pub mod tag_use;
mod time;
pub mod tokens;
pub mod trends;

pub mod accounts;
pub mod apps;
pub mod attachments;
pub mod audit;
pub mod by_uri;
pub mod codes;
pub mod deliveries;
pub mod ledger;
pub mod maintenance;
pub mod node_keys;
pub mod node_secrets;
pub mod peer_invites;
pub mod peer_view;
pub mod peers;
pub mod proposals;
pub mod purges;
pub mod received;

pub mod blocks;
pub mod conversations;
pub mod domain_blocks;
pub mod endorsements;
pub mod favourites;
pub mod featured_tags;
pub mod feed;
pub mod filters;
pub mod followed_tags;
pub mod follower_sets;
pub mod follows;
pub mod groups;
pub mod lists;
pub mod notifications;
pub mod overview;
mod page;
pub mod person;
pub mod polls;
pub mod posts;
pub mod push;
pub mod reports;
pub mod scheduled;
pub mod search;
mod sql;
pub mod suggestions;
pub mod timelines;
pub mod visible;
pub mod words;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use config::{Backend, StoreConfig};
pub use connection::{Conn, MultiBackend};
#[cfg(feature = "inline")]
pub use engine::{Moment, Pace, Pause};
pub use engine::{Store, Tx};
pub use error::StoreError;
pub use time::{Clock, from_db, to_db};
