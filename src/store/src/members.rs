//! Logins of local people.

use crate::page::{newest_first, page as page_of};
use crate::schema::{accounts, members};
use crate::sql::Sql;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, Member, Page, QuoteChoice, Role, Time, Visibility};

/// A row of `members`, in the order of its columns.
#[derive(Queryable)]
pub(crate) struct Row {
    account_id: i64,
    role: String,
    password_hash: String,
    locale: String,
    default_visibility: String,
    default_sensitive: bool,
    default_language: Option<String>,
    created_at: NaiveDateTime,
    disabled_at: Option<NaiveDateTime>,
    default_quote_policy: String,
}

impl TryFrom<Row> for Member {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |error: String| StoreError::Corrupt(format!("member {}: {error}", row.account_id));
        let role: Role = row.role.parse().map_err(corrupt)?;
        let default_visibility: Visibility = row.default_visibility.parse().map_err(corrupt)?;
        let default_quote_choice: QuoteChoice = row.default_quote_policy.parse().map_err(corrupt)?;
        Ok(Self {
            account: AccountId(row.account_id),
            role,
            password_hash: row.password_hash,
            locale: row.locale,
            default_visibility,
            default_sensitive: row.default_sensitive,
            default_language: row.default_language,
            created_at: from_db(row.created_at),
            disabled_at: row.disabled_at.map(from_db),
            default_quote_choice,
        })
    }
}

/// The login of an account, disabled or not.
///
/// # Errors
/// The database's.
pub fn by_account(conn: &mut Conn, id: AccountId) -> Result<Option<Member>, StoreError> {
    members::table
        .find(id.get())
        .first::<Row>(conn)
        .optional()?
        .map(Member::try_from)
        .transpose()
}

/// The enabled login of that name (any case).
///
/// # Errors
/// The database's.
pub fn enabled_by_username(conn: &mut Conn, username: &str) -> Result<Option<Member>, StoreError> {
    members::table
        .inner_join(accounts::table.on(accounts::id.eq(members::account_id)))
        .filter(accounts::username_key.eq(username.to_lowercase()))
        .filter(accounts::origin.is_null())
        .filter(accounts::disabled_at.is_null())
        .filter(members::disabled_at.is_null())
        .select(members::all_columns)
        .first::<Row>(conn)
        .optional()?
        .map(Member::try_from)
        .transpose()
}

/// Ids of people with a login, by name, after the name `after`.
///
/// # Errors
/// The database's.
pub fn page(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<AccountId>, StoreError> {
    let mut query = members::table
        .inner_join(accounts::table.on(accounts::id.eq(members::account_id)))
        .select(accounts::id)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(accounts::username_key.gt(after.to_lowercase()));
    }
    let ids = query
        .order(accounts::username_key.asc())
        .limit(limit)
        .load::<i64>(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Which people with a login are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those whose login is disabled, or is not.
    pub disabled: Option<bool>,
    /// Only moderators and above.
    pub staff: bool,
    /// A part of their username, lower-case.
    pub username: Option<String>,
    /// A part of their name.
    pub display_name: Option<String>,
}

/// Ids of people with a login, those who came last first.
///
/// # Errors
/// Those of the query.
pub fn newest(conn: &mut Conn, wanted: &Wanted, paging: &Page) -> Result<Vec<AccountId>, StoreError> {
    let holds = |text: &str| format!("%{}%", crate::search::escaped(text));
    let sql = Sql::new(
        "SELECT m.account_id FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.account_id > 0",
    )
    .maybe(wanted.disabled, |sql, disabled| {
        sql.raw(if disabled {
            " AND m.disabled_at IS NOT NULL"
        } else {
            " AND m.disabled_at IS NULL"
        })
    })
    .when(wanted.staff, |sql| {
        sql.raw(" AND m.role IN ('moderator', 'administrator', 'owner')")
    })
    .maybe(wanted.username.as_deref(), |sql, text| {
        sql.raw(" AND a.username_key LIKE ")
            .text(holds(text))
            .raw(" ESCAPE '\\'")
    })
    .maybe(wanted.display_name.as_deref(), |sql, text| {
        sql.raw(" AND LOWER(a.display_name) LIKE ")
            .text(holds(text))
            .raw(" ESCAPE '\\'")
    });
    let ids = page_of(sql, "m.account_id", paging).list(conn)?;
    Ok(newest_first(ids.into_iter().map(AccountId).collect(), paging))
}

/// Inserts a login.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, member: &Member) -> Result<(), StoreError> {
    diesel::insert_into(members::table)
        .values((
            members::account_id.eq(member.account.get()),
            members::role.eq(member.role.as_str()),
            members::password_hash.eq(&member.password_hash),
            members::locale.eq(&member.locale),
            members::default_visibility.eq(member.default_visibility.as_str()),
            members::default_sensitive.eq(member.default_sensitive),
            members::default_language.eq(member.default_language.as_deref()),
            members::created_at.eq(to_db(member.created_at)),
            members::disabled_at.eq(member.disabled_at.map(to_db)),
            members::default_quote_policy.eq(member.default_quote_choice.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many enabled owners there are. Their rows stay locked until the transaction ends, so that two owners cannot
/// both be the one who may still go.
///
/// # Errors
/// The database's.
pub fn lock_owners(conn: &mut Conn) -> Result<usize, StoreError> {
    let owner = Role::Owner.as_str();
    Ok(diesel::update(members::table)
        .filter(members::role.eq(owner))
        .filter(members::disabled_at.is_null())
        .set(members::role.eq(owner))
        .execute(conn)?)
}

/// Locks a login until the transaction ends: of what a person may have so many, they make one after the other. On SQLite there
/// is one writer anyway.
///
/// # Errors
/// The database's.
pub fn lock(conn: &mut Conn, id: AccountId) -> Result<(), StoreError> {
    diesel::update(members::table.find(id.get()))
        .set(members::role.eq(members::role))
        .execute(conn)?;
    Ok(())
}

/// Disables a login.
///
/// # Errors
/// The database's.
pub fn disable(conn: &mut Conn, id: AccountId, now: Time) -> Result<(), StoreError> {
    diesel::update(members::table.find(id.get()))
        .set(members::disabled_at.eq(Some(to_db(now))))
        .execute(conn)?;
    Ok(())
}

/// Sets the password's hash. False if there is no enabled login.
///
/// # Errors
/// The database's.
pub fn set_password(conn: &mut Conn, id: AccountId, hash: &str) -> Result<bool, StoreError> {
    let changed = diesel::update(
        members::table
            .find(id.get())
            .filter(members::disabled_at.is_null()),
    )
    .set(members::password_hash.eq(hash))
    .execute(conn)?;
    Ok(changed == 1)
}

/// Writes the preferences of a login.
///
/// # Errors
/// The database's.
pub fn set_preferences(conn: &mut Conn, member: &Member) -> Result<(), StoreError> {
    diesel::update(members::table.find(member.account.get()))
        .set((
            members::locale.eq(&member.locale),
            members::default_visibility.eq(member.default_visibility.as_str()),
            members::default_sensitive.eq(member.default_sensitive),
            members::default_language.eq(member.default_language.as_deref()),
            members::default_quote_policy.eq(member.default_quote_choice.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}
