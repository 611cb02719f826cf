//! Web Push: messages that only one browser can read (RFC 8291), and the word of who sends them (RFC 8292).

mod message;
mod vapid;

pub use message::{MOST, encrypt};
pub use vapid::VapidKey;

/// Why nothing can be sent. Neither `Display` nor `Debug` says anything of keys or content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The browser's keys, or a stored private key, are none.
    #[error("a key cannot be used")]
    Key,
    /// The message is longer than [`MOST`].
    #[error("the message is too long")]
    TooLong,
    /// The library refused, or the system's random source failed.
    #[error("cryptography failed")]
    Failed,
}
