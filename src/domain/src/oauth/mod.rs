//! OAuth 2: clients, codes, tokens (RFC 6749, 7009, 7636, 8252).

mod clients;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod grant;
mod tokens;
mod web;

pub use clients::{app, app_by_client_id, register};
pub use grant::{Authorization, check_authorization, client_credentials, exchange_code, issue_code};
pub use tokens::{Bearer, Held, Issued, bearer, create_token, revoke, revoke_token, tokens_of};

pub use web::{WEB_CLIENT, is_web_client};

/// Redirect URI that shows the code instead.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
