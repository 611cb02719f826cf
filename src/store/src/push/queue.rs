//! What waits to be sent to push services.

use crate::{Conn, StoreError, from_db, sql::Sql};
use chrono::NaiveDateTime;
use diesel::{
    Queryable,
    sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamp},
};
use entrenous_model::{
    AccountId, Notification, NotificationId, PushAlerts, PushPolicy, PushSubscriptionId, Time,
};

/// One message that waits.
#[derive(Clone)]
pub struct Waiting {
    /// What it tells of.
    pub notification: NotificationId,
    /// Where it goes.
    pub subscription: PushSubscriptionId,
    /// To whom.
    pub account: AccountId,
    /// The language of their interface.
    pub locale: String,
    /// Endpoint and keys.
    pub sealed: Vec<u8>,
    /// From whom they want to be told.
    pub policy: PushPolicy,
    /// Attempts that failed.
    pub tries: i32,
    /// Since when it waits.
    pub created_at: Time,
}

type SqlColumns = (BigInt, BigInt, BigInt, Text, Binary, Text, Integer, Timestamp);

#[derive(Queryable)]
struct Columns {
    notification: i64,
    subscription: i64,
    account: i64,
    locale: String,
    sealed: Vec<u8>,
    policy: String,
    tries: i32,
    created_at: NaiveDateTime,
}

/// Puts a notification into the queue of each subscription of its owner that wants its kind, and leaves each of these the
/// `most` newest that wait for it. False if there is none.
///
/// # Errors
/// Those of the queries.
pub fn add(conn: &mut Conn, told: &Notification, most: u32) -> Result<bool, StoreError> {
    let postgres = !matches!(conn, Conn::Sqlite(_));
    let added = Sql::new(
        "INSERT INTO pushes (notification_id, subscription_id, service, created_at, due_at, tries) SELECT ",
    )
    .int(told.id.get())
    .raw(", s.id, s.service, ")
    .time(told.created_at)
    .raw(", ")
    .time(told.created_at)
    .raw(", 0 FROM push_subscriptions s WHERE s.policy <> 'none' AND s.account_id = ")
    .int(told.account.get())
    .raw(" AND s.alerts LIKE ")
    .text(format!("%{}%", PushAlerts::needle(told.kind)))
    // One that ends at this very moment is passed over, instead of failing with the row that names it.
    .when(postgres, |sql| sql.raw(" FOR KEY SHARE OF s"))
    .run(conn)?;
    if added == 0 {
        return Ok(false);
    }
    let full = Sql::new(
        "SELECT q.subscription_id FROM pushes q JOIN push_subscriptions s ON s.id = q.subscription_id \
         WHERE s.account_id = ",
    )
    .int(told.account.get())
    .raw(format!(" GROUP BY q.subscription_id HAVING COUNT(*) > {most}"))
    .list(conn)?;
    for subscription in full {
        Sql::new("DELETE FROM pushes WHERE subscription_id = ")
            .int(subscription)
            .raw(" AND notification_id <= (SELECT n.notification_id FROM pushes n WHERE n.subscription_id = ")
            .int(subscription)
            .raw(format!(" ORDER BY n.notification_id DESC LIMIT 1 OFFSET {most})"))
            .run(conn)?;
    }
    Ok(true)
}

/// What is due at a push service, that which has been for longest first. Nothing of who has left, or whose token was
/// revoked.
///
/// # Errors
/// Those of the query; `Corrupt`.
pub fn due(conn: &mut Conn, service: &str, now: Time, most: u32) -> Result<Vec<Waiting>, StoreError> {
    let rows = Sql::new(
        "SELECT q.notification_id, q.subscription_id, s.account_id, m.locale, s.sealed, s.policy, q.tries, q.created_at \
         FROM pushes q JOIN push_subscriptions s ON s.id = q.subscription_id \
         JOIN tokens t ON t.id = s.token_id AND t.revoked_at IS NULL \
         JOIN members m ON m.account_id = s.account_id AND m.disabled_at IS NULL WHERE q.service = ",
    )
    .text(service)
    .raw(" AND q.due_at <= ")
    .time(now)
    .raw(format!(" ORDER BY q.due_at, q.notification_id LIMIT {most}"))
    .load::<SqlColumns, Columns>(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(Waiting {
                policy: row.policy.parse().map_err(|what| {
                    StoreError::Corrupt(format!("push subscription {}: {what}", row.subscription))
                })?,
                notification: NotificationId(row.notification),
                subscription: PushSubscriptionId(row.subscription),
                account: AccountId(row.account),
                locale: row.locale,
                sealed: row.sealed,
                tries: row.tries,
                created_at: from_db(row.created_at),
            })
        })
        .collect()
}

/// When the next message is due at a push service.
///
/// # Errors
/// Those of the query.
pub fn next_at(conn: &mut Conn, service: &str) -> Result<Option<Time>, StoreError> {
    Ok(Sql::new("SELECT MIN(due_at) FROM pushes WHERE service = ")
        .text(service)
        .first::<Nullable<Timestamp>, Option<NaiveDateTime>>(conn)?
        .flatten()
        .map(from_db))
}

/// A message was taken, or nobody needs it any more.
///
/// # Errors
/// Those of the query.
pub fn taken(
    conn: &mut Conn,
    subscription: PushSubscriptionId,
    notification: NotificationId,
) -> Result<(), StoreError> {
    Sql::new("DELETE FROM pushes WHERE subscription_id = ")
        .int(subscription.get())
        .raw(" AND notification_id = ")
        .int(notification.get())
        .run(conn)?;
    Ok(())
}

/// Nothing is sent to a subscription before `due_at`; what was tried has failed once more.
///
/// # Errors
/// Those of the queries.
pub fn postpone(
    conn: &mut Conn,
    subscription: PushSubscriptionId,
    tried: NotificationId,
    due_at: Time,
) -> Result<(), StoreError> {
    Sql::new("UPDATE pushes SET tries = tries + 1 WHERE subscription_id = ")
        .int(subscription.get())
        .raw(" AND notification_id = ")
        .int(tried.get())
        .run(conn)?;
    Sql::new("UPDATE pushes SET due_at = ")
        .time(due_at)
        .raw(" WHERE subscription_id = ")
        .int(subscription.get())
        .raw(" AND due_at < ")
        .time(due_at)
        .run(conn)?;
    Ok(())
}

/// Forgets what has waited since before `before`; how many.
///
/// # Errors
/// Those of the query.
pub fn expire(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    Sql::new("DELETE FROM pushes WHERE created_at < ")
        .time(before)
        .run(conn)
}
