//! Public keys, as found in actor documents.

use std::fmt;

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{PublicKey as AwsRsaPublicKey, RsaParameters},
    signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};

use super::{
    Algorithm, KeyError,
    encoding::{Label, decode_base58, decode_pem, encode_base58, encode_pem},
};

/// SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410).
const ED25519_SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// Multicodec prefix `ed25519-pub`, as a variable-length integer.
const ED25519_MULTICODEC: [u8; 2] = [0xed, 0x01];
/// Multicodec prefix `rsa-pub`, as a variable-length integer. A PKCS #1 key follows.
const RSA_MULTICODEC: [u8; 2] = [0x85, 0x24];

/// The points of small order, in every encoding, without the bit of the sign: with such a key nearly anything verifies, and
/// what it has signed proves nothing (Ed25519 as RFC 8032 has it does not refuse them).
const SMALL_ORDER: [[u8; 32]; 7] = [
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
];

/// A public key that can verify signatures. Equal keys are equal however they were written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(Kind);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    Ed25519([u8; 32]),
    /// PKCS #1 and SubjectPublicKeyInfo, both re-encoded by us.
    Rsa {
        pkcs1: Vec<u8>,
        spki: Vec<u8>,
    },
}

impl PublicKey {
    /// An Ed25519 key from its 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when the length is another, or the point is of small order: anybody could sign for it.
    pub fn from_ed25519_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::Malformed)?;
        let mut unsigned = bytes;
        if let Some(last) = unsigned.last_mut() {
            *last &= 0x7f;
        }
        if SMALL_ORDER.contains(&unsigned) {
            return Err(KeyError::Malformed);
        }
        Ok(Self(Kind::Ed25519(bytes)))
    }

    /// Reads `publicKeyPem`: a `PUBLIC KEY` (SubjectPublicKeyInfo, RSA or Ed25519) or an `RSA PUBLIC KEY` block.
    ///
    /// # Errors
    /// A text that is neither, another kind of key, or an RSA key of a size that we refuse.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, der) = decode_pem(text)?;
        if label == Label::Spki
            && let Some(key) = der.strip_prefix(&ED25519_SPKI)
        {
            return Self::from_ed25519_bytes(key);
        }
        Self::from_rsa_der(&der)
    }

    /// Reads `publicKeyMultibase` of a Multikey (FEP-521a): Ed25519 or RSA, in base58btc.
    ///
    /// # Errors
    /// Another base, another kind of key, the wrong length, or an RSA key of a size that we refuse.
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        let bytes = decode_base58(text).ok_or(KeyError::Malformed)?;
        if let Some(der) = bytes.strip_prefix(&RSA_MULTICODEC) {
            return Self::from_rsa_der(der);
        }
        let key = bytes
            .strip_prefix(&ED25519_MULTICODEC)
            .ok_or(KeyError::Unsupported)?;
        Self::from_ed25519_bytes(key)
    }

    /// Reads a key in the form that [`PublicKey::to_text`] writes.
    ///
    /// # Errors
    /// As [`PublicKey::from_pem`] and [`PublicKey::from_multibase`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        if text.starts_with('z') {
            Self::from_multibase(text)
        } else {
            Self::from_pem(text)
        }
    }

    /// An RSA key from the DER of a SubjectPublicKeyInfo or a PKCS #1 `RSAPublicKey`.
    pub(super) fn from_rsa_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = AwsRsaPublicKey::from_der(der).map_err(|_| KeyError::Malformed)?;
        let pkcs1 = key.as_ref().to_vec();
        let bits = RsaParameters::public_modulus_len(&pkcs1).map_err(|_| KeyError::Malformed)?;
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::Size);
        }
        let spki = key.as_der().map_err(|_| KeyError::Failed)?.as_ref().to_vec();
        Ok(Self(Kind::Rsa { pkcs1, spki }))
    }

    /// The algorithm that this key signs with. It follows from the key, never from what a request says.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Kind::Ed25519(_) => Algorithm::Ed25519,
            Kind::Rsa { .. } => Algorithm::RsaV15Sha256,
        }
    }

    /// SubjectPublicKeyInfo in DER: the one canonical form of the key.
    #[must_use]
    pub fn to_spki(&self) -> Vec<u8> {
        match &self.0 {
            Kind::Ed25519(key) => [ED25519_SPKI.as_slice(), key].concat(),
            Kind::Rsa { spki, .. } => spki.clone(),
        }
    }

    /// A `PUBLIC KEY` PEM block, as in `publicKeyPem`.
    #[must_use]
    pub fn to_pem(&self) -> String {
        encode_pem(&self.to_spki())
    }

    /// Multikey multibase (`z` and base58btc of `0xed01` and the key), for Ed25519 keys only (FEP-521a).
    #[must_use]
    pub fn to_multibase(&self) -> Option<String> {
        match &self.0 {
            Kind::Ed25519(key) => Some(encode_base58(&[ED25519_MULTICODEC.as_slice(), key].concat())),
            Kind::Rsa { .. } => None,
        }
    }

    /// The text form used where keys are listed and pinned: multibase for Ed25519, PEM for RSA.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_multibase().unwrap_or_else(|| self.to_pem())
    }

    /// Checks a signature of this key over `message`.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match &self.0 {
            Kind::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key.as_slice()).verify(message, signature),
            Kind::Rsa { pkcs1, .. } => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1.as_slice())
                .verify(message, signature),
        }
        .map_err(|_| KeyError::BadSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PublicKey({}, {})",
            self.algorithm().name(),
            super::fingerprint(std::slice::from_ref(self))
        )
    }
}
