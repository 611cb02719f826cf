//! Web Push: where clients want to be told, and what waits to be sent there.

mod queue;

pub use queue::{Waiting, add, due, expire, next_at, postpone, taken};

use crate::{Conn, StoreError, from_db, sql::Sql};
use chrono::NaiveDateTime;
use diesel::{
    Queryable,
    sql_types::{BigInt, Binary, Text, Timestamp},
};
use entrenous_model::{AccountId, PushAlerts, PushPolicy, PushSubscriptionId, Time, TokenId};

/// A subscription as it is kept: where messages go, and what they are encrypted with, is sealed.
#[derive(Clone)]
pub struct Row {
    /// Local id.
    pub id: PushSubscriptionId,
    /// The token it goes with.
    pub token: TokenId,
    /// Whose.
    pub account: AccountId,
    /// The origin of the push service.
    pub service: String,
    /// SHA-256 of the endpoint.
    pub endpoint_hash: String,
    /// Endpoint and keys.
    pub sealed: Vec<u8>,
    /// Of what.
    pub alerts: PushAlerts,
    /// From whom.
    pub policy: PushPolicy,
    /// When it was made.
    pub created_at: Time,
}

type SqlColumns = (BigInt, BigInt, BigInt, Text, Text, Binary, Text, Text, Timestamp);

#[derive(Queryable)]
struct Columns {
    id: i64,
    token: i64,
    account: i64,
    service: String,
    endpoint_hash: String,
    sealed: Vec<u8>,
    alerts: String,
    policy: String,
    created_at: NaiveDateTime,
}

impl Columns {
    fn into_row(self) -> Result<Row, StoreError> {
        let corrupt = |what| StoreError::Corrupt(format!("push subscription {}: {what}", self.id));
        Ok(Row {
            policy: self.policy.parse().map_err(corrupt)?,
            id: PushSubscriptionId(self.id),
            token: TokenId(self.token),
            account: AccountId(self.account),
            service: self.service,
            endpoint_hash: self.endpoint_hash,
            sealed: self.sealed,
            alerts: PushAlerts::from_stored(&self.alerts),
            created_at: from_db(self.created_at),
        })
    }
}

/// The subscription of a token.
///
/// # Errors
/// Those of the query; `Corrupt`.
pub fn of_token(conn: &mut Conn, token: TokenId) -> Result<Option<Row>, StoreError> {
    Sql::new(
        "SELECT id, token_id, account_id, service, endpoint_hash, sealed, alerts, policy, created_at \
         FROM push_subscriptions WHERE token_id = ",
    )
    .int(token.get())
    .first::<SqlColumns, Columns>(conn)?
    .map(Columns::into_row)
    .transpose()
}

/// Inserts a subscription.
///
/// # Errors
/// [`StoreError::Conflict`] if the token has one.
pub fn insert(conn: &mut Conn, row: &Row) -> Result<(), StoreError> {
    Sql::new(
        "INSERT INTO push_subscriptions (id, token_id, account_id, service, endpoint_hash, sealed, alerts, policy, \
         created_at) VALUES (",
    )
    .int(row.id.get())
    .raw(",")
    .int(row.token.get())
    .raw(",")
    .int(row.account.get())
    .raw(",")
    .text(row.service.clone())
    .raw(",")
    .text(row.endpoint_hash.clone())
    .raw(",")
    .bytes(row.sealed.clone())
    .raw(",")
    .text(row.alerts.stored())
    .raw(",")
    .text(row.policy.as_str())
    .raw(",")
    .time(row.created_at)
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// Other alerts, another policy. False if the token has no subscription.
///
/// # Errors
/// Those of the query.
pub fn change(
    conn: &mut Conn,
    token: TokenId,
    alerts: &PushAlerts,
    policy: PushPolicy,
) -> Result<bool, StoreError> {
    let changed = Sql::new("UPDATE push_subscriptions SET alerts = ")
        .text(alerts.stored())
        .raw(", policy = ")
        .text(policy.as_str())
        .raw(" WHERE token_id = ")
        .int(token.get())
        .run(conn)?;
    Ok(changed > 0)
}

/// Removes the subscription of a token, with what waits for it. False if there was none.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, token: TokenId) -> Result<bool, StoreError> {
    let removed = Sql::new("DELETE FROM push_subscriptions WHERE token_id = ")
        .int(token.get())
        .run(conn)?;
    Ok(removed > 0)
}

/// Removes a subscription that the push service does not know any more, with what waits for it.
///
/// # Errors
/// Those of the query.
pub fn remove_gone(conn: &mut Conn, id: PushSubscriptionId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM push_subscriptions WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Removes a person's subscriptions but those of `kept`, if one is named.
///
/// # Errors
/// Those of the query.
pub fn remove_of(conn: &mut Conn, account: AccountId, kept: Option<TokenId>) -> Result<(), StoreError> {
    Sql::new("DELETE FROM push_subscriptions WHERE account_id = ")
        .int(account.get())
        .maybe(kept, |sql, kept| sql.raw(" AND token_id <> ").int(kept.get()))
        .run(conn)?;
    Ok(())
}

/// Removes a person's subscriptions for the same browser: it would be told twice.
///
/// # Errors
/// Those of the query.
pub fn remove_same(conn: &mut Conn, account: AccountId, endpoint_hash: &str) -> Result<(), StoreError> {
    Sql::new("DELETE FROM push_subscriptions WHERE account_id = ")
        .int(account.get())
        .raw(" AND endpoint_hash = ")
        .text(endpoint_hash)
        .run(conn)?;
    Ok(())
}

/// Leaves a person their `most` newest subscriptions.
///
/// # Errors
/// Those of the query.
pub fn keep_newest(conn: &mut Conn, account: AccountId, most: u32) -> Result<(), StoreError> {
    Sql::new("DELETE FROM push_subscriptions WHERE account_id = ")
        .int(account.get())
        .raw(" AND id <= (SELECT n.id FROM push_subscriptions n WHERE n.account_id = ")
        .int(account.get())
        .raw(format!(" ORDER BY n.id DESC LIMIT 1 OFFSET {most})"))
        .run(conn)?;
    Ok(())
}
