//! Digests of a message body: `Digest` (RFC 3230, as draft-cavage senders use it) and `Content-Digest`
//! (RFC 9530). SHA-256 is the only algorithm that counts.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The `digest` header name.
pub const DIGEST: HeaderName = HeaderName::from_static("digest");
/// The `content-digest` header name (RFC 9530).
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Why the digest headers of a request do not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// A digest header cannot be read, or has no SHA-256 in it.
    #[error("the digest header cannot be used")]
    Malformed,
    /// Two headers of one name, or two SHA-256 values in one header.
    #[error("more than one digest is given")]
    Ambiguous,
    /// The body is not the one that was digested.
    #[error("the digest is not that of the body")]
    Mismatch,
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// `SHA-256=…`, the value of a `Digest` header over `body`.
#[must_use]
pub fn make_digest(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(sha256(body)))
}

/// `sha-256=:…:`, the value of a `Content-Digest` header over `body` (RFC 9530, section 2).
#[must_use]
pub fn make_content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256(body)))
}

/// Compares `body` with a `Digest` header's value.
///
/// # Errors
/// No readable SHA-256 in it, more than one, or another body's.
pub fn verify_digest(value: &str, body: &[u8]) -> Result<(), DigestError> {
    same(parse_digest(value)?, body)
}

/// Compares `body` with a `Content-Digest` header's value.
///
/// # Errors
/// No readable `sha-256` in it, more than one, or another body's.
pub fn verify_content_digest(value: &str, body: &[u8]) -> Result<(), DigestError> {
    same(parse_content_digest(value)?, body)
}

/// The digests that a request states, read before its body is compared with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated(Vec<[u8; 32]>);

impl Stated {
    /// Reads `Digest` and `Content-Digest`. Both may be there once each, and then both must hold.
    ///
    /// # Errors
    /// A header that is there twice, is ambiguous, or cannot be read.
    pub fn of_headers(headers: &HeaderMap) -> Result<Self, DigestError> {
        let mut stated = Vec::new();
        if let Some(value) = single(headers, &DIGEST)? {
            stated.push(parse_digest(value)?);
        }
        if let Some(value) = single(headers, &CONTENT_DIGEST)? {
            stated.push(parse_content_digest(value)?);
        }
        Ok(Self(stated))
    }

    /// Whether the request states no digest at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares every stated digest with `body`.
    ///
    /// # Errors
    /// [`DigestError::Mismatch`] when one of them is another body's.
    pub fn verify(&self, body: &[u8]) -> Result<(), DigestError> {
        self.0.iter().try_for_each(|stated| same(*stated, body))
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, DigestError> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(DigestError::Ambiguous);
    }
    HeaderValue::to_str(first)
        .map(Some)
        .map_err(|_| DigestError::Malformed)
}

fn parse_digest(value: &str) -> Result<[u8; 32], DigestError> {
    collect(value.split(',').map(|member| {
        let (name, digest) = member.trim().split_once('=')?;
        Some((name, digest))
    }))
}

fn parse_content_digest(value: &str) -> Result<[u8; 32], DigestError> {
    collect(value.split(',').map(|member| {
        let (name, bytes) = member.trim().split_once('=')?;
        Some((name, bytes.strip_prefix(':')?.strip_suffix(':')?))
    }))
}

/// The one SHA-256 among the members; other algorithms are passed over (RFC 9530, section 2: unknown ones are
/// ignored), an unreadable member is not.
fn collect<'a>(members: impl Iterator<Item = Option<(&'a str, &'a str)>>) -> Result<[u8; 32], DigestError> {
    let mut found = None;
    for member in members {
        let (name, value) = member.ok_or(DigestError::Malformed)?;
        if !name.eq_ignore_ascii_case("sha-256") {
            continue;
        }
        let bytes = STANDARD.decode(value).map_err(|_| DigestError::Malformed)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| DigestError::Malformed)?;
        if found.replace(bytes).is_some() {
            return Err(DigestError::Ambiguous);
        }
    }
    found.ok_or(DigestError::Malformed)
}

fn same(stated: [u8; 32], body: &[u8]) -> Result<(), DigestError> {
    constant_time::verify_slices_are_equal(&stated, &sha256(body)).map_err(|_| DigestError::Mismatch)
}
