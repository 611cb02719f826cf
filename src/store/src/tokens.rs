//! OAuth access tokens. What one was subscribed to goes when it is revoked.

use crate::schema::{apps, tokens};
use crate::{Conn, StoreError, from_db, push, sql::Sql, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, AppId, Scopes, Time, Token, TokenId};

type Columns = (
    i64,
    Option<i64>,
    Option<i64>,
    String,
    NaiveDateTime,
    Option<NaiveDateTime>,
);

fn token((id, app, account, scopes, created, revoked): Columns) -> Result<Token, StoreError> {
    Ok(Token {
        id: TokenId(id),
        app: app.map(AppId),
        account: account.map(AccountId),
        scopes: Scopes::parse(&scopes)
            .map_err(|scope| StoreError::Corrupt(format!("scope {scope} of token {id}")))?,
        created_at: from_db(created),
        revoked_at: revoked.map(from_db),
    })
}

/// Inserts a token under its hash.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, token: &Token, hash: &str) -> Result<(), StoreError> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::id.eq(token.id.get()),
            tokens::token_hash.eq(hash),
            tokens::app_id.eq(token.app.map(AppId::get)),
            tokens::account_id.eq(token.account.map(AccountId::get)),
            tokens::scopes.eq(token.scopes.to_string()),
            tokens::created_at.eq(to_db(token.created_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A token by its hash, revoked or not.
///
/// # Errors
/// The database's.
pub fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<Token>, StoreError> {
    let query = tokens::table.filter(tokens::token_hash.eq(hash)).select((
        tokens::id,
        tokens::app_id,
        tokens::account_id,
        tokens::scopes,
        tokens::created_at,
        tokens::revoked_at,
    ));
    both!(conn, c => query.first::<Columns>(c))
        .optional()?
        .map(token)
        .transpose()
}

/// A token as its owner looks at it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The token.
    pub token: Token,
    /// The name of its client; `None` for tokens of the command line.
    pub client: Option<String>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// What the program that used it last calls itself.
    pub user_agent: Option<String>,
}

type HeldColumns = (Columns, Option<String>, Option<NaiveDateTime>, Option<String>);

/// The valid tokens of a person, newest first; at most 500.
///
/// # Errors
/// The database's.
pub fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<Held>, StoreError> {
    tokens::table
        .left_join(apps::table.on(apps::id.nullable().eq(tokens::app_id)))
        .filter(tokens::account_id.eq(account.get()))
        .filter(tokens::revoked_at.is_null())
        .order(tokens::id.desc())
        .limit(500)
        .select((
            (
                tokens::id,
                tokens::app_id,
                tokens::account_id,
                tokens::scopes,
                tokens::created_at,
                tokens::revoked_at,
            ),
            apps::name.nullable(),
            tokens::last_used_at,
            tokens::user_agent,
        ))
        .load::<HeldColumns>(conn)?
        .into_iter()
        .map(|(columns, client, used, user_agent)| {
            Ok(Held {
                token: token(columns)?,
                client,
                last_used_at: used.map(from_db),
                user_agent,
            })
        })
        .collect()
}

/// Notes when a token was last used, and by what.
///
/// # Errors
/// The database's.
pub fn used(conn: &mut Conn, id: TokenId, at: Time, user_agent: &str) -> Result<(), StoreError> {
    diesel::update(tokens::table.find(id.get()))
        .set((
            tokens::last_used_at.eq(Some(to_db(at))),
            tokens::user_agent.eq(Some(user_agent)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Locks a token until the transaction ends, so that it is not revoked meanwhile. False if it is revoked, or is none.
///
/// # Errors
/// The database's.
pub fn lock(conn: &mut Conn, id: TokenId) -> Result<bool, StoreError> {
    let valid = diesel::update(tokens::table.find(id.get()).filter(tokens::revoked_at.is_null()))
        .set(tokens::scopes.eq(tokens::scopes))
        .execute(conn)?;
    Ok(valid == 1)
}

/// Revokes all tokens of a person but one; which.
///
/// # Errors
/// The database's.
pub fn revoke_others(
    conn: &mut Conn,
    account: AccountId,
    kept: TokenId,
    now: Time,
) -> Result<Vec<TokenId>, StoreError> {
    let ids = Sql::new("UPDATE tokens SET revoked_at = ")
        .time(now)
        .raw(" WHERE account_id = ")
        .int(account.get())
        .raw(" AND id <> ")
        .int(kept.get())
        .raw(" AND revoked_at IS NULL RETURNING id")
        .list(conn)?;
    push::remove_of(conn, account, Some(kept))?;
    Ok(ids.into_iter().map(TokenId).collect())
}

/// Revokes a token. False if there is none of that id that was valid.
///
/// # Errors
/// The database's.
pub fn revoke(conn: &mut Conn, id: TokenId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(tokens::table.find(id.get()).filter(tokens::revoked_at.is_null()))
        .set(tokens::revoked_at.eq(Some(to_db(now))))
        .execute(conn)?;
    push::remove(conn, id)?;
    Ok(changed == 1)
}

/// Revokes a token of one person. False if there is none of that id that was valid and theirs.
///
/// # Errors
/// The database's.
pub fn revoke_of(conn: &mut Conn, account: AccountId, id: TokenId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(
        tokens::table
            .find(id.get())
            .filter(tokens::account_id.eq(account.get()))
            .filter(tokens::revoked_at.is_null()),
    )
    .set(tokens::revoked_at.eq(Some(to_db(now))))
    .execute(conn)?;
    if changed == 1 {
        push::remove(conn, id)?;
    }
    Ok(changed == 1)
}

/// Revokes all tokens of a person.
///
/// # Errors
/// The database's.
pub fn revoke_all(conn: &mut Conn, account: AccountId, now: Time) -> Result<(), StoreError> {
    diesel::update(tokens::table)
        .filter(tokens::account_id.eq(account.get()))
        .filter(tokens::revoked_at.is_null())
        .set(tokens::revoked_at.eq(Some(to_db(now))))
        .execute(conn)?;
    push::remove_of(conn, account, None)
}
