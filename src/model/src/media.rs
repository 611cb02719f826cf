//! Files: pictures of profiles so far.

use crate::{AccountId, MediaId, Time};

/// A stored file. The bytes are in the file store under their SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Local id.
    pub id: MediaId,
    /// Whose it is.
    pub account: AccountId,
    /// SHA-256 of the bytes, hexadecimal: its name in the file store.
    pub hash: String,
    /// Sniffed type.
    pub content_type: String,
    /// Length in bytes.
    pub size: i64,
    /// Where it came from, for a file of a peer.
    pub remote_url: Option<String>,
    /// Its description, plain text.
    pub description: String,
    /// Part of the capability; a change makes every earlier URL a 404.
    pub epoch: i64,
    /// When it was stored.
    pub created_at: Time,
}
