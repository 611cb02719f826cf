//! The client API as clients meet it: through the real router, on a real database.

mod accounts;
mod admin;
mod announcements;
mod contract;
mod conversations;
mod domain_blocks;
mod emojis;
mod featured;
pub(crate) mod files;
mod filters;
mod groups;
mod lists;
mod look;
mod notifications;
mod own;
mod pictures;
mod polls;
mod push;
mod quotes;
mod reports;
mod scheduled;
mod search;
mod stage;
mod statuses;
mod timelines;
