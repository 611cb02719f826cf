//! The fingerprint of a set of keys: what two administrators read to each other.

use std::{fmt, str::FromStr};

use super::{KeyError, PublicKey};
use crate::digest::sha256;

/// RFC 4648 base 32: no digit that looks like a letter.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Characters of 256 bits in base 32, without padding.
const LENGTH: usize = 52;

/// SHA-256 over a set of public keys.
///
/// [`fmt::Display`] writes thirteen groups of four characters for people; [`Fingerprint::to_compact`] writes
/// the same characters in lower case without separators, for links. [`FromStr`] reads both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// The fingerprint of `keys`, whatever their order and however often one is named.
///
/// The hash covers a domain separator and each key's length and SubjectPublicKeyInfo, sorted.
#[must_use]
pub fn fingerprint(keys: &[PublicKey]) -> Fingerprint {
    let mut encoded: Vec<Vec<u8>> = keys.iter().map(PublicKey::to_spki).collect();
    encoded.sort();
    encoded.dedup();
    let mut message = b"entrenous key fingerprint v1\0".to_vec();
    for key in encoded {
        message.extend_from_slice(&u64::try_from(key.len()).unwrap_or(u64::MAX).to_be_bytes());
        message.extend_from_slice(&key);
    }
    Fingerprint(sha256(&message))
}

impl Fingerprint {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A fingerprint from its 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 52 lower-case characters without separators, for links.
    #[must_use]
    pub fn to_compact(&self) -> String {
        self.characters().collect::<String>().to_ascii_lowercase()
    }

    fn characters(&self) -> impl Iterator<Item = char> + '_ {
        (0..LENGTH).map(|position| {
            let value = (0..5).fold(0_usize, |value, bit| {
                let at = position * 5 + bit;
                let byte = self.0.get(at / 8).copied().unwrap_or(0);
                value << 1 | usize::from(byte >> (7 - at % 8) & 1)
            });
            char::from(ALPHABET.get(value).copied().unwrap_or(b'?'))
        })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.characters().enumerate() {
            if at != 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = KeyError;

    /// Reads either form; case, hyphens and spaces do not matter.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.len() > 4 * LENGTH {
            return Err(KeyError::Malformed);
        }
        let mut bits = Vec::with_capacity(LENGTH * 5);
        for character in text.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
            let upper = character.to_ascii_uppercase();
            let value = ALPHABET
                .iter()
                .position(|c| *c == upper)
                .ok_or(KeyError::Malformed)?;
            bits.extend((0..5).rev().map(|bit| u8::from(value >> bit & 1 == 1)));
        }
        if bits.len() != LENGTH * 5 || bits.iter().skip(256).any(|bit| *bit != 0) {
            return Err(KeyError::Malformed);
        }
        let mut bytes = [0; 32];
        for (byte, eight) in bytes.iter_mut().zip(bits.chunks(8)) {
            *byte = eight.iter().fold(0, |value, bit| value << 1 | bit);
        }
        Ok(Self(bytes))
    }
}
