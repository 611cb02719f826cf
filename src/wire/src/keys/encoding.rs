//! PEM (RFC 7468) and multibase text forms of keys.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::KeyError;

/// A key text longer than this is not read: an RSA key of 8,192 bits takes about 1,500 bytes.
const LONGEST: usize = 8 * 1024;

/// What a PEM block says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// `PUBLIC KEY`: SubjectPublicKeyInfo.
    Spki,
    /// `RSA PUBLIC KEY`: PKCS #1.
    Pkcs1,
}

/// Reads the one PEM block of `text`; nothing but white space may surround it.
pub(super) fn decode_pem(text: &str) -> Result<(Label, Vec<u8>), KeyError> {
    if text.len() > LONGEST {
        return Err(KeyError::Malformed);
    }
    let text = text.trim();
    for (label, name) in [(Label::Spki, "PUBLIC KEY"), (Label::Pkcs1, "RSA PUBLIC KEY")] {
        let begin = format!("-----BEGIN {name}-----");
        let end = format!("-----END {name}-----");
        let Some(inner) = text.strip_prefix(&begin).and_then(|rest| rest.strip_suffix(&end)) else {
            continue;
        };
        let base64: String = inner.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(base64).map_err(|_| KeyError::Malformed)?;
        return Ok((label, der));
    }
    Err(KeyError::Malformed)
}

/// Writes a `PUBLIC KEY` PEM block: 64 characters a line, a line feed after the last.
pub(super) fn encode_pem(spki: &[u8]) -> String {
    let base64 = STANDARD.encode(spki);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, character) in base64.chars().enumerate() {
        if at != 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

/// `z` and base58btc of `bytes`.
pub(crate) fn encode_base58(bytes: &[u8]) -> String {
    format!("z{}", bs58::encode(bytes).into_string())
}

/// The bytes of a base58btc multibase text of at most 1,500 characters (an RSA key of 8,192 bits takes 1,420):
/// decoding takes quadratic time.
pub(crate) fn decode_base58(text: &str) -> Option<Vec<u8>> {
    let rest = text.strip_prefix('z').filter(|rest| rest.len() <= 1500)?;
    bs58::decode(rest).into_vec().ok()
}
