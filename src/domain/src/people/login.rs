//! Passwords.

use crate::cache::Cache;
use crate::{Ctx, DomainError, Result, accounts, work};
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use entrenous_model::{AccountId, Event, Time, TokenId};
use entrenous_store as store;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

const LEAST_CHARS: usize = 10;
const MOST_BYTES: usize = 1_000;
/// Hashing takes 19 MiB and tens of milliseconds of a core.
const AT_ONCE: usize = 2;
const WINDOW: chrono::TimeDelta = chrono::TimeDelta::minutes(15);
const FAILURES_PER_NAME: u32 = 10;
const FAILURES_PER_ADDRESS: u32 = 30;
/// Names and addresses that are watched at once; the limit bounds memory when someone invents them.
const WATCHED: u64 = 50_000;

const WRONG: DomainError = DomainError::Unauthenticated("Wrong name or password");

/// Compared with when the name is unknown, so that the answer takes as long. Nobody's password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw\
    $QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY";

/// Failures of one name or address since the first of them.
#[derive(Clone, Copy)]
struct Window {
    since: Time,
    failures: u32,
}

type Windows = Cache<String, Arc<Mutex<Window>>>;

/// Bounds how much password guessing there can be.
pub(crate) struct LoginGuard {
    names: Windows,
    addresses: Windows,
    hashing: Arc<Semaphore>,
}

impl Default for LoginGuard {
    fn default() -> Self {
        Self {
            names: Cache::of_entries(WATCHED),
            addresses: Cache::of_entries(WATCHED),
            hashing: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// Counts a try as a failure before it is known to be one, so that tries in parallel count.
fn count(windows: &Windows, key: &str, most: u32, now: Time) -> Result<()> {
    let window = windows.get_with(key, || {
        Arc::new(Mutex::new(Window {
            since: now,
            failures: 0,
        }))
    });
    let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
    let mut age = now - window.since;
    if age >= WINDOW || age < chrono::TimeDelta::zero() {
        *window = Window {
            since: now,
            failures: 0,
        };
        age = chrono::TimeDelta::zero();
    }
    if window.failures >= most {
        let wait = (WINDOW - age).num_seconds().max(1);
        return Err(DomainError::TooMany(wait.unsigned_abs()));
    }
    window.failures += 1;
    Ok(())
}

/// Takes one try back, which was no failure.
fn uncount(windows: &Windows, key: &str) {
    if let Some(window) = windows.get(key) {
        let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
        window.failures = window.failures.saturating_sub(1);
    }
}

/// An IPv6 customer has 2^64 addresses; they count as one.
fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let network = u128::from(v6) >> 64 << 64;
            Ipv6Addr::from(network).to_string()
        }
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(DomainError::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Runs `work` on a blocking thread, two at a time.
async fn blocking<T: Send + 'static>(
    ctx: &Ctx,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let permit = Arc::clone(&ctx.caches().logins().hashing)
        .acquire_owned()
        .await
        .map_err(DomainError::internal)?;
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    })
    .await
    .map_err(DomainError::internal)?
}

pub(super) async fn hash(ctx: &Ctx, password: String) -> Result<String> {
    let password = Zeroizing::new(password);
    let salt = SaltString::encode_b64(&ctx.random::<16>()).map_err(DomainError::internal)?;
    blocking(ctx, move || {
        let hash = argon2()?
            .hash_password(password.as_bytes(), &salt)
            .map_err(DomainError::internal)?;
        Ok(hash.to_string())
    })
    .await
}

async fn verify(ctx: &Ctx, password: Zeroizing<String>, hash: String) -> Result<bool> {
    blocking(ctx, move || {
        let hash = PasswordHash::new(&hash).map_err(DomainError::internal)?;
        Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

pub(super) fn check_password(password: &str, username: &str) -> Result<()> {
    if password.chars().count() < LEAST_CHARS {
        return Err(DomainError::invalid("a password has at least 10 characters"));
    }
    if password.len() > MOST_BYTES {
        return Err(DomainError::invalid("a password has at most 1,000 bytes"));
    }
    if password.eq_ignore_ascii_case(username) {
        return Err(DomainError::invalid("a password is not the username"));
    }
    Ok(())
}

/// Changes a password in the name of `actor`; ends all sessions, codes and tokens of the person.
///
/// # Errors
/// `Invalid` for a weak password, `NotFound` for an unknown or disabled person.
pub async fn set_password(ctx: &Ctx, actor: &str, id: AccountId, password: String) -> Result<()> {
    let account = accounts::get(ctx, id).await?.ok_or(DomainError::NotFound)?;
    check_password(&password, &account.username)?;
    let hash = hash(ctx, password).await?;
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            if !store::members::set_password(tx, id, &hash)? {
                return Err(DomainError::NotFound);
            }
            super::leave::end_access(tx, id, now)?;
            crate::audit::write(
                tx,
                &actor,
                "person.password_changed",
                None,
                None,
                &account.username,
            )?;
            tx.emit(Event::SessionsEnded { account: id })?;
            Ok(())
        })
        .await?;
    ctx.caches().apply(&[Event::SessionsEnded { account: id }]);
    Ok(())
}

/// Name and password to a person. Argon2id, two at a time; takes the same time for unknown names.
///
/// # Errors
/// `Unauthenticated` for anything wrong, `TooMany` after 10 failures for a name or 30 for an address in 15 minutes.
pub async fn authenticate(ctx: &Ctx, username: &str, password: String, address: IpAddr) -> Result<AccountId> {
    let password = Zeroizing::new(password);
    let guard = ctx.caches().logins();
    let now = ctx.now();
    let name: String = username.trim().to_lowercase().chars().take(64).collect();
    let address = address_key(address);
    count(&guard.addresses, &address, FAILURES_PER_ADDRESS, now)?;
    count(&guard.names, &name, FAILURES_PER_NAME, now)?;
    if password.len() > MOST_BYTES {
        return Err(WRONG);
    }
    let asked = name.clone();
    let member = ctx
        .store()
        .read(move |conn| store::members::enabled_by_username(conn, &asked))
        .await?;
    let (id, hash) = match member {
        Some(member) => (Some(member.account), member.password_hash),
        None => (None, NOBODY.to_owned()),
    };
    let right = verify(ctx, password, hash).await?;
    let Some(id) = id.filter(|_| right) else {
        return Err(WRONG);
    };
    uncount(&guard.addresses, &address);
    guard.names.forget(&name);
    Ok(id)
}

/// A person changes their own password, and is signed out everywhere else: all sessions, codes and tokens end but the
/// token `kept`. Wrong tries count as those of [`authenticate`].
///
/// # Errors
/// `Invalid` for a wrong present password and for a weak new one, `TooMany` as for signing in, `NotFound` for a disabled
/// person.
pub async fn change_password(
    ctx: &Ctx,
    id: AccountId,
    kept: TokenId,
    current: String,
    new: String,
    address: IpAddr,
) -> Result<()> {
    let account = accounts::get(ctx, id).await?.ok_or(DomainError::NotFound)?;
    match authenticate(ctx, &account.username, current, address).await {
        Ok(found) if found == id => {}
        Ok(_) | Err(DomainError::Unauthenticated(_)) => {
            return Err(DomainError::invalid("the current password is wrong"));
        }
        Err(error) => return Err(error),
    }
    check_password(&new, &account.username)?;
    let hash = hash(ctx, new).await?;
    work::write(ctx, move |tx| {
        let now = tx.now();
        if !store::members::set_password(tx, id, &hash)? {
            return Err(DomainError::NotFound);
        }
        store::sessions::end_all(tx, id, now)?;
        store::codes::remove_of(tx, id)?;
        for token in store::tokens::revoke_others(tx, id, kept, now)? {
            tx.tell(Event::TokenRevoked { token })?;
        }
        let name = &account.username;
        crate::audit::write(tx, name, "person.password_changed", None, None, name)?;
        tx.tell(Event::AccountUpdated { account: id })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_a_readable_hash() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert!(argon2().unwrap().verify_password(b"password", &hash).is_err());
        assert_eq!(hash.hash.unwrap().len(), 32);
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::2:3"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }
}
