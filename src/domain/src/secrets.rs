//! Secrets at rest: sealing with the node's key, hashing of tokens, capabilities of files.

use crate::{DomainError, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};
use std::fmt::Write as _;

/// Seals what must not be readable in a stolen backup. The key is in a file of its own, mode 0600.
pub struct Vault {
    master: hkdf::Prk,
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
            master: hkdf::Salt::new(hkdf::HKDF_SHA256, b"entrenous vault v1").extract(master),
        }
    }

    /// A 256-bit key for one purpose (HKDF-SHA256, RFC 5869).
    ///
    /// # Errors
    /// [`DomainError::Internal`] only if the library refuses the length, which it does not.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32]> {
        let mut key = [0; 32];
        self.master
            .expand(&[purpose.as_bytes()], Length(32))
            .and_then(|okm| okm.fill(&mut key))
            .map_err(|_| DomainError::internal("HKDF"))?;
        Ok(key)
    }

    /// Seals `plain` for one purpose: nonce, AES-256-GCM ciphertext, tag. The purpose is authenticated.
    ///
    /// # Errors
    /// [`DomainError::Internal`] if the library fails.
    pub fn seal(&self, purpose: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>> {
        let mut sealed = plain.to_vec();
        self.cipher(purpose)?
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

    /// Opens what [`Vault::seal`] made.
    ///
    /// # Errors
    /// [`DomainError::Internal`] if it was sealed by another key or changed since.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>> {
        let wrong =
            || DomainError::internal(format!("a sealed {purpose} cannot be opened: wrong vault key?"));
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(wrong)?;
        let mut buffer = rest.to_vec();
        let plain = self
            .cipher(purpose)?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(purpose.as_bytes()),
                &mut buffer,
            )
            .map_err(|_| wrong())?;
        Ok(zeroize::Zeroizing::new(plain.to_vec()))
    }

    fn cipher(&self, purpose: &str) -> Result<LessSafeKey> {
        let key = self.derive(&format!("aead {purpose}"))?;
        UnboundKey::new(&AES_256_GCM, &key)
            .map(LessSafeKey::new)
            .map_err(|_| DomainError::internal("AEAD key"))
    }

    /// HMAC-SHA256 of `message` with a key for one purpose.
    ///
    /// # Errors
    /// As [`Vault::derive`].
    pub fn mac(&self, purpose: &str, message: &[u8]) -> Result<[u8; 32]> {
        Ok(hmac_sha256(&self.derive(purpose)?, message))
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
/// As [`Vault::derive`].
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
}
