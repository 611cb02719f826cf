//! Secrets at rest: sealing with the node's key, hashing of tokens, capabilities of files.

use crate::{DomainError, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};
use std::fmt::Write as _;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Seals what must not be readable in a stolen backup. The key is in a file of its own, mode 0600.
///
/// While the key is changed there are two: one seals, both open.
pub struct Vault {
    ring: RwLock<Ring>,
    /// Read by who seals something until it is written, and held alone by who changes the key: nothing that the former key
    /// has sealed appears after everything was sealed anew.
    steady: tokio::sync::RwLock<()>,
}

#[derive(Clone)]
struct Ring {
    current: hkdf::Prk,
    /// The next key while the key is being changed, the former one after that, until the process ends.
    other: Option<hkdf::Prk>,
}

/// Which of the vault's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that seals.
    Current,
    /// The next one while the key is being changed, else the former one.
    Other,
}

/// The vault while its key is being changed. Nobody seals anything until it is dropped.
pub(crate) struct Change<'a> {
    vault: &'a Vault,
    _alone: tokio::sync::RwLockWriteGuard<'a, ()>,
}

impl Change<'_> {
    /// From now on what `next` has sealed opens too.
    pub(crate) fn admit(&self, next: &[u8; 32]) {
        self.vault.write().other = Some(extract(next));
    }

    /// From now on the next key seals.
    pub(crate) fn promote(&self) {
        let mut ring = self.vault.write();
        let Ring { current, other } = &mut *ring;
        if let Some(next) = other {
            std::mem::swap(current, next);
        }
    }

    /// The fingerprint of the next key.
    pub(crate) fn fingerprint(&self) -> Result<String> {
        fingerprint(&next(self.vault)?)
    }
}

fn next(vault: &Vault) -> Result<hkdf::Prk> {
    let other = vault.ring().other;
    other.ok_or_else(|| DomainError::internal("the vault has no next key"))
}

fn extract(master: &[u8; 32]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"entrenous vault v1").extract(master)
}

fn derive(master: &hkdf::Prk, purpose: &str) -> Result<[u8; 32]> {
    let mut key = [0; 32];
    master
        .expand(&[purpose.as_bytes()], Length(32))
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|_| DomainError::internal("HKDF"))?;
    Ok(key)
}

fn cipher(master: &hkdf::Prk, purpose: &str) -> Result<LessSafeKey> {
    let key = derive(master, &format!("aead {purpose}"))?;
    UnboundKey::new(&AES_256_GCM, &key)
        .map(LessSafeKey::new)
        .map_err(|_| DomainError::internal("AEAD key"))
}

fn seal(master: &hkdf::Prk, purpose: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>> {
    let mut sealed = plain.to_vec();
    cipher(master, purpose)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(purpose.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| DomainError::internal("seal"))?;
    let mut out = nonce.to_vec();
    out.append(&mut sealed);
    Ok(out)
}

fn open(master: &hkdf::Prk, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let wrong = || DomainError::internal(format!("a sealed {purpose} cannot be opened: wrong vault key?"));
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong)?;
    let mut buffer = Zeroizing::new(rest.to_vec());
    let plain = cipher(master, purpose)?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(purpose.as_bytes()),
            &mut buffer,
        )
        .map_err(|_| wrong())?;
    Ok(Zeroizing::new(plain.to_vec()))
}

/// 64 bits that tell one key from another and tell nothing of it.
fn fingerprint(master: &hkdf::Prk) -> Result<String> {
    let [a, b, c, d, e, f, g, h, ..] = derive(master, "fingerprint")?;
    Ok(hex(&[a, b, c, d, e, f, g, h]))
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Vault {
    /// A vault with the given 256-bit master key.
    #[must_use]
    pub fn new(master: &[u8; 32]) -> Self {
        Self {
            ring: RwLock::new(Ring {
                current: extract(master),
                other: None,
            }),
            steady: tokio::sync::RwLock::default(),
        }
    }

    /// A vault whose key was being changed: `master` is the former key, which seals until the change is done.
    #[must_use]
    pub fn changing(master: &[u8; 32], next: &[u8; 32]) -> Self {
        let vault = Self::new(master);
        vault.write().other = Some(extract(next));
        vault
    }

    fn ring(&self) -> Ring {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self) -> RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be held by whoever seals something, from before that until it is written down. Not twice by one task.
    pub async fn steady(&self) -> tokio::sync::RwLockReadGuard<'_, ()> {
        self.steady.read().await
    }

    /// Waits for all who seal something, and keeps others from it.
    pub(crate) async fn change(&self) -> Change<'_> {
        Change {
            _alone: self.steady.write().await,
            vault: self,
        }
    }

    /// Seals `plain` for one purpose: nonce, AES-256-GCM ciphertext, tag. The purpose is authenticated. See
    /// [`Vault::steady`].
    ///
    /// # Errors
    /// [`DomainError::Internal`] if the library fails.
    pub fn seal(&self, purpose: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>> {
        seal(&self.ring().current, purpose, nonce, plain)
    }

    /// Opens what [`Vault::seal`] made.
    ///
    /// # Errors
    /// [`DomainError::Internal`] if it was sealed by another key or changed since.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let Ring { current, other } = self.ring();
        match (open(&current, purpose, sealed), other) {
            (Err(_), Some(other)) => open(&other, purpose, sealed),
            (opened, _) => opened,
        }
    }

    /// Which key has sealed it; `None`: neither.
    #[must_use]
    pub fn which(&self, purpose: &str, sealed: &[u8]) -> Option<Which> {
        let Ring { current, other } = self.ring();
        if open(&current, purpose, sealed).is_ok() {
            return Some(Which::Current);
        }
        other
            .filter(|other| open(other, purpose, sealed).is_ok())
            .map(|_| Which::Other)
    }

    /// HMAC-SHA256 of `message` with a key for one purpose (HKDF-SHA256, RFC 5869).
    ///
    /// # Errors
    /// [`DomainError::Internal`] only if the library refuses the length, which it does not.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> Result<[u8; 32]> {
        Ok(hmac_sha256(&derive(&self.ring().current, purpose)?, message))
    }

    /// Which key has made this HMAC; `None`: neither.
    #[must_use]
    pub fn which_mac(&self, purpose: &str, message: &[u8], mac: &[u8]) -> Option<Which> {
        let Ring { current, other } = self.ring();
        let made_by = |master: &hkdf::Prk| {
            derive(master, purpose)
                .is_ok_and(|key| bool::from(hmac_sha256(&key, message).as_slice().ct_eq(mac)))
        };
        if made_by(&current) {
            return Some(Which::Current);
        }
        other.filter(made_by).map(|_| Which::Other)
    }

    /// What is sealed by the current key, sealed by the next one; `None` if it is already.
    pub(crate) fn sealed_anew(
        &self,
        purpose: &str,
        nonce: [u8; NONCE_LEN],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        let next = next(self)?;
        if open(&next, purpose, sealed).is_ok() {
            return Ok(None);
        }
        let plain = open(&self.ring().current, purpose, sealed)?;
        seal(&next, purpose, nonce, &plain).map(Some)
    }

    /// HMAC with the next key.
    pub(crate) fn next_mac(&self, purpose: &str, message: &[u8]) -> Result<[u8; 32]> {
        Ok(hmac_sha256(&derive(&next(self)?, purpose)?, message))
    }

    /// The fingerprint of the key that seals: 16 hexadecimal digits, which tell nothing of it.
    ///
    /// # Errors
    /// As [`Vault::mac`].
    pub fn fingerprint(&self) -> Result<String> {
        fingerprint(&self.ring().current)
    }

    /// The same of any key.
    ///
    /// # Errors
    /// As [`Vault::mac`].
    pub fn fingerprint_of(master: &[u8; 32]) -> Result<String> {
        fingerprint(&extract(master))
    }
}

/// HMAC-SHA256 (RFC 2104).
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    out
}

/// HKDF-SHA256 of a token of high entropy, 256 bits out.
///
/// # Errors
/// As [`Vault::mac`].
pub fn derive_from_token(token: &str, purpose: &str) -> Result<[u8; 32]> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"entrenous token v1").extract(token.as_bytes());
    let mut key = [0; 32];
    prk.expand(&[purpose.as_bytes()], Length(32))
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|_| DomainError::internal("HKDF"))?;
    Ok(key)
}

/// SHA-256, hexadecimal. Tokens and codes of 256 random bits are stored this way.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let written = write!(text, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a String does not fail");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_opens_only_with_its_key_and_purpose() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("key", [1; 12], b"secret").unwrap();
        assert_eq!(vault.open("key", &sealed).unwrap().as_slice(), b"secret");
        assert!(vault.open("other", &sealed).is_err());
        assert!(Vault::new(&[8; 32]).open("key", &sealed).is_err());
        assert!(vault.open("key", &[0; 5]).is_err());
    }

    #[tokio::test]
    async fn while_the_key_changes_both_open_and_one_seals() {
        let (old, new) = ([7; 32], [8; 32]);
        let vault = Vault::new(&old);
        let before = vault.seal("key", [1; 12], b"secret").unwrap();
        let mac = vault.mac("end", b"x").unwrap();
        assert_eq!(vault.fingerprint().unwrap(), Vault::fingerprint_of(&old).unwrap());
        let change = vault.change().await;
        change.admit(&new);
        let after = vault.sealed_anew("key", [2; 12], &before).unwrap().unwrap();
        assert_eq!(
            vault.sealed_anew("key", [3; 12], &after).unwrap(),
            None,
            "done once"
        );
        assert!(vault.sealed_anew("key", [3; 12], &[9; 60]).is_err());
        for (sealed, which) in [(&before, Which::Current), (&after, Which::Other)] {
            assert_eq!(vault.open("key", sealed).unwrap().as_slice(), b"secret");
            assert_eq!(vault.which("key", sealed), Some(which));
        }
        // What is sealed while it is not done is by the former key.
        assert!(
            vault
                .seal("key", [4; 12], b"y")
                .is_ok_and(|sealed| vault.which("key", &sealed) == Some(Which::Current))
        );
        change.promote();
        drop(change);
        assert_eq!(vault.which("key", &after), Some(Which::Current));
        assert_eq!(vault.which("key", &before), Some(Which::Other));
        assert_eq!(vault.which_mac("end", b"x", &mac), Some(Which::Other));
        assert_ne!(vault.mac("end", b"x").unwrap(), mac);
        assert_eq!(vault.which_mac("end", b"y", &mac), None);
        let restarted = Vault::new(&new);
        assert_eq!(restarted.open("key", &after).unwrap().as_slice(), b"secret");
        assert!(restarted.open("key", &before).is_err());
        assert_eq!(restarted.fingerprint().unwrap(), vault.fingerprint().unwrap());
        assert_ne!(
            restarted.fingerprint().unwrap(),
            Vault::fingerprint_of(&old).unwrap()
        );
    }

    #[tokio::test]
    async fn a_change_waits_for_who_seals_and_they_for_it() {
        let vault = Vault::new(&[7; 32]);
        let sealing = vault.steady().await;
        let soon = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, vault.change()).await.is_err());
        drop(sealing);
        let change = vault.change().await;
        assert!(tokio::time::timeout(soon, vault.steady()).await.is_err());
        drop(change);
        drop(vault.steady().await);
    }
}
