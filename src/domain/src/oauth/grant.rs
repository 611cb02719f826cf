//! From consent to a token.

use super::clients::{INVALID_CLIENT, app_by_client_id, client, parse_scopes};
use super::web::is_web_client;
use super::{Issued, tokens};
use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result};
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrenous_model::{AccountId, App, Event, Scopes, Time, Token, TokenId};
use entrenous_store::{self as store, Tx, codes::Code};
use subtle::ConstantTimeEq as _;

const CODE_LASTS: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

fn invalid_grant() -> DomainError {
    DomainError::invalid("invalid_grant")
}

/// What an authorisation request asks for, checked.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// The client.
    pub app: App,
    /// One of the client's redirect URIs, exactly.
    pub redirect_uri: String,
    /// At most the client's scopes; the client's, if none were asked.
    pub scopes: Scopes,
    /// PKCE challenge, S256 only.
    pub challenge: Option<String>,
}

/// Checks an authorisation request. Anything wrong is shown on our own page, never redirected.
///
/// # Errors
/// `Invalid` with what is wrong.
pub async fn check_authorization(
    ctx: &Ctx,
    client_id: &str,
    redirect_uri: &str,
    response_type: &str,
    scope: Option<&str>,
    challenge: Option<&str>,
    challenge_method: Option<&str>,
) -> Result<Authorization> {
    let app = app_by_client_id(ctx, client_id)
        .await?
        .ok_or_else(|| DomainError::invalid("this app is not registered here (client_id)"))?;
    if !app.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return Err(DomainError::invalid(
            "redirect_uri is none of those the app registered",
        ));
    }
    if response_type != "code" {
        return Err(DomainError::invalid("response_type is code"));
    }
    let scopes = match scope.map(str::trim).filter(|scope| !scope.is_empty()) {
        Some(scope) => parse_scopes(scope)?,
        None => app.scopes.clone(),
    };
    if !app.scopes.covers(&scopes) {
        return Err(DomainError::invalid(
            "the app asks for more scopes than it registered",
        ));
    }
    let challenge = challenge.filter(|challenge| !challenge.is_empty());
    let method = challenge_method.filter(|method| !method.is_empty());
    match (challenge, method) {
        // A client without a secret has nothing but the challenge to show that a code is its own.
        (None, None) if is_web_client(&app) => {
            return Err(DomainError::invalid("code_challenge is required of this app"));
        }
        (None, None) => {}
        (Some(challenge), Some("S256")) if is_digest(challenge) => {}
        _ => {
            return Err(DomainError::invalid(
                "code_challenge is a SHA-256 in base64url, and code_challenge_method is S256",
            ));
        }
    }
    Ok(Authorization {
        app,
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        challenge: challenge.map(str::to_owned),
    })
}

pub(super) fn is_digest(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == digest::SHA256_OUTPUT_LEN)
}

/// Issues a code for a person who consented: 256 bits, 10 minutes, once.
///
/// # Errors
/// `NotFound` for an unknown or disabled person.
pub async fn issue_code(ctx: &Ctx, authorization: &Authorization, account: AccountId) -> Result<String> {
    let code = ctx.random_token();
    let hash = sha256_hex(code.as_bytes());
    let Authorization {
        app,
        redirect_uri,
        scopes,
        challenge,
    } = authorization.clone();
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            if !is_enabled(tx, account)? {
                return Err(DomainError::NotFound);
            }
            store::codes::insert(
                tx,
                &Code {
                    hash,
                    app: app.id,
                    account,
                    redirect_uri,
                    scopes,
                    challenge,
                    created_at: now,
                    expires_at: now + CODE_LASTS,
                    token: None,
                    used_at: None,
                },
            )?;
            Ok(())
        })
        .await?;
    Ok(code)
}

fn is_enabled(tx: &mut Tx, account: AccountId) -> Result<bool> {
    let account = store::accounts::by_id(tx, account)?;
    Ok(account.is_some_and(|account| account.is_local() && account.disabled_at.is_none()))
}

/// What became of a code. Refusals commit too, because a second use revokes.
enum Spent {
    Issued(Token),
    Refused(DomainError),
    Again(Option<TokenId>),
}

/// What a client shows for a code.
struct Shown {
    has_secret: bool,
    redirect_uri: String,
    verifier: Option<String>,
}

impl Shown {
    /// Compares with what the code was issued for (RFC 6749, 4.1.3; RFC 7636, 4.6).
    fn fits(&self, code: &Code, now: Time) -> bool {
        let verified = match (&code.challenge, &self.verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => {
                let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
                let expected = URL_SAFE_NO_PAD.encode(hash.as_ref());
                expected.as_bytes().ct_eq(challenge.as_bytes()).into()
            }
            // A verifier without a challenge: someone took the challenge out of the request.
            _ => false,
        };
        verified && code.expires_at > now && code.redirect_uri == self.redirect_uri
    }
}

/// Exchanges a code. A second use of a code revokes the token of the first (RFC 6749, 4.1.2).
///
/// The secret may be missing only if the code was bound to a PKCE challenge.
///
/// # Errors
/// `Invalid("invalid_grant")` or `Unauthenticated("invalid_client")`, as RFC 6749 5.2 names them.
pub async fn exchange_code(
    ctx: &Ctx,
    client_id: &str,
    client_secret: Option<&str>,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Issued> {
    let client_secret = client_secret.filter(|secret| !secret.is_empty());
    let app = client(ctx, client_id, client_secret).await?;
    let code_hash = sha256_hex(code.as_bytes());
    let shown = Shown {
        has_secret: client_secret.is_some(),
        redirect_uri: redirect_uri.to_owned(),
        verifier: verifier
            .filter(|verifier| !verifier.is_empty())
            .map(str::to_owned),
    };
    let secret = ctx.random_token();
    let token_hash = sha256_hex(secret.as_bytes());
    let spent = ctx
        .store()
        .write(move |tx| spend(tx, &app, &code_hash, &shown, &token_hash))
        .await?;
    match spent {
        Spent::Issued(token) => Ok(Issued { secret, token }),
        Spent::Refused(error) => Err(error),
        Spent::Again(revoked) => {
            if let Some(token) = revoked {
                ctx.caches().apply(&[Event::TokenRevoked { token }]);
            }
            Err(invalid_grant())
        }
    }
}

fn spend(tx: &mut Tx, app: &App, code_hash: &str, shown: &Shown, token_hash: &str) -> Result<Spent> {
    let now = tx.now();
    let Some(code) = store::codes::by_hash(tx, code_hash)?.filter(|code| code.app == app.id) else {
        return Ok(Spent::Refused(invalid_grant()));
    };
    if !shown.has_secret && code.challenge.is_none() {
        return Ok(Spent::Refused(INVALID_CLIENT));
    }
    if code.used_at.is_some() {
        return again(tx, &code, now);
    }
    if !shown.fits(&code, now) || !is_enabled(tx, code.account)? {
        return Ok(Spent::Refused(invalid_grant()));
    }
    let id = TokenId(tx.next_id());
    if !store::codes::spend(tx, code_hash, id, now)? {
        // Someone else was faster: read again whose token it was.
        return match store::codes::by_hash(tx, code_hash)? {
            Some(code) => again(tx, &code, now),
            None => Ok(Spent::Refused(invalid_grant())),
        };
    }
    let token = Token {
        id,
        app: Some(app.id),
        account: Some(code.account),
        scopes: code.scopes,
        created_at: now,
        revoked_at: None,
    };
    store::tokens::insert(tx, &token, token_hash)?;
    Ok(Spent::Issued(token))
}

fn again(tx: &mut Tx, code: &Code, now: Time) -> Result<Spent> {
    let Some(token) = code.token else {
        return Ok(Spent::Again(None));
    };
    if store::tokens::revoke(tx, token, now)? {
        tx.emit(Event::TokenRevoked { token })?;
    }
    Ok(Spent::Again(Some(token)))
}

/// A token for the client itself. Without a scope it gets the client's.
///
/// # Errors
/// `Unauthenticated("invalid_client")`, `Invalid("invalid_scope")`.
pub async fn client_credentials(
    ctx: &Ctx,
    client_id: &str,
    client_secret: &str,
    scope: Option<&str>,
) -> Result<Issued> {
    let app = client(ctx, client_id, Some(client_secret)).await?;
    let invalid_scope = || DomainError::invalid("invalid_scope");
    let scopes = match scope.map(str::trim).filter(|scope| !scope.is_empty()) {
        Some(scope) => Scopes::parse(scope).map_err(|_| invalid_scope())?,
        None => app.scopes.clone(),
    };
    if !app.scopes.covers(&scopes) {
        return Err(invalid_scope());
    }
    tokens::issue(ctx, Some(app.id), None, scopes).await
}
