//! Signing in each form.

use crate::keys::SigningKeys;
use entrenous_model::{SignatureForm, Time};
use entrenous_wire::signature::{SignError, Signing};
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
    let signing = Signing {
        method,
        url,
        content_type,
        also: &[],
        body,
        now,
    };
    sign_with(form, keys, &signing)
}

/// The same, with what else is to be signed.
pub(super) fn sign_with(
    form: SignatureForm,
    keys: &SigningKeys,
    signing: &Signing<'_>,
) -> Result<HeaderMap, SignError> {
    match form {
        SignatureForm::Rfc9421Ed25519 => signing.rfc9421(&keys.ed25519, &keys.ed25519_id),
        SignatureForm::Rfc9421Rsa => signing.rfc9421(&keys.rsa, &keys.rsa_id),
        SignatureForm::Cavage => signing.cavage(&keys.rsa, &keys.rsa_id),
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
