//! The first step: reading, without believing.

use http::{HeaderMap, HeaderName, Method, header};

use super::{Parsed, Refusal, cavage, rfc9421};
use crate::digest::{CONTENT_DIGEST, DIGEST, DigestError, Stated};

/// `signature`, of both forms.
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
/// `signature-input`, of RFC 9421.
pub(crate) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

/// More covered components than this are not read.
pub(crate) const MOST_COMPONENTS: usize = 32;
/// Longer signature headers are not read: an RSA signature of 8,192 bits takes 1,368 characters.
const LONGEST: usize = 8 * 1024;

/// Headers whose doubling lets two readers see two requests.
const ONCE: [HeaderName; 7] = [
    header::DATE,
    header::HOST,
    header::CONTENT_TYPE,
    DIGEST,
    CONTENT_DIGEST,
    SIGNATURE,
    SIGNATURE_INPUT,
];

/// Reads the signature of a request. `target` is path and query exactly as received, beginning with `/`.
///
/// HTTP/2 has no `Host`: the caller puts `:authority` there first. The result is not verified.
///
/// # Errors
/// [`Refusal::Unsigned`] without a signature; [`Refusal::NotCovered`], [`Refusal::Clock`], [`Refusal::Digest`]
/// when something that must be signed is not or is not there; otherwise what cannot be read.
pub fn parse(method: &Method, target: &str, headers: &HeaderMap) -> Result<Parsed, Refusal> {
    if !headers.contains_key(SIGNATURE) && !headers.contains_key(SIGNATURE_INPUT) {
        return Err(Refusal::Unsigned);
    }
    for name in &ONCE {
        if headers.get_all(name).iter().nth(1).is_some() {
            return Err(if *name == DIGEST || *name == CONTENT_DIGEST {
                Refusal::Digest
            } else {
                Refusal::Ambiguous
            });
        }
    }
    if !target.starts_with('/') || !target.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Err(Refusal::Malformed);
    }
    let signature = text(headers, &SIGNATURE)?.ok_or(Refusal::Malformed)?;
    if signature.len() > LONGEST {
        return Err(Refusal::Malformed);
    }
    match text(headers, &SIGNATURE_INPUT)? {
        Some(input) if input.len() > LONGEST => Err(Refusal::Malformed),
        Some(input) => rfc9421::parse(method, target, headers, input, signature),
        None => cavage::parse(method, target, headers, signature),
    }
}

/// A header's one value as text, without surrounding white space.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    value
        .to_str()
        .map(|text| Some(text.trim()))
        .map_err(|_| Refusal::Malformed)
}

/// A covered header's value: all its lines, joined as both forms say. `None` when it is not there.
pub(crate) fn joined(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Refusal> {
    let mut out: Option<String> = None;
    for value in headers.get_all(name) {
        let line = value.to_str().map_err(|_| Refusal::Malformed)?.trim();
        match &mut out {
            Some(all) => {
                all.push_str(", ");
                all.push_str(line);
            }
            None => out = Some(line.to_owned()),
        }
    }
    Ok(out)
}

/// The digests that the headers state.
pub(crate) fn digests(headers: &HeaderMap) -> Result<Stated, Refusal> {
    Stated::of_headers(headers).map_err(|_: DigestError| Refusal::Digest)
}
