//! What the fuzz targets reach of OAuth: see [`crate::fuzzing`].

use super::{clients, grant};
use crate::Result;

/// Checks a redirect URI that a client registers.
///
/// # Errors
/// `Invalid`.
pub fn redirect_uri(text: &str) -> Result<()> {
    clients::check_redirect(text)
}

/// Checks the page that a client names.
///
/// # Errors
/// `Invalid`.
pub fn website(text: &str) -> Result<()> {
    clients::check_website(text)
}

/// Whether a text can be a PKCE challenge (RFC 7636, S256).
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    grant::is_digest(text)
}
