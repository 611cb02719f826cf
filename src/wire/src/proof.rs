//! Object integrity proofs (FEP-8b32) with the cryptosuite `eddsa-jcs-2022`
//! (Data Integrity EdDSA Cryptosuites v1.0, section 3.3).

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::{
    digest::sha256,
    jcs::canonicalize,
    keys::{Algorithm, Ed25519KeyPair, KeyError, PublicKey, Signer as _},
};

const TYPE: &str = "DataIntegrityProof";
const SUITE: &str = "eddsa-jcs-2022";
const PURPOSE: &str = "assertionMethod";
/// The context that defines the terms of a proof.
pub const CONTEXT: &str = "https://w3id.org/security/data-integrity/v1";

/// Why a proof is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no proof.
    #[error("the document carries no proof")]
    Missing,
    /// The document is no object, or the proof is not one object of the expected shape.
    #[error("the proof cannot be read")]
    Malformed,
    /// Another proof type, cryptosuite or purpose.
    #[error("this kind of proof is not supported")]
    Unsupported,
    /// The key is not an Ed25519 key.
    #[error("the key cannot have made this proof")]
    Key,
    /// The proof is not that of the key over the document.
    #[error("the proof does not verify")]
    BadSignature,
}

impl ProofError {
    /// A stable name for logs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "proof_missing",
            Self::Malformed => "proof_malformed",
            Self::Unsupported => "proof_unsupported",
            Self::Key => "proof_key",
            Self::BadSignature => "proof_bad_signature",
        }
    }
}

/// Makes a proof over `document`, which must be an object without a member `proof`.
///
/// The proof repeats the document's `@context`, if it has one, as the cryptosuite says.
///
/// # Errors
/// [`KeyError::Malformed`] when `document` is no object or has a proof; [`KeyError::Failed`] when the key refuses.
pub fn create(
    document: &Value,
    key: &Ed25519KeyPair,
    verification_method: &str,
    created: DateTime<Utc>,
) -> Result<Value, KeyError> {
    let members = document
        .as_object()
        .filter(|members| !members.contains_key("proof"));
    let members = members.ok_or(KeyError::Malformed)?;
    let mut config = Map::new();
    if let Some(context) = members.get("@context") {
        config.insert("@context".to_owned(), context.clone());
    }
    config.insert("type".to_owned(), json!(TYPE));
    config.insert("cryptosuite".to_owned(), json!(SUITE));
    config.insert("verificationMethod".to_owned(), json!(verification_method));
    config.insert("proofPurpose".to_owned(), json!(PURPOSE));
    config.insert(
        "created".to_owned(),
        json!(created.to_rfc3339_opts(SecondsFormat::Secs, true)),
    );
    let mut proof = Value::Object(config);
    let signature = key.sign(&message(&proof, document))?;
    if let Some(members) = proof.as_object_mut() {
        members.insert(
            "proofValue".to_owned(),
            json!(crate::keys::encode_base58(&signature)),
        );
    }
    Ok(proof)
}

/// Puts a new proof into `document` under `proof`.
///
/// # Errors
/// As [`create`].
pub fn attach(
    document: &mut Value,
    key: &Ed25519KeyPair,
    verification_method: &str,
    created: DateTime<Utc>,
) -> Result<(), KeyError> {
    let proof = create(document, key, verification_method, created)?;
    document
        .as_object_mut()
        .ok_or(KeyError::Malformed)?
        .insert("proof".to_owned(), proof);
    Ok(())
}

/// A proof that was read but **not verified**.
#[derive(Clone, Debug)]
pub struct Parsed {
    document: Map<String, Value>,
    config: Map<String, Value>,
    verification_method: String,
    created: Option<DateTime<Utc>>,
    signature: Vec<u8>,
}

/// Reads the member `proof` of `document`.
///
/// # Errors
/// [`ProofError::Missing`], [`ProofError::Malformed`], or [`ProofError::Unsupported`] for another type, suite or
/// purpose. A list of proofs is not read: it could be believed for one and shown for another.
pub fn parse(document: &Value) -> Result<Parsed, ProofError> {
    let mut members = document.as_object().cloned().ok_or(ProofError::Malformed)?;
    let proof = members.remove("proof").ok_or(ProofError::Missing)?;
    parse_detached(&Value::Object(members), &proof)
}

/// Reads a proof that is kept apart from its document (which has no member `proof`).
///
/// # Errors
/// As [`parse`].
pub fn parse_detached(document: &Value, proof: &Value) -> Result<Parsed, ProofError> {
    let document = document.as_object().cloned().ok_or(ProofError::Malformed)?;
    let mut config = proof.as_object().cloned().ok_or(ProofError::Malformed)?;
    let value = config.remove("proofValue").ok_or(ProofError::Malformed)?;
    let member = |name: &str| config.get(name).and_then(Value::as_str);
    if [member("type"), member("cryptosuite"), member("proofPurpose")]
        != [Some(TYPE), Some(SUITE), Some(PURPOSE)]
    {
        return Err(ProofError::Unsupported);
    }
    let verification_method = member("verificationMethod")
        .ok_or(ProofError::Malformed)?
        .to_owned();
    let created = config
        .get("created")
        .map(|created| {
            let text = created.as_str().ok_or(ProofError::Malformed)?;
            let at = DateTime::parse_from_rfc3339(text).map_err(|_| ProofError::Malformed)?;
            Ok(at.with_timezone(&Utc))
        })
        .transpose()?;
    let signature = value
        .as_str()
        .and_then(crate::keys::decode_base58)
        .ok_or(ProofError::Malformed)?;
    // Members with a meaning of their own that we would not enforce (expiry, chains, challenges).
    if ["expires", "previousProof", "domain", "challenge"]
        .iter()
        .any(|name| config.contains_key(*name))
    {
        return Err(ProofError::Unsupported);
    }
    Ok(Parsed {
        document,
        config,
        verification_method,
        created,
        signature,
    })
}

impl Parsed {
    /// The identifier of the key that is said to have made the proof.
    #[must_use]
    pub fn verification_method(&self) -> &str {
        &self.verification_method
    }

    /// When the proof says that it was made.
    #[must_use]
    pub fn created(&self) -> Option<DateTime<Utc>> {
        self.created
    }

    /// Checks the proof with the key that [`Parsed::verification_method`] names.
    ///
    /// A proof that repeats a context must repeat the document's own (or its beginning, which is then what is
    /// signed, section 3.3.2). One that does not may have been made with or without the document's.
    ///
    /// # Errors
    /// [`ProofError::Key`] for a key of another kind, [`ProofError::BadSignature`] otherwise.
    pub fn verify(&self, key: &PublicKey) -> Result<(), ProofError> {
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(ProofError::Key);
        }
        let document = Value::Object(self.document.clone());
        let config = Value::Object(self.config.clone());
        match (self.config.get("@context"), self.document.get("@context")) {
            (Some(proved), own) => {
                if !begins_with(own.unwrap_or(&Value::Null), proved) {
                    return Err(ProofError::BadSignature);
                }
                let mut document = self.document.clone();
                document.insert("@context".to_owned(), proved.clone());
                self.check(key, &config, &Value::Object(document))
            }
            (None, Some(own)) => self.check(key, &config, &document).or_else(|_| {
                let mut config = self.config.clone();
                config.insert("@context".to_owned(), own.clone());
                self.check(key, &Value::Object(config), &document)
            }),
            (None, None) => self.check(key, &config, &document),
        }
    }

    fn check(&self, key: &PublicKey, config: &Value, document: &Value) -> Result<(), ProofError> {
        key.verify(&message(config, document), &self.signature)
            .map_err(|_| ProofError::BadSignature)
    }
}

/// What is signed (section 3.3.4): the hash of the proof's own members, then that of the document.
fn message(config: &Value, document: &Value) -> Vec<u8> {
    [
        sha256(canonicalize(config).as_bytes()),
        sha256(canonicalize(document).as_bytes()),
    ]
    .concat()
}

/// Whether the context `whole` begins with all of `start`; a single value counts as a list of one.
fn begins_with(whole: &Value, start: &Value) -> bool {
    fn list(value: &Value) -> &[Value] {
        value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice)
    }
    list(whole).starts_with(list(start))
}
