//! People and posts of peers, fetched and taken in.
//!
//! Only from active peers, only what has the peer's own origin, and only as much as a [`Budget`](crate::client::Budget)
//! allows. What is fetched goes through the same domain verbs as what is delivered. Files, pictures and emoji come in the
//! background, where each peer has turns of its own (`turns`).

mod actor;
mod emojis;
mod files;
mod note;
mod pictures;
mod question;
mod quote;
mod replies;
mod turns;

pub use emojis::EmojiFetches;
pub(crate) use files::Fetches;
pub use pictures::Pictures;
pub(crate) use replies::Asked;
