//! Access tokens.

use super::clients::{client, parse_scopes};
use crate::secrets::sha256_hex;
use crate::uses::Entry;
use crate::{Ctx, DomainError, Result, accounts, audit};
use entrenous_model::{Account, AccountId, AppId, Event, Member, Scopes, Token, TokenId};
use entrenous_store as store;
use std::sync::Arc;

/// A fresh access token and its row.
pub struct Issued {
    /// Shown once.
    pub secret: String,
    /// As stored.
    pub token: Token,
}

/// Makes and stores a token.
pub(super) async fn issue(
    ctx: &Ctx,
    app: Option<AppId>,
    account: Option<AccountId>,
    scopes: Scopes,
) -> Result<Issued> {
    let secret = ctx.random_token();
    let hash = sha256_hex(secret.as_bytes());
    let token = ctx
        .store()
        .write(move |tx| {
            let token = Token {
                id: TokenId(tx.next_id()),
                app,
                account,
                scopes,
                created_at: tx.now(),
                revoked_at: None,
            };
            store::tokens::insert(tx, &token, &hash)?;
            Ok::<_, DomainError>(token)
        })
        .await?;
    Ok(Issued { secret, token })
}

/// A token made by the command line for a person.
///
/// # Errors
/// `NotFound` for an unknown or disabled person, `Invalid` for unknown scopes.
pub async fn create_token(ctx: &Ctx, username: &str, scopes: &str) -> Result<Issued> {
    let scopes = parse_scopes(scopes)?;
    if scopes.is_empty() {
        return Err(DomainError::invalid(
            "name at least one scope, such as: read write follow push",
        ));
    }
    let account = accounts::local_by_username(ctx, username)
        .await?
        .ok_or(DomainError::NotFound)?;
    let detail = format!("{} with {scopes}", account.username);
    let issued = issue(ctx, None, Some(account.id), scopes).await?;
    audit::record(ctx, audit::COMMAND_LINE, "token.created", detail).await?;
    Ok(issued)
}

/// Who a request acts for.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The token.
    pub token: Token,
    /// The person and their login; `None` for client credentials.
    pub person: Option<(Arc<Account>, Arc<Member>)>,
}

/// Looks a token up; cached. `None` if unknown, revoked, or of a disabled person.
///
/// # Errors
/// Only the store's.
pub async fn bearer(ctx: &Ctx, secret: &str) -> Result<Option<Arc<Bearer>>> {
    let caches = ctx.caches();
    let hash = sha256_hex(secret.as_bytes());
    let mark = caches.mark_bearers();
    let cached = caches.bearer(&hash);
    let token = match &cached {
        Some(bearer) => bearer.token.clone(),
        None => {
            let (reader, asked) = (ctx.clone(), hash.clone());
            let found = ctx.store().read(move |conn| {
                let marked = reader.caches().mark_accounts();
                let token = store::tokens::by_hash(conn, &asked)?;
                // Whose it is is asked next: read along, it costs no further turn of a reader thread.
                if let Some(id) = token.as_ref().and_then(|token| token.account) {
                    accounts::known_in(conn, reader.caches(), &marked, &[id])?;
                }
                Ok(token)
            });
            let found = found.await?;
            let Some(token) = found.filter(|token| token.revoked_at.is_none()) else {
                return Ok(None);
            };
            token
        }
    };
    let person = match token.account {
        None => None,
        Some(id) => {
            // The account may have changed or been disabled since the bearer was kept.
            let Some(known) = accounts::known_one(ctx, id)
                .await?
                .filter(|known| known.visible())
            else {
                return Ok(None);
            };
            let Some(member) = known
                .member
                .as_ref()
                .filter(|member| member.disabled_at.is_none())
            else {
                return Ok(None);
            };
            if let Some(bearer) = &cached
                && bearer
                    .person
                    .as_ref()
                    .is_some_and(|(account, _)| Arc::ptr_eq(account, &known.account))
            {
                return Ok(cached);
            }
            Some((Arc::clone(&known.account), Arc::clone(member)))
        }
    };
    if person.is_none() && cached.is_some() {
        return Ok(cached);
    }
    let bearer = Arc::new(Bearer { token, person });
    caches.keep_bearer(mark, hash, Arc::clone(&bearer));
    Ok(Some(bearer))
}

/// Revokes a token of a client (RFC 7009); unknown tokens are no error.
///
/// # Errors
/// `Unauthenticated("invalid_client")`; `Forbidden` if the token is another client's.
pub async fn revoke(ctx: &Ctx, client_id: &str, client_secret: Option<&str>, secret: &str) -> Result<()> {
    let client_secret = client_secret.filter(|secret| !secret.is_empty());
    let app = client(ctx, client_id, client_secret).await?;
    let hash = sha256_hex(secret.as_bytes());
    let revoked = ctx
        .store()
        .write(move |tx| {
            let Some(token) = store::tokens::by_hash(tx, &hash)? else {
                return Ok(None);
            };
            if token.app != Some(app.id) {
                return Err(DomainError::Forbidden(
                    "You are not authorized to revoke this token".to_owned(),
                ));
            }
            let now = tx.now();
            if !store::tokens::revoke(tx, token.id, now)? {
                return Ok(None);
            }
            tx.emit(Event::TokenRevoked { token: token.id })?;
            Ok(Some(token.id))
        })
        .await?;
    if let Some(token) = revoked {
        ctx.caches().apply(&[Event::TokenRevoked { token }]);
    }
    Ok(())
}

/// A token as its owner looks at it.
pub use store::tokens::Held;

/// The valid tokens of a person with the name of their client and their last use, newest first; at most 500.
///
/// # Errors
/// Only the store's.
pub async fn tokens_of(ctx: &Ctx, account: AccountId) -> Result<Vec<Held>> {
    let mut held = ctx
        .store()
        .read(move |conn| store::tokens::of_account(conn, account))
        .await?;
    for one in &mut held {
        if let Some(last) = ctx.caches().uses().last(Entry::Token(one.token.id)) {
            (one.last_used_at, one.user_agent) = (Some(last.at), Some(last.by));
        }
    }
    Ok(held)
}

/// Revokes one token of a person.
///
/// # Errors
/// `NotFound` if it is not theirs.
pub async fn revoke_token(ctx: &Ctx, account: AccountId, id: TokenId) -> Result<()> {
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            if !store::tokens::revoke_of(tx, account, id, now)? {
                return Err(DomainError::NotFound);
            }
            tx.emit(Event::TokenRevoked { token: id })?;
            Ok(())
        })
        .await?;
    ctx.caches().apply(&[Event::TokenRevoked { token: id }]);
    Ok(())
}
