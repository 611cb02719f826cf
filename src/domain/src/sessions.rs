//! Browser sessions of the sign-in pages.

use crate::secrets::sha256_hex;
use crate::uses::Entry;
use crate::{Ctx, DomainError, Result, accounts};
use entrenous_model::{AccountId, Event, SessionId};
use entrenous_store as store;

/// A browser that is signed in. Its user agent is what the browser calls itself, cut at 200 characters; it ends
/// 30 days after the start.
pub use store::sessions::Session;

const LASTS: chrono::TimeDelta = chrono::TimeDelta::days(30);
const USER_AGENT: usize = 200;

/// Starts a session; answers the secret for the cookie (only its SHA-256 is stored).
///
/// # Errors
/// `NotFound` for an unknown or disabled person.
pub async fn start(ctx: &Ctx, account: AccountId, user_agent: &str) -> Result<(Session, String)> {
    let secret = ctx.random_token();
    let hash = sha256_hex(secret.as_bytes());
    let user_agent: String = user_agent
        .chars()
        .filter(|c| !c.is_control())
        .take(USER_AGENT)
        .collect();
    let session = ctx
        .store()
        .write(move |tx| {
            let now = tx.now();
            if store::accounts::by_id(tx, account)?.is_none_or(|account| account.disabled_at.is_some()) {
                return Err(DomainError::NotFound);
            }
            let session = Session {
                id: SessionId(tx.next_id()),
                account,
                user_agent,
                created_at: now,
                expires_at: now + LASTS,
                last_used_at: None,
            };
            store::sessions::insert(tx, &session, &hash)?;
            Ok(session)
        })
        .await?;
    Ok((session, secret))
}

/// The session of a cookie's secret, if it is valid and the person enabled.
///
/// # Errors
/// Only the store's.
pub async fn find(ctx: &Ctx, secret: &str) -> Result<Option<Session>> {
    let hash = sha256_hex(secret.as_bytes());
    let now = ctx.now();
    let found = ctx
        .store()
        .read(move |conn| store::sessions::by_secret(conn, &hash, now))
        .await?;
    let Some(session) = found else { return Ok(None) };
    Ok(accounts::get(ctx, session.account).await?.map(|_| session))
}

/// The sessions of a person, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(ctx: &Ctx, account: AccountId) -> Result<Vec<Session>> {
    let now = ctx.now();
    let mut all = ctx
        .store()
        .read(move |conn| store::sessions::of_account(conn, account, now))
        .await?;
    for one in &mut all {
        if let Some(last) = ctx.caches().uses().last(Entry::Session(one.id)) {
            one.last_used_at = Some(last.at);
        }
    }
    Ok(all)
}

/// Ends one session of a person.
///
/// # Errors
/// `NotFound` if it is not theirs.
pub async fn end(ctx: &Ctx, account: AccountId, id: SessionId) -> Result<()> {
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            if store::sessions::end(tx, account, id, now)? {
                Ok(())
            } else {
                Err(DomainError::NotFound)
            }
        })
        .await
}

/// Ends all sessions, codes and tokens of a person: signed out everywhere.
///
/// # Errors
/// Only the store's.
pub async fn end_all(ctx: &Ctx, account: AccountId) -> Result<()> {
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            crate::people::end_access(tx, account, now)?;
            tx.emit(Event::SessionsEnded { account })?;
            Ok::<_, DomainError>(())
        })
        .await?;
    ctx.caches().apply(&[Event::SessionsEnded { account }]);
    Ok(())
}
