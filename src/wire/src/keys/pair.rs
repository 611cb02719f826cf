//! Key pairs. Private bytes leave this module only as PKCS #8, in memory that is wiped on drop.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair as AwsEd25519, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair as AwsRsa},
};
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, PublicKey};

/// Something that signs: a key pair held in memory.
pub trait Signer {
    /// The algorithm of the signatures.
    fn algorithm(&self) -> Algorithm;

    /// Signs `message`.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

/// An Ed25519 key pair. Clones share the key.
#[derive(Clone)]
pub struct Ed25519KeyPair(Arc<AwsEd25519>);

impl Ed25519KeyPair {
    /// Makes a new key pair.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system's random source fails.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(Arc::new(
            AwsEd25519::generate().map_err(|_| KeyError::Failed)?,
        )))
    }

    /// Reads an unencrypted PKCS #8 document (version 1 or 2).
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Self(Arc::new(
            AwsEd25519::from_pkcs8(der).map_err(|_| KeyError::Malformed)?,
        )))
    }

    /// Writes an unencrypted PKCS #8 document, for encryption at rest.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library refuses.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = self.0.to_pkcs8v1().map_err(|_| KeyError::Failed)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// The public half.
    ///
    /// # Errors
    /// None in practice: the library gives 32 bytes.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_ed25519_bytes(self.0.public_key().as_ref())
    }
}

impl Signer for Ed25519KeyPair {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(self
            .0
            .try_sign(message)
            .map_err(|_| KeyError::Failed)?
            .as_ref()
            .to_vec())
    }
}

impl fmt::Debug for Ed25519KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519KeyPair(…)")
    }
}

/// An RSA key pair of 2,048 bits or more. Clones share the key.
#[derive(Clone)]
pub struct RsaKeyPair(Arc<AwsRsa>);

impl RsaKeyPair {
    /// Makes a new key pair of 2,048 bits. This takes 50 to 500 ms of processor time: call it off the request
    /// path, on a blocking thread.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the system's random source fails.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(Arc::new(
            AwsRsa::generate(KeySize::Rsa2048).map_err(|_| KeyError::Failed)?,
        )))
    }

    /// Reads an unencrypted PKCS #8 document.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], or [`KeyError::Size`] below 2,048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = Self(Arc::new(
            AwsRsa::from_pkcs8(der).map_err(|_| KeyError::Malformed)?,
        ));
        pair.public_key().map(|_| pair)
    }

    /// Writes an unencrypted PKCS #8 document, for encryption at rest.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library refuses.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document: Pkcs8V1Der<'static> = self.0.as_der().map_err(|_| KeyError::Failed)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// The public half.
    ///
    /// # Errors
    /// [`KeyError::Size`] for a key outside the sizes that we accept.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_rsa_der(self.0.public_key().as_ref())
    }
}

impl Signer for RsaKeyPair {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RsaV15Sha256
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError::Failed)?;
        Ok(signature)
    }
}

impl fmt::Debug for RsaKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKeyPair(…)")
    }
}
