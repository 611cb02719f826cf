//! The client API as clients meet it: through the real router, on a real database.

mod accounts;
mod admin;
mod files;
mod lists;
mod look;
mod notifications;
mod own;
mod pictures;
mod polls;
mod search;
mod stage;
mod statuses;
mod timelines;
