//! Ed25519 and RSA keys: making, storing, publishing, reading, signing and verifying.

mod encoding;
mod fingerprint;
mod pair;
mod public;

pub(crate) use encoding::{decode_base58, encode_base58};
pub use fingerprint::{Fingerprint, fingerprint};
pub use pair::{Ed25519KeyPair, RsaKeyPair, Signer};
pub use public::PublicKey;

/// A signature algorithm that this crate makes and accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2).
    RsaV15Sha256,
}

impl Algorithm {
    /// The name in the HTTP Signature Algorithms registry (RFC 9421, section 6.2).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::RsaV15Sha256 => "rsa-v1_5-sha256",
        }
    }
}

/// Why a key cannot be used. Never says anything about private bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text or bytes are no key in a form that we read.
    #[error("the key cannot be read")]
    Malformed,
    /// A key of another kind than Ed25519 or RSA.
    #[error("this kind of key is not supported")]
    Unsupported,
    /// An RSA key below 2,048 or above 8,192 bits.
    #[error("the RSA key is shorter than 2048 or longer than 8192 bits")]
    Size,
    /// The signature is not that of the key over the message.
    #[error("the signature does not verify")]
    BadSignature,
    /// The cryptographic library refused to make a key or a signature.
    #[error("the key operation failed")]
    Failed,
}
