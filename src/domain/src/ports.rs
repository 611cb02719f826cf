//! What the use-cases need from the outside world. Implemented in `node` and `federation`; tests bring their own.

use crate::{DomainError, Result};
use async_trait::async_trait;
use entrenous_model::{AccountId, PostId, Time};
use std::sync::Arc;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Time;
}

/// Fills buffers with randomness fit for keys and tokens.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `buffer`.
    fn fill(&self, buffer: &mut [u8]);
}

/// Finds people and posts on trusted peers, with signed requests. Unknown hosts are never contacted.
#[async_trait]
pub trait RemoteLookup: Send + Sync + 'static {
    /// The person `name@authority`: known already, or fetched from that peer. `None` if the authority is no active
    /// peer, its contract does not let people be found, or there is no such person.
    async fn account_by_handle(&self, username: &str, authority: &str) -> Result<Option<AccountId>>;
    /// The person with that ActivityPub id or page URL. `None` as above.
    async fn account_by_uri(&self, uri: &str) -> Result<Option<AccountId>>;
    /// The post with that ActivityPub id or page URL. `None` as above.
    async fn post_by_uri(&self, uri: &str) -> Result<Option<PostId>>;
    /// Someone looks at a peer's post whose files are not all here: they are fetched in the background, if that may be
    /// tried again by now.
    fn files_wanted(&self, _post: PostId) {}
    /// Those of these posts whose nodes may be asked by now what was answered there. They count as asked.
    fn replies_due(&self, _posts: &[PostId]) -> Vec<PostId> {
        Vec::new()
    }
    /// Asks the nodes of these posts for replies that are not here, as far as they let this node see them. How many came.
    async fn replies(&self, _posts: Vec<PostId>) -> Result<usize> {
        Ok(0)
    }
}

/// Keeps files by the SHA-256 of their bytes.
#[async_trait]
pub trait FileStore: Send + Sync + 'static {
    /// Stores `bytes` durably under `hash` (64 hexadecimal digits). Storing twice is no error.
    async fn put(&self, hash: &str, bytes: Vec<u8>) -> Result<()>;
    /// Opens a file to be read, if it is there. Nothing of it is read yet.
    async fn open(&self, hash: &str) -> Result<Option<Box<dyn StoredFile>>>;
    /// Removes a file. Removing what is not there is no error.
    async fn remove(&self, hash: &str) -> Result<()>;
}

/// A file that is open. It can be read to its end although it is removed meanwhile, and is closed when it is dropped.
#[async_trait]
pub trait StoredFile: Send + Sync + 'static {
    /// Its length in bytes.
    fn size(&self) -> u64;
    /// `length` bytes from `start`, no more and no fewer: a file that is shorter is an error. They are all in memory, so
    /// whoever asks bounds `length`. No thread is held once they are read.
    async fn read(&self, start: u64, length: u64) -> Result<Vec<u8>>;
}

/// A file in memory.
#[async_trait]
impl StoredFile for Arc<Vec<u8>> {
    fn size(&self) -> u64 {
        u64::try_from(self.len()).unwrap_or(u64::MAX)
    }

    async fn read(&self, start: u64, length: u64) -> Result<Vec<u8>> {
        let end = start.saturating_add(length);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range
            .and_then(|(start, end)| self.get(start..end))
            .map(<[u8]>::to_vec)
            .ok_or_else(|| DomainError::internal("a file is shorter than it was said to be"))
    }
}

/// Fresh keys of a person, made off the request path.
pub struct PersonKeys {
    /// RSA-2048 public key, SPKI PEM.
    pub rsa_public_pem: String,
    /// RSA private key, PKCS#8 DER.
    pub rsa_private: zeroize::Zeroizing<Vec<u8>>,
    /// Ed25519 public key, multibase (FEP-521a).
    pub ed25519_public: String,
    /// Ed25519 private key, PKCS#8 DER.
    pub ed25519_private: zeroize::Zeroizing<Vec<u8>>,
}

/// Makes key pairs. Takes tens of milliseconds for RSA, so implementations keep some ready.
#[async_trait]
pub trait KeySmith: Send + Sync + 'static {
    /// A new pair of pairs.
    async fn person_keys(&self) -> Result<PersonKeys>;
    /// New ones for the node itself, if some are ready. `None`: whoever needs them makes them, which is seldom.
    async fn node_keys(&self) -> Result<Option<PersonKeys>> {
        Ok(None)
    }
}
