//! Forms that only our own pages can send.
//!
//! Each form holds a MAC over a secret that only this browser has: its session's, or, before signing in, that of a
//! cookie made for the purpose. Another site can neither read nor set either.

use super::cookies;
use crate::auth::SignedIn;
use crate::{ApiError, ApiResult, ApiState};
use axum::response::Response;
use entrenous_domain::secrets::hex;
use http::{HeaderMap, StatusCode, header};
use subtle::ConstantTimeEq as _;

/// The token for a form, and the cookie to set if the browser had none.
pub(crate) struct FormToken {
    /// For the hidden field `token`.
    pub(crate) value: String,
    fresh: Option<String>,
}

impl FormToken {
    /// For a signed-in browser.
    pub(crate) fn signed_in(state: &ApiState, signed_in: &SignedIn) -> ApiResult<Self> {
        Ok(Self {
            value: mac(state, "session", &signed_in.secret)?,
            fresh: None,
        })
    }

    /// For a browser that is not signed in.
    pub(crate) fn anonymous(state: &ApiState, headers: &HeaderMap) -> ApiResult<Self> {
        let known = cookies::read(headers, &cookies::form_name(state)).filter(|secret| secret.len() == 43);
        let fresh = known.is_none().then(|| state.ctx().random_token());
        let secret = known.as_ref().or(fresh.as_ref()).map_or("", String::as_str);
        Ok(Self {
            value: mac(state, "anonymous", secret)?,
            fresh,
        })
    }

    /// Puts the cookie on the page that holds the form.
    pub(crate) fn keep(&self, state: &ApiState, mut response: Response) -> Response {
        if let Some(secret) = &self.fresh {
            cookies::set(
                state,
                &mut response,
                cookies::form_name(state),
                Some(secret),
                None,
            );
        }
        response
    }
}

fn mac(state: &ApiState, kind: &str, secret: &str) -> ApiResult<String> {
    let message = format!("{kind} {secret}");
    Ok(hex(&state.ctx().vault().mac("form token", message.as_bytes())?))
}

/// Checks a form of a signed-in browser.
pub(crate) fn check_signed_in(
    state: &ApiState,
    headers: &HeaderMap,
    signed_in: &SignedIn,
    token: &str,
) -> ApiResult<()> {
    same(state, headers, &mac(state, "session", &signed_in.secret)?, token)
}

/// Checks a form of a browser that is not signed in.
pub(crate) fn check_anonymous(state: &ApiState, headers: &HeaderMap, token: &str) -> ApiResult<()> {
    let secret = cookies::read(headers, &cookies::form_name(state)).ok_or_else(refusal)?;
    same(state, headers, &mac(state, "anonymous", &secret)?, token)
}

fn same(state: &ApiState, headers: &HeaderMap, expected: &str, token: &str) -> ApiResult<()> {
    // Browsers say from where a form is sent; one that says another site is refused whatever it holds.
    let foreign = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes() != state.ctx().origin().as_str().as_bytes());
    if foreign || !bool::from(expected.as_bytes().ct_eq(token.as_bytes())) {
        return Err(refusal());
    }
    Ok(())
}

fn refusal() -> ApiError {
    ApiError::new(
        StatusCode::FORBIDDEN,
        "This form is no longer valid: load the page again",
    )
}

/// Where to go after signing in: a path of this node, or the front page for anything else.
pub(crate) fn local_path(text: &str) -> &str {
    let is_path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
    let is_plain = text.len() <= 8_000 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_path && is_plain { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_own_paths_are_followed() {
        assert_eq!(
            local_path("/oauth/authorize?client_id=x"),
            "/oauth/authorize?client_id=x"
        );
        for text in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "evil",
            "",
            "/a b",
            "/a\r\nx: y",
        ] {
            assert_eq!(local_path(text), "/", "{text}");
        }
    }
}
