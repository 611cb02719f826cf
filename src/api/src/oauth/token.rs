//! Tokens: exchanged for a code or for the client's own credentials, and revoked.

use crate::limits::What;
use crate::params::Params;
use crate::{ApiError, ApiResult, ApiState, lenient};
use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use entrenous_domain::{DomainError, oauth};
use entrenous_door::{Access, Doc, Routes};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const WRONG: &str = "The body cannot be read, or the request is refused with a code of RFC 6749, section 5.2";
const STRANGER: &str = "The client is not known, or its secret is wrong";
const MANY: &str = "Too many requests from this address";

pub(super) fn routes() -> Routes<ApiState> {
    Routes::new()
        .post(
            "/oauth/token",
            Access::Open,
            Doc::new("oauth", "Exchanges a code, or the client's own credentials, for a token")
                .about("RFC 6749, sections 4.1.3 and 4.4.2. `grant_type` is `authorization_code` or `client_credentials`.")
                .body::<TokenRequest>()
                .returns::<TokenAnswer>()
                .also(400, WRONG)
                .also(401, STRANGER)
                .also(429, MANY),
            token,
        )
        .post(
            "/oauth/revoke",
            Access::Open,
            Doc::new("oauth", "Revokes a token")
                .about("RFC 7009.")
                .body::<RevokeRequest>()
                .returns::<Map<String, Value>>()
                .also(400, WRONG)
                .also(401, STRANGER)
                .also(403, "The token is another client's")
                .also(429, MANY),
            revoke,
        )
}

#[derive(Debug, Deserialize, JsonSchema, Default)]
#[serde(default)]
struct TokenRequest {
    #[serde(deserialize_with = "lenient::text")]
    grant_type: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    code: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    redirect_uri: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    client_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    client_secret: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    code_verifier: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    scope: Option<String>,
}

/// RFC 6749, section 5.1.
#[derive(Debug, Serialize, JsonSchema)]
struct TokenAnswer {
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    scope: String,
    /// Seconds since the Unix epoch.
    created_at: i64,
}

/// Who the client says it is: in the header (RFC 6749, section 2.3.1) or in the body, not in both.
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    basic: bool,
}

impl Credentials {
    pub(crate) fn of(headers: &HeaderMap, id: Option<String>, secret: Option<String>) -> ApiResult<Self> {
        let basic = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| {
                let (scheme, rest) = text.split_once(' ')?;
                scheme
                    .eq_ignore_ascii_case("basic")
                    .then(|| rest.trim().to_owned())
            });
        let Some(basic) = basic else {
            let id = id
                .filter(|id| !id.is_empty())
                .ok_or_else(|| bad("invalid_request"))?;
            return Ok(Self {
                id,
                secret: secret.filter(|secret| !secret.is_empty()),
                basic: false,
            });
        };
        let decoded = base64::engine::general_purpose::STANDARD.decode(basic).ok();
        let text = decoded
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| bad("invalid_request"))?;
        let (name, password) = text.split_once(':').ok_or_else(|| bad("invalid_request"))?;
        let plain = |text: &str| {
            percent_encoding::percent_decode_str(&text.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned()
        };
        let basic_id = plain(name);
        if id.is_some_and(|id| id != basic_id) {
            return Err(bad("invalid_request"));
        }
        Ok(Self {
            id: basic_id,
            secret: Some(plain(password)),
            basic: true,
        })
    }
}

/// An error of RFC 6749, section 5.2.
fn bad(code: &str) -> ApiError {
    let (status, description) = match code {
        "invalid_client" => (
            StatusCode::UNAUTHORIZED,
            "The client is not known, or its secret is wrong.",
        ),
        "invalid_grant" => (
            StatusCode::BAD_REQUEST,
            "The code is not valid: expired, used, made for another client or redirect URI, or the verifier is wrong.",
        ),
        "invalid_scope" => (
            StatusCode::BAD_REQUEST,
            "A scope is not known, or exceeds what the client registered.",
        ),
        "unsupported_grant_type" => (
            StatusCode::BAD_REQUEST,
            "Only authorization_code and client_credentials are supported.",
        ),
        _ => (
            StatusCode::BAD_REQUEST,
            "A parameter is missing, repeated or malformed.",
        ),
    };
    ApiError::oauth(status, code, description)
}

fn oauth_error(error: DomainError) -> ApiError {
    match error {
        DomainError::Invalid(code) => bad(&code),
        DomainError::Unauthenticated(code) => bad(code),
        DomainError::NotFound => bad("invalid_grant"),
        other => other.into(),
    }
}

async fn token(State(state): State<ApiState>, request: Request) -> ApiResult<Response> {
    state
        .limits()
        .count_and_tell(What::Tokens, request.extensions())?;
    let headers = request.headers().clone();
    let Params(asked) = Params::<TokenRequest>::from_request(request, &state).await?;
    let client = Credentials::of(&headers, asked.client_id, asked.client_secret)?;
    let basic = client.basic;
    let ctx = state.ctx();
    let issued = match asked.grant_type.as_deref() {
        Some("authorization_code") => {
            let code = asked.code.ok_or_else(|| bad("invalid_request"))?;
            let redirect_uri = asked.redirect_uri.ok_or_else(|| bad("invalid_request"))?;
            let (secret, verifier) = (client.secret.as_deref(), asked.code_verifier.as_deref());
            oauth::exchange_code(ctx, &client.id, secret, &code, &redirect_uri, verifier).await
        }
        Some("client_credentials") => {
            let secret = client.secret.ok_or_else(|| bad("invalid_client"))?;
            let scope = asked.scope.as_deref().filter(|scope| !scope.trim().is_empty());
            oauth::client_credentials(ctx, &client.id, &secret, scope).await
        }
        Some(_) => return Err(bad("unsupported_grant_type")),
        None => return Err(bad("invalid_request")),
    };
    match issued {
        Ok(issued) => {
            let answer = TokenAnswer {
                access_token: issued.secret,
                token_type: "Bearer",
                scope: issued.token.scopes.to_string(),
                created_at: issued.token.created_at.timestamp(),
            };
            Ok((
                [(header::PRAGMA, HeaderValue::from_static("no-cache"))],
                Json(answer),
            )
                .into_response())
        }
        Err(error) => Ok(refusal(oauth_error(error), basic)),
    }
}

fn refusal(error: ApiError, basic: bool) -> Response {
    let unauthorized = error.status() == StatusCode::UNAUTHORIZED;
    let mut response = error.into_response();
    if unauthorized && basic {
        let scheme = HeaderValue::from_static("Basic realm=\"Entrenous\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

#[derive(Debug, Deserialize, JsonSchema, Default)]
#[serde(default)]
struct RevokeRequest {
    #[serde(deserialize_with = "lenient::text")]
    token: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    client_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    client_secret: Option<String>,
}

async fn revoke(State(state): State<ApiState>, request: Request) -> ApiResult<Response> {
    state
        .limits()
        .count_and_tell(What::Tokens, request.extensions())?;
    let headers = request.headers().clone();
    let Params(asked) = Params::<RevokeRequest>::from_request(request, &state).await?;
    let client = Credentials::of(&headers, asked.client_id, asked.client_secret)?;
    let token = asked.token.ok_or_else(|| bad("invalid_request"))?;
    match oauth::revoke(state.ctx(), &client.id, client.secret.as_deref(), &token).await {
        Ok(()) => Ok(Json(serde_json::json!({})).into_response()),
        Err(DomainError::Forbidden(_)) => Err(ApiError::oauth(
            StatusCode::FORBIDDEN,
            "unauthorized_client",
            "You are not authorized to revoke this token",
        )),
        Err(error) => Ok(refusal(oauth_error(error), client.basic)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> HeaderMap {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Basic {encoded}").parse().unwrap());
        headers
    }

    #[test]
    fn credentials_from_header_or_body() {
        let basic = Credentials::of(&headers("id:s%2Fx"), None, None).unwrap();
        assert_eq!((basic.id.as_str(), basic.secret.as_deref()), ("id", Some("s/x")));
        assert!(Credentials::of(&headers("id:s"), Some("other".into()), None).is_err());
        let body = Credentials::of(&HeaderMap::new(), Some("id".into()), Some(String::new())).unwrap();
        assert_eq!(body.secret, None);
        assert!(Credentials::of(&HeaderMap::new(), None, None).is_err());
    }
}
