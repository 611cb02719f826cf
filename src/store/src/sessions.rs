//! Browser sessions.

use crate::schema::sessions;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, SessionId, Time};

/// A session as it is kept.
#[derive(Debug, Clone)]
pub struct Session {
    /// Local id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Since when.
    pub created_at: Time,
    /// Until when.
    pub expires_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
}

type Columns = (
    i64,
    i64,
    String,
    NaiveDateTime,
    NaiveDateTime,
    Option<NaiveDateTime>,
);

fn session((id, account, user_agent, created, expires, used): Columns) -> Session {
    Session {
        id: SessionId(id),
        account: AccountId(account),
        user_agent,
        created_at: from_db(created),
        expires_at: from_db(expires),
        last_used_at: used.map(from_db),
    }
}

/// Inserts a session under the hash of its secret.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, session: &Session, secret_hash: &str) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(session.id.get()),
            sessions::account_id.eq(session.account.get()),
            sessions::secret_hash.eq(secret_hash),
            sessions::user_agent.eq(&session.user_agent),
            sessions::created_at.eq(to_db(session.created_at)),
            sessions::expires_at.eq(to_db(session.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The session of a secret's hash that is valid at `now`.
///
/// # Errors
/// The database's.
pub fn by_secret(conn: &mut Conn, secret_hash: &str, now: Time) -> Result<Option<Session>, StoreError> {
    let found = sessions::table
        .filter(sessions::secret_hash.eq(secret_hash))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(to_db(now)))
        .select((
            sessions::id,
            sessions::account_id,
            sessions::user_agent,
            sessions::created_at,
            sessions::expires_at,
            sessions::last_used_at,
        ))
        .first::<Columns>(conn)
        .optional()?;
    Ok(found.map(session))
}

/// The sessions of a person that are valid at `now`, newest first.
///
/// # Errors
/// The database's.
pub fn of_account(conn: &mut Conn, account: AccountId, now: Time) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .filter(sessions::account_id.eq(account.get()))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(to_db(now)))
        .order(sessions::id.desc())
        .select((
            sessions::id,
            sessions::account_id,
            sessions::user_agent,
            sessions::created_at,
            sessions::expires_at,
            sessions::last_used_at,
        ))
        .load::<Columns>(conn)?;
    Ok(rows.into_iter().map(session).collect())
}

/// Notes when a session was last used.
///
/// # Errors
/// The database's.
pub fn used(conn: &mut Conn, id: SessionId, at: Time) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id.get()))
        .set(sessions::last_used_at.eq(Some(to_db(at))))
        .execute(conn)?;
    Ok(())
}

/// Ends one session of a person. False if there is none.
///
/// # Errors
/// The database's.
pub fn end(conn: &mut Conn, account: AccountId, id: SessionId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(
        sessions::table
            .find(id.get())
            .filter(sessions::account_id.eq(account.get()))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(to_db(now))),
    )
    .set(sessions::revoked_at.eq(Some(to_db(now))))
    .execute(conn)?;
    Ok(changed == 1)
}

/// Ends all sessions of a person.
///
/// # Errors
/// The database's.
pub fn end_all(conn: &mut Conn, account: AccountId, now: Time) -> Result<(), StoreError> {
    diesel::update(sessions::table)
        .filter(sessions::account_id.eq(account.get()))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(Some(to_db(now))))
        .execute(conn)?;
    Ok(())
}
