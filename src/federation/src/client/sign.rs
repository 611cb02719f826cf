//! Signing in each form.

use crate::keys::SigningKeys;
use entrenous_model::{SignatureForm, Time};
use entrenous_wire::signature::{SignError, sign_cavage, sign_rfc9421};
use http::{HeaderMap, Method};
use url::Url;

/// The headers to add to a request: host, digest, date and signature.
///
/// # Errors
/// A URL that cannot be signed, or a key that refuses.
pub fn sign(
    form: SignatureForm,
    keys: &SigningKeys,
    method: &Method,
    url: &Url,
    content_type: Option<&str>,
    body: &[u8],
    now: Time,
) -> Result<HeaderMap, SignError> {
    match form {
        SignatureForm::Rfc9421Ed25519 => {
            sign_rfc9421(&keys.ed25519, &keys.ed25519_id, method, url, body, now)
        }
        SignatureForm::Rfc9421Rsa => sign_rfc9421(&keys.rsa, &keys.rsa_id, method, url, body, now),
        SignatureForm::Cavage => sign_cavage(&keys.rsa, &keys.rsa_id, method, url, content_type, body, now),
    }
}

/// What to try after a 401: the two RSA forms for each other; between native nodes there is one form.
#[must_use]
pub const fn other_form(form: SignatureForm) -> Option<SignatureForm> {
    match form {
        SignatureForm::Cavage => Some(SignatureForm::Rfc9421Rsa),
        SignatureForm::Rfc9421Rsa => Some(SignatureForm::Cavage),
        SignatureForm::Rfc9421Ed25519 => None,
    }
}
