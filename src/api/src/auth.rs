//! Who a request acts for.
//!
//! The guard in front of every route ([`ApiGuard`]) looks the bearer token up once, checks the class and the scopes the
//! route was mounted with, and leaves what it found in the request's extensions. Handlers take it out by naming
//! [`Caller`] (routes for persons and administrators), [`Client`] (routes for clients) or [`SignedIn`] (pages).

use crate::pages::cookies;
use crate::{ApiError, ApiState, pages};
use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use entrenous_domain::uses::{self, Entry};
use entrenous_domain::{oauth, people, posts, sessions};
use entrenous_door::{Access, Guard, GuardFuture, RouteInfo};
use entrenous_model::{Account, AccountId, Member, Scopes, Token};
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};
use std::sync::Arc;

/// The person a request acts for. In handlers of routes mounted with `Access::Person` or `Access::Admin`.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Them.
    pub account: Arc<Account>,
    /// Their login: role, preferences.
    pub member: Arc<Member>,
    /// The token, with its scopes and client.
    pub token: Token,
}

impl Caller {
    /// Their id.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.account.id
    }

    /// Them as someone who looks at posts.
    #[must_use]
    pub fn viewer(&self) -> posts::Viewer {
        posts::Viewer::Person(self.account.id)
    }

    /// What the token grants.
    #[must_use]
    pub const fn scopes(&self) -> &Scopes {
        &self.token.scopes
    }

    fn of(bearer: &oauth::Bearer) -> Option<Self> {
        let (account, member) = bearer.person.as_ref()?;
        Some(Self {
            account: Arc::clone(account),
            member: Arc::clone(member),
            token: bearer.token.clone(),
        })
    }
}

/// The client a request comes from, with or without a person. In handlers of routes mounted with `Access::App`.
#[derive(Debug, Clone)]
pub struct Client(pub Arc<oauth::Bearer>);

/// The person signed in on the pages. In handlers of routes mounted with `Access::Session`.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Their session.
    pub session: sessions::Session,
    /// The secret in the cookie, to which form tokens are bound.
    pub secret: String,
    /// Them.
    pub account: Arc<Account>,
    /// Their login.
    pub member: Member,
}

/// The token itself, of a request to a stream: it is looked up again while the stream is open.
#[derive(Clone)]
pub(crate) struct StreamToken(pub(crate) String);

macro_rules! from_extensions {
    ($($name:ident),*) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;
            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
                // Absent only if the route was mounted with another class than its handler expects: fail closed.
                parts.extensions.get::<Self>().cloned().ok_or_else(|| {
                    ApiError::internal(concat!("a handler expects ", stringify!($name), ", its route's access class gives none"))
                })
            }
        }
    )*};
}
from_extensions!(Caller, Client, SignedIn, StreamToken);

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1).
#[must_use]
pub fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// What the program that asks calls itself.
fn user_agent(headers: &HeaderMap) -> &str {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The token of a request to a stream, where browsers cannot set a header: the header, else
/// `Sec-WebSocket-Protocol`, else `access_token` in the query.
pub(crate) fn stream_token(request: &Request) -> Option<String> {
    let headers = request.headers();
    let protocol = || {
        let text = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
        text.split(',')
            .map(str::trim)
            .find(|text| text.len() >= 32)
            .map(str::to_owned)
    };
    let query = || {
        let pairs = url::form_urlencoded::parse(request.uri().query()?.as_bytes());
        pairs
            .into_iter()
            .find(|(name, _)| name == "access_token")
            .map(|(_, value)| value.into_owned())
    };
    bearer_of(headers)
        .map(str::to_owned)
        .or_else(protocol)
        .or_else(query)
}

/// Looks up who a token belongs to.
async fn bearer(state: &ApiState, secret: Option<&str>) -> Result<Arc<oauth::Bearer>, ApiError> {
    // No token has more than 43 characters; what is longer is not worth a hash.
    let secret = secret
        .filter(|secret| secret.len() <= 256)
        .ok_or_else(ApiError::invalid_token)?;
    oauth::bearer(state.ctx(), secret)
        .await?
        .ok_or_else(ApiError::invalid_token)
}

/// The guard of every route of this crate.
pub struct ApiGuard(pub ApiState);

impl Guard for ApiGuard {
    fn check(&self, route: &RouteInfo, mut request: Request) -> GuardFuture {
        let state = self.0.clone();
        let access = route.access;
        let path = route.path;
        Box::pin(async move {
            let checked = match access {
                Access::Open | Access::Capability => Ok(()),
                Access::Person(_) | Access::Admin(_) => person(&state, access, path, &mut request).await,
                Access::App => client(&state, &mut request).await,
                Access::Session => return session(&state, request).await,
                // Peers are let in by the federation's own guard, never by this one.
                Access::Peer | Access::Handshake => Err(ApiError::forbidden()),
            };
            checked.map(|()| request).map_err(IntoResponse::into_response)
        })
    }
}

async fn person(state: &ApiState, access: Access, path: &str, request: &mut Request) -> Result<(), ApiError> {
    let streams = path.starts_with("/api/v1/streaming");
    let token = if streams {
        stream_token(request)
    } else {
        bearer_of(request.headers()).map(str::to_owned)
    };
    let bearer = bearer(state, token.as_deref()).await?;
    let caller = Caller::of(&bearer).ok_or_else(|| {
        ApiError::new(
            http::StatusCode::UNAUTHORIZED,
            "This method requires an authenticated user",
        )
    })?;
    state.limits().count_person(caller.id(), request.extensions())?;
    let mut scopes = access.scopes().peekable();
    if scopes.peek().is_some() && !scopes.any(|scope| caller.scopes().grants(scope)) {
        return Err(ApiError::outside_scopes());
    }
    if matches!(access, Access::Admin(_)) && !caller.member.role.administers() {
        return Err(ApiError::forbidden());
    }
    uses::note(
        state.ctx(),
        Entry::Token(caller.token.id),
        user_agent(request.headers()),
    );
    request.extensions_mut().insert(caller);
    if streams && let Some(token) = token {
        request.extensions_mut().insert(StreamToken(token));
    }
    Ok(())
}

async fn client(state: &ApiState, request: &mut Request) -> Result<(), ApiError> {
    let bearer = bearer(state, bearer_of(request.headers())).await?;
    if let Some(caller) = Caller::of(&bearer) {
        request.extensions_mut().insert(caller);
    }
    request.extensions_mut().insert(Client(bearer));
    Ok(())
}

/// Pages for signed-in people: everyone else gets the sign-in page, with 401.
async fn session(state: &ApiState, mut request: Request) -> Result<Request, Response> {
    let who = must_sign_in(state, request.method(), request.uri(), request.headers()).await?;
    request.extensions_mut().insert(who);
    Ok(request)
}

/// Who is signed in on the pages, or the sign-in page in the place of what was asked for.
pub(crate) async fn must_sign_in(
    state: &ApiState,
    method: &Method,
    target: &Uri,
    headers: &HeaderMap,
) -> Result<SignedIn, Response> {
    match signed_in(state, headers).await {
        Ok(Some(who)) => {
            uses::note(state.ctx(), Entry::Session(who.session.id), user_agent(headers));
            Ok(who)
        }
        Ok(None) => Err(pages::sign_in::instead_of(state, method, target, headers).await),
        Err(error) => Err(error.into_response()),
    }
}

/// Who is signed in on the pages, by the cookie.
pub(crate) async fn signed_in(state: &ApiState, headers: &HeaderMap) -> Result<Option<SignedIn>, ApiError> {
    let Some(secret) = cookies::read(headers, &cookies::session_name(state)) else {
        return Ok(None);
    };
    let Some(session) = sessions::find(state.ctx(), &secret).await? else {
        return Ok(None);
    };
    let account = entrenous_domain::accounts::get(state.ctx(), session.account).await?;
    let member = people::member(state.ctx(), session.account).await?;
    Ok(account.zip(member).map(|(account, member)| SignedIn {
        session,
        secret,
        account,
        member,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn tokens_are_found_three_ways() {
        let token = "t".repeat(43);
        let request = |name: &str, value: &str| {
            Request::builder()
                .uri("/")
                .header(name, value)
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(
            stream_token(&request("authorization", &format!("bearer {token}"))),
            Some(token.clone())
        );
        assert_eq!(
            stream_token(&request("sec-websocket-protocol", &format!("x, {token}"))),
            Some(token.clone())
        );
        let query = Request::builder()
            .uri(format!("/?stream=user&access_token={token}"))
            .body(Body::empty());
        assert_eq!(stream_token(&query.unwrap()), Some(token));
        assert_eq!(stream_token(&request("authorization", "Basic eDp5")), None);
    }
}
