//! Notifications and read markers.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    sql::Sql,
    visible::{Who, node_wanted, visible_to},
};
use chrono::NaiveDateTime;
use diesel::{
    Queryable,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamp},
};
use entrenous_model::{
    AccountId, Notification, NotificationId, NotificationKind, Page, PostId, ReportId, Time,
};

type SqlRow = (
    BigInt,
    BigInt,
    Text,
    BigInt,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Timestamp,
);

#[derive(Queryable)]
struct Row {
    id: i64,
    account: i64,
    kind: String,
    from: i64,
    post: Option<i64>,
    report: Option<i64>,
    created_at: NaiveDateTime,
}

impl Row {
    fn into_notification(self) -> Result<Notification, StoreError> {
        Ok(Notification {
            id: NotificationId(self.id),
            account: AccountId(self.account),
            kind: NotificationKind::parse(&self.kind)
                .ok_or_else(|| StoreError::Corrupt(format!("notification kind {}", self.kind)))?,
            from: AccountId(self.from),
            post: self.post.map(PostId),
            report: self.report.map(ReportId),
            created_at: from_db(self.created_at),
        })
    }
}

/// Which of `people` may be told of something `from` did, at `now`: local and enabled, not `from`, neither blocking nor
/// blocked, not hiding `from`'s node, not muting `from`'s notifications, nor the conversation.
///
/// # Errors
/// Those of the query.
pub fn tellable(
    conn: &mut Conn,
    people: &[i64],
    from: AccountId,
    conversation: Option<PostId>,
    now: Time,
) -> Result<Vec<AccountId>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let from = from.get();
    let sql = Sql::new("SELECT x.id FROM accounts x LEFT JOIN accounts y ON y.id = ")
        .int(from)
        .raw(" WHERE x.peer_id IS NULL AND x.disabled_at IS NULL AND x.id <> ")
        .int(from)
        .raw(" AND x.id IN ")
        .ids(people)
        .raw(" AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = x.id AND b.target_id = ")
        .int(from)
        .raw(") AND NOT EXISTS (SELECT 1 FROM blocks c WHERE c.target_id = x.id AND c.account_id = ")
        .int(from)
        .raw(") AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.account_id = x.id AND u.notifications AND u.target_id = ")
        .int(from)
        .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
        .time(now)
        .raw(")) AND ");
    let sql = node_wanted(sql, Who::Column("x.id"), "y.peer_id").maybe(conversation, |sql, conversation| {
        sql.raw(
            " AND NOT EXISTS (SELECT 1 FROM conversation_mutes v WHERE v.account_id = x.id AND v.conversation = ",
        )
        .int(conversation.get())
        .raw(")")
    });
    Ok(sql.list(conn)?.into_iter().map(AccountId).collect())
}

/// Inserts a notification.
///
/// # Errors
/// Those of the query.
pub fn insert(conn: &mut Conn, notification: &Notification) -> Result<(), StoreError> {
    Sql::new(
        "INSERT INTO notifications (id, account_id, kind, from_id, post_id, report_id, created_at) VALUES (",
    )
    .int(notification.id.get())
    .raw(",")
    .int(notification.account.get())
    .raw(",")
    .text(notification.kind.as_str())
    .raw(",")
    .int(notification.from.get())
    .raw(",")
    .opt_int(notification.post.map(PostId::get))
    .raw(",")
    .opt_int(notification.report.map(ReportId::get))
    .raw(",")
    .time(notification.created_at)
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// Whom a notification of this kind, about what `from` did to this post, has told after `since`.
///
/// # Errors
/// Those of the query.
pub fn told_since(
    conn: &mut Conn,
    kind: NotificationKind,
    from: AccountId,
    post: PostId,
    since: Time,
) -> Result<Vec<AccountId>, StoreError> {
    let sql = Sql::new("SELECT account_id FROM notifications WHERE post_id = ")
        .int(post.get())
        .raw(" AND from_id = ")
        .int(from.get())
        .raw(" AND kind = ")
        .text(kind.as_str())
        .raw(" AND created_at > ")
        .time(since);
    Ok(sql.list(conn)?.into_iter().map(AccountId).collect())
}

/// Takes back what `from` caused: notifications of this kind, about this post if one is given.
///
/// # Errors
/// Those of the query.
pub fn withdraw(
    conn: &mut Conn,
    account: AccountId,
    from: AccountId,
    kind: NotificationKind,
    post: Option<PostId>,
) -> Result<(), StoreError> {
    Sql::new("DELETE FROM notifications WHERE account_id = ")
        .int(account.get())
        .raw(" AND from_id = ")
        .int(from.get())
        .raw(" AND kind = ")
        .text(kind.as_str())
        .maybe(post, |sql, post| sql.raw(" AND post_id = ").int(post.get()))
        .run(conn)?;
    Ok(())
}

/// Takes away everything `from` caused for `account`.
///
/// # Errors
/// Those of the query.
pub fn withdraw_all(conn: &mut Conn, account: AccountId, from: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM notifications WHERE account_id = ")
        .int(account.get())
        .raw(" AND from_id = ")
        .int(from.get())
        .run(conn)?;
    Ok(())
}

/// `n` is shown to `owner`: from someone who is there, whom they neither block nor mute, of a node that they do not hide,
/// about a post they may see. Reports are shown while `owner` moderates, whomever they mute and whatever they hide.
fn shown(sql: Sql, owner: AccountId, now: Time) -> Sql {
    let who = Who::Id(owner.get());
    let sql = sql.raw(
        " AND EXISTS (SELECT 1 FROM accounts f LEFT JOIN peers g ON g.id = f.peer_id WHERE f.id = n.from_id \
             AND f.disabled_at IS NULL AND (f.peer_id IS NULL OR (g.state IN ('active', 'suspended') \
             AND (n.kind = 'admin.report' OR ",
    );
    let sql = node_wanted(sql, who, "f.peer_id")
        .raw(
            ")))) \
             AND (n.kind <> 'admin.report' OR EXISTS (SELECT 1 FROM members h WHERE h.account_id = n.account_id \
             AND h.role IN ('moderator', 'administrator', 'owner'))) AND (n.kind = 'admin.report' OR (\
             NOT EXISTS (SELECT 1 FROM blocks b WHERE b.target_id = n.from_id AND b.account_id = ",
        )
        .who(who)
        .raw(") AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.target_id = n.from_id AND u.notifications AND u.account_id = ")
        .who(who)
        .raw(" AND (u.expires_at IS NULL OR u.expires_at > ")
        .time(now)
        .raw(")))) AND (n.post_id IS NULL OR ");
    visible_to(sql, who).raw(")")
}

/// Without what only clients that ask for it are told.
const UNUSUAL: &str = " AND n.kind <> 'pleroma:emoji_reaction'";

const SELECT: &str = "SELECT n.id, n.account_id, n.kind, n.from_id, n.post_id, n.report_id, n.created_at FROM notifications n \
     LEFT JOIN posts p ON p.id = n.post_id LEFT JOIN posts o ON o.id = p.boost_of WHERE n.account_id = ";

/// Notifications of a person, newest first.
///
/// # Errors
/// Those of the query.
pub fn list(
    conn: &mut Conn,
    owner: AccountId,
    types: &[NotificationKind],
    from: Option<AccountId>,
    paging: &Page,
    now: Time,
) -> Result<Vec<Notification>, StoreError> {
    if types.is_empty() {
        return Ok(Vec::new());
    }
    // What most ask for most, in the form that costs least.
    let usual = types == NotificationKind::USUAL.as_slice();
    // The words are our own.
    let words = types
        .iter()
        .map(|kind| format!("'{}'", kind.as_str()))
        .collect::<Vec<_>>()
        .join(",");
    let sql = Sql::new(SELECT)
        .int(owner.get())
        .when(usual, |sql| sql.raw(UNUSUAL))
        .when(!usual, |sql| sql.raw(format!(" AND n.kind IN ({words})")))
        .maybe(from, |sql, from| sql.raw(" AND n.from_id = ").int(from.get()));
    let rows = page(shown(sql, owner, now), "n.id", paging).load::<SqlRow, Row>(conn)?;
    let rows = rows
        .into_iter()
        .map(Row::into_notification)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(newest_first(rows, paging))
}

/// One notification, if it is this person's and still shown.
///
/// # Errors
/// Those of the query.
pub fn get(
    conn: &mut Conn,
    owner: AccountId,
    id: NotificationId,
    now: Time,
) -> Result<Option<Notification>, StoreError> {
    let sql = Sql::new(SELECT)
        .int(owner.get())
        .raw(" AND n.id = ")
        .int(id.get());
    shown(sql, owner, now)
        .first::<SqlRow, Row>(conn)?
        .map(Row::into_notification)
        .transpose()
}

/// Removes one notification of a person, or all; how many.
///
/// # Errors
/// Those of the query.
pub fn remove(conn: &mut Conn, owner: AccountId, id: Option<NotificationId>) -> Result<usize, StoreError> {
    Sql::new("DELETE FROM notifications WHERE account_id = ")
        .int(owner.get())
        .maybe(id, |sql, id| sql.raw(" AND id = ").int(id.get()))
        .run(conn)
}

/// Removes these notifications as far as they are this person's; how many.
///
/// # Errors
/// Those of the query.
pub fn remove_these(conn: &mut Conn, owner: AccountId, ids: &[NotificationId]) -> Result<usize, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    Sql::new("DELETE FROM notifications WHERE account_id = ")
        .int(owner.get())
        .raw(" AND id IN ")
        .ids(&ids)
        .run(conn)
}

/// How many shown notifications are newer than `after`, counted to `most`.
///
/// # Errors
/// Those of the query.
pub fn count_after(
    conn: &mut Conn,
    owner: AccountId,
    after: i64,
    most: i64,
    now: Time,
) -> Result<i64, StoreError> {
    let sql = Sql::new(
        "SELECT COUNT(*) FROM (SELECT n.id FROM notifications n LEFT JOIN posts p ON p.id = n.post_id \
         LEFT JOIN posts o ON o.id = p.boost_of WHERE n.account_id = ",
    )
    .int(owner.get())
    .raw(" AND n.id > ")
    .int(after)
    .raw(UNUSUAL);
    Ok(shown(sql, owner, now)
        .raw(format!(" LIMIT {most}) AS newer"))
        .one(conn)?
        .unwrap_or(0))
}

/// A read marker.
#[derive(Debug)]
pub struct MarkerRow {
    /// Timeline.
    pub timeline: String,
    /// Last id read.
    pub last_read_id: i64,
    /// Raised by each change.
    pub version: i32,
    /// When.
    pub updated_at: Time,
}

/// All read markers of a person.
///
/// # Errors
/// Those of the query.
pub fn markers(conn: &mut Conn, owner: AccountId) -> Result<Vec<MarkerRow>, StoreError> {
    Ok(
        Sql::new("SELECT timeline, last_read_id, version, updated_at FROM markers WHERE account_id = ")
            .int(owner.get())
            .raw(" ORDER BY timeline")
            .load::<(Text, BigInt, Integer, Timestamp), (String, i64, i32, NaiveDateTime)>(conn)?
            .into_iter()
            .map(|(timeline, last_read_id, version, at)| MarkerRow {
                timeline,
                last_read_id,
                version,
                updated_at: from_db(at),
            })
            .collect(),
    )
}

/// Sets a read marker.
///
/// # Errors
/// Those of the query.
pub fn set_marker(
    conn: &mut Conn,
    owner: AccountId,
    timeline: &str,
    last_read_id: i64,
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("INSERT INTO markers (account_id, timeline, last_read_id, version, updated_at) VALUES (")
        .int(owner.get())
        .raw(",")
        .text(timeline)
        .raw(",")
        .int(last_read_id)
        .raw(", 1, ")
        .time(now)
        .raw(
            ") ON CONFLICT (account_id, timeline) DO UPDATE SET last_read_id = excluded.last_read_id, \
             version = markers.version + 1, updated_at = excluded.updated_at",
        )
        .run(conn)?;
    Ok(())
}
