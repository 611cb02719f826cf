//! OAuth authorisation codes.

use crate::schema::oauth_codes;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, AppId, Scopes, Time, TokenId};

/// A code as it is kept, under its hash.
#[derive(Debug, Clone)]
pub struct Code {
    /// SHA-256 of the code, hexadecimal.
    pub hash: String,
    /// For which client.
    pub app: AppId,
    /// Who consented.
    pub account: AccountId,
    /// The redirect URI it was issued for.
    pub redirect_uri: String,
    /// What was consented to.
    pub scopes: Scopes,
    /// PKCE challenge (S256).
    pub challenge: Option<String>,
    /// When it was issued.
    pub created_at: Time,
    /// Not valid from then on.
    pub expires_at: Time,
    /// The token it was exchanged for.
    pub token: Option<TokenId>,
    /// When it was exchanged.
    pub used_at: Option<Time>,
}

#[derive(Queryable)]
struct Row {
    code_hash: String,
    app_id: i64,
    account_id: i64,
    redirect_uri: String,
    scopes: String,
    challenge: Option<String>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    used_at: Option<NaiveDateTime>,
    token_id: Option<i64>,
}

/// Inserts a code.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, code: &Code) -> Result<(), StoreError> {
    diesel::insert_into(oauth_codes::table)
        .values((
            oauth_codes::code_hash.eq(&code.hash),
            oauth_codes::app_id.eq(code.app.get()),
            oauth_codes::account_id.eq(code.account.get()),
            oauth_codes::redirect_uri.eq(&code.redirect_uri),
            oauth_codes::scopes.eq(code.scopes.to_string()),
            oauth_codes::challenge.eq(code.challenge.as_deref()),
            oauth_codes::created_at.eq(to_db(code.created_at)),
            oauth_codes::expires_at.eq(to_db(code.expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// A code by its hash, used or not, expired or not.
///
/// # Errors
/// The database's.
pub fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<Code>, StoreError> {
    let Some(row) = oauth_codes::table.find(hash).first::<Row>(conn).optional()? else {
        return Ok(None);
    };
    Ok(Some(Code {
        hash: row.code_hash,
        app: AppId(row.app_id),
        account: AccountId(row.account_id),
        redirect_uri: row.redirect_uri,
        scopes: Scopes::parse(&row.scopes)
            .map_err(|scope| StoreError::Corrupt(format!("scope {scope} of a code")))?,
        challenge: row.challenge,
        created_at: from_db(row.created_at),
        expires_at: from_db(row.expires_at),
        token: row.token_id.map(TokenId),
        used_at: row.used_at.map(from_db),
    }))
}

/// Marks a code as exchanged for `token`. False if it was used before: one statement checks and marks.
///
/// # Errors
/// The database's.
pub fn spend(conn: &mut Conn, hash: &str, token: TokenId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(
        oauth_codes::table
            .find(hash)
            .filter(oauth_codes::used_at.is_null()),
    )
    .set((
        oauth_codes::used_at.eq(Some(to_db(now))),
        oauth_codes::token_id.eq(Some(token.get())),
    ))
    .execute(conn)?;
    Ok(changed == 1)
}

/// Removes all codes of a person.
///
/// # Errors
/// The database's.
pub fn remove_of(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    diesel::delete(oauth_codes::table)
        .filter(oauth_codes::account_id.eq(account.get()))
        .execute(conn)?;
    Ok(())
}
