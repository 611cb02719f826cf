//! HTTP message signatures: RFC 9421 and draft-cavage-http-signatures-12.
//!
//! Receiving has three steps, because a gate stands between them: [`parse`] reads the headers and gives the
//! `keyId` with its origin; [`Parsed::check_freshness`] compares the signed times with an injected clock;
//! [`Parsed::verify`] checks authority, algorithm, signature and digest with the key that the caller found.
//!
//! What must be signed: the method and the whole target, the authority, the time, and on every method with a body
//! its digest. Anything less is refused, and so is whatever two readers could read in two ways: doubled
//! headers, several signatures, parameters that we do not know how to honour.

mod base;
mod cavage;
mod fresh;
mod make;
mod parse;
mod rfc9421;
mod verify;

use http::Method;

pub use fresh::Window;
pub use make::{SignError, Signing, sign_cavage, sign_rfc9421};
pub use parse::parse;
pub use verify::Verified;

use crate::{
    digest::Stated,
    keys::Algorithm,
    origin::Origin,
    signature::{base::Component, fresh::Times},
};

/// Which of the two schemes a signature follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// draft-cavage-http-signatures-12, one `Signature` header.
    Cavage,
    /// RFC 9421, `Signature-Input` and `Signature`.
    Rfc9421,
}

/// Why a request's signature is refused. [`Refusal::code`] is stable: it goes to the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// There is no signature.
    #[error("the request is not signed")]
    Unsigned,
    /// A header or parameter cannot be read.
    #[error("the signature cannot be read")]
    Malformed,
    /// A header, a parameter or a signature is there more than once.
    #[error("the request can be read in two ways")]
    Ambiguous,
    /// The `keyId` is no identifier with an exact origin.
    #[error("the keyId is not a canonical http or https identifier")]
    KeyId,
    /// A time is missing, unreadable, past, ahead, or promises too long a life.
    #[error("the signature's time is not acceptable")]
    Clock,
    /// Something that must be signed is not.
    #[error("the signature does not cover what it must")]
    NotCovered,
    /// The body's digest is missing, ambiguous or another body's.
    #[error("the digest does not hold")]
    Digest,
    /// The request was made for another host.
    #[error("the request is for another authority")]
    Authority,
    /// The stated algorithm is unknown, or not the key's.
    #[error("the algorithm is not the key's")]
    Algorithm,
    /// The key did not make this signature over this request.
    #[error("the signature does not verify")]
    BadSignature,
}

impl Refusal {
    /// A stable name for logs and answers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Malformed => "malformed",
            Self::Ambiguous => "ambiguous",
            Self::KeyId => "key_id",
            Self::Clock => "clock",
            Self::NotCovered => "not_covered",
            Self::Digest => "digest",
            Self::Authority => "authority",
            Self::Algorithm => "algorithm",
            Self::BadSignature => "bad_signature",
        }
    }
}

/// A signature that was read but **not verified**: nothing in it may be believed yet.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub(crate) form: Form,
    pub(crate) key_id: String,
    pub(crate) key_origin: Origin,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) covered: Vec<Component>,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) times: Times,
    pub(crate) host: Option<String>,
    pub(crate) digests: Stated,
    pub(crate) digest_covered: bool,
    /// RFC 9421: the serialised `@signature-params`; empty otherwise.
    pub(crate) params: String,
    pub(crate) signature: Vec<u8>,
}

impl Parsed {
    /// Which scheme the signature follows.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The `keyId` as written, with or without a fragment.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The exact origin of the `keyId`: what the gate compares with its peers before any look-up.
    #[must_use]
    pub fn key_origin(&self) -> &Origin {
        &self.key_origin
    }

    /// SHA-256 of the signature's bytes, under which a receiver remembers it against replay.
    #[must_use]
    pub fn replay_id(&self) -> [u8; 32] {
        crate::digest::sha256(&self.signature)
    }

    /// When the request says that it was signed, in seconds of Unix time.
    #[must_use]
    pub fn signed_at(&self) -> i64 {
        self.times.signed_at()
    }

    /// Whether the request states the digest of its body under the signature.
    #[must_use]
    pub fn covers_digest(&self) -> bool {
        self.digest_covered
    }

    /// The value of a header, if it is under the signature: all its lines, joined by `, `. To be believed once
    /// [`Parsed::verify`] has said so.
    #[must_use]
    pub fn covered_field(&self, wanted: &str) -> Option<&str> {
        self.covered.iter().find_map(|component| match component {
            Component::Field(name, value) if name == wanted => Some(value.as_str()),
            _ => None,
        })
    }

    /// Names of what is signed, in order.
    pub fn covered(&self) -> impl Iterator<Item = &str> {
        self.covered.iter().map(Component::name)
    }
}

/// The origin that a `keyId` belongs to.
///
/// # Errors
/// [`Refusal::KeyId`] when the text is not canonical: see [`Origin::of_identifier`].
pub fn key_origin(key_id: &str) -> Result<Origin, Refusal> {
    Origin::of_identifier(key_id).map_err(|_| Refusal::KeyId)
}

/// Whether a body is expected, so that its digest must be signed: every method but `GET` and `HEAD`.
pub(crate) fn has_body(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}
