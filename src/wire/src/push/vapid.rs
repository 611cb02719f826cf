//! Who sends: a token signed with the node's own key for push services (RFC 8292).

use super::PushError;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::json;
use std::{fmt, sync::Arc};
use zeroize::Zeroizing;

/// A key pair on P-256 for ES256. Clones share the key.
#[derive(Clone)]
pub struct VapidKey(Arc<EcdsaKeyPair>);

impl VapidKey {
    /// Makes a new key pair.
    ///
    /// # Errors
    /// [`PushError::Failed`] when the system's random source fails.
    pub fn generate() -> Result<Self, PushError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Ok(Self(Arc::new(pair.map_err(|_| PushError::Failed)?)))
    }

    /// Reads an unencrypted PKCS #8 document.
    ///
    /// # Errors
    /// [`PushError::Key`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PushError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
        Ok(Self(Arc::new(pair.map_err(|_| PushError::Key)?)))
    }

    /// Writes an unencrypted PKCS #8 document, for encryption at rest.
    ///
    /// # Errors
    /// [`PushError::Failed`] when the library refuses.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, PushError> {
        let document = self.0.to_pkcs8v1().map_err(|_| PushError::Failed)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// The public half as browsers are given it: the uncompressed point, base64url.
    #[must_use]
    pub fn public(&self) -> String {
        BASE64.encode(self.0.public_key().as_ref())
    }

    /// The value of `Authorization` for a push service: `audience` is its origin, `expires` in seconds since 1970, less than
    /// a day ahead, and `subject` says how to reach who sends (`mailto:` or `https:`).
    ///
    /// # Errors
    /// [`PushError::Failed`] when the library refuses.
    pub fn authorization(&self, audience: &str, expires: i64, subject: &str) -> Result<String, PushError> {
        let head = BASE64.encode(json!({ "typ": "JWT", "alg": "ES256" }).to_string());
        let claims = json!({ "aud": audience, "exp": expires, "sub": subject });
        let signed = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let signature = self
            .0
            .sign(&SystemRandom::new(), signed.as_bytes())
            .map_err(|_| PushError::Failed)?;
        let token = format!("{signed}.{}", BASE64.encode(signature.as_ref()));
        Ok(format!("vapid t={token}, k={}", self.public()))
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VapidKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    #[test]
    fn a_service_can_tell_who_sends() {
        let made = VapidKey::generate().unwrap();
        let key = VapidKey::from_pkcs8(&made.to_pkcs8().unwrap()).unwrap();
        assert_eq!(key.public(), made.public());
        assert_eq!(key.public().len(), 87);
        let header = key
            .authorization("https://push.example", 1_453_523_768, "mailto:admin@here.example")
            .unwrap();
        let (token, public) = header
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(", k="))
            .unwrap();
        assert_eq!(public, key.public());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, BASE64.decode(public).unwrap())
            .verify(signed.as_bytes(), &BASE64.decode(signature).unwrap())
            .unwrap();
        let (head, claims) = signed.split_once('.').unwrap();
        let read = |text: &str| serde_json::from_slice::<Value>(&BASE64.decode(text).unwrap()).unwrap();
        assert_eq!(read(head), json!({ "typ": "JWT", "alg": "ES256" }));
        assert_eq!(
            read(claims),
            json!({ "aud": "https://push.example", "exp": 1_453_523_768, "sub": "mailto:admin@here.example" })
        );
        assert_eq!(format!("{key:?}"), "VapidKey(…)");
        assert!(VapidKey::from_pkcs8(&[1, 2, 3]).is_err());
    }
}
