//! Reports, and the posts that they are about as they were.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    sql::Sql,
};
use chrono::NaiveDateTime;
use diesel::Queryable;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};
use entrenous_model::{
    AccountId, Evidence, Page, PeerId, PostId, Report, ReportCategory, ReportId, ReportedPost, ReportedRule,
    Time, first_id_at,
};
use std::collections::HashMap;

type SqlRow = (
    BigInt,
    BigInt,
    Nullable<BigInt>,
    BigInt,
    Text,
    Text,
    Text,
    Bool,
    Timestamp,
    Timestamp,
    Nullable<BigInt>,
    Nullable<Timestamp>,
    Nullable<BigInt>,
);

#[derive(Queryable)]
struct Row {
    id: i64,
    reporter: i64,
    peer: Option<i64>,
    target: i64,
    category: String,
    comment: String,
    rules: String,
    forwarded: bool,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    assigned: Option<i64>,
    settled_at: Option<NaiveDateTime>,
    settled_by: Option<i64>,
}

impl TryFrom<Row> for Report {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: String| StoreError::Corrupt(format!("report {}: {what}", row.id));
        Ok(Self {
            id: ReportId(row.id),
            reporter: AccountId(row.reporter),
            peer: row.peer.map(PeerId),
            target: AccountId(row.target),
            category: row.category.parse().map_err(corrupt)?,
            rules: serde_json::from_str(&row.rules).map_err(|error| corrupt(error.to_string()))?,
            comment: row.comment,
            forwarded: row.forwarded,
            created_at: from_db(row.created_at),
            updated_at: from_db(row.updated_at),
            assigned: row.assigned.map(AccountId),
            settled_at: row.settled_at.map(from_db),
            settled_by: row.settled_by.map(AccountId),
        })
    }
}

const SELECT: &str = "SELECT r.id, r.account_id, r.peer_id, r.target_id, r.category, r.comment, r.rules, r.forwarded, \
     r.created_at, r.updated_at, r.assigned_id, r.settled_at, r.settled_by FROM reports r WHERE ";

fn many(conn: &mut Conn, sql: Sql) -> Result<Vec<Report>, StoreError> {
    sql.load::<SqlRow, Row>(conn)?
        .into_iter()
        .map(Report::try_from)
        .collect()
}

fn rules_text(rules: &[ReportedRule]) -> Result<String, StoreError> {
    serde_json::to_string(rules).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Inserts a report, without its posts.
///
/// # Errors
/// Those of the query.
pub fn insert(conn: &mut Conn, report: &Report) -> Result<(), StoreError> {
    Sql::new(
        "INSERT INTO reports (id, account_id, peer_id, target_id, category, comment, rules, forwarded, created_at, \
         updated_at, assigned_id, settled_at, settled_by) VALUES (",
    )
    .int(report.id.get())
    .raw(",")
    .int(report.reporter.get())
    .raw(",")
    .opt_int(report.peer.map(PeerId::get))
    .raw(",")
    .int(report.target.get())
    .raw(",")
    .text(report.category.as_str())
    .raw(",")
    .text(report.comment.as_str())
    .raw(",")
    .text(rules_text(&report.rules)?)
    .raw(",")
    .flag(report.forwarded)
    .raw(",")
    .time(report.created_at)
    .raw(",")
    .time(report.updated_at)
    .raw(",")
    .opt_int(report.assigned.map(AccountId::get))
    .raw(",")
    .opt_time(report.settled_at)
    .raw(",")
    .opt_int(report.settled_by.map(AccountId::get))
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// Adds a post to a report, as it is now.
///
/// # Errors
/// Those of the query.
pub fn add_post(
    conn: &mut Conn,
    report: ReportId,
    post: PostId,
    place: i64,
    evidence: &Evidence,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(evidence).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Sql::new("INSERT INTO report_posts (report_id, post_id, place, evidence) VALUES (")
        .int(report.get())
        .raw(",")
        .int(post.get())
        .raw(",")
        .int(place)
        .raw(",")
        .text(text)
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// One report.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, id: ReportId) -> Result<Option<Report>, StoreError> {
    Ok(many(conn, Sql::new(SELECT).raw("r.id = ").int(id.get()))?.pop())
}

/// Many reports, in no particular order.
///
/// # Errors
/// Those of the query.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Report>, StoreError> {
    many(conn, Sql::new(SELECT).raw("r.id IN ").ids(ids))
}

/// Which reports are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that are resolved, or are not.
    pub resolved: Option<bool>,
    /// Only those of this reporter.
    pub reporter: Option<AccountId>,
    /// Only those about this account.
    pub target: Option<AccountId>,
    /// None about this account.
    pub not_about: Option<AccountId>,
}

fn wanted(sql: Sql, wanted: &Wanted) -> Sql {
    sql.raw("r.id > 0")
        .maybe(wanted.resolved, |sql, resolved| {
            sql.raw(if resolved {
                " AND r.settled_at IS NOT NULL"
            } else {
                " AND r.settled_at IS NULL"
            })
        })
        .maybe(wanted.reporter, |sql, id| {
            sql.raw(" AND r.account_id = ").int(id.get())
        })
        .maybe(wanted.target, |sql, id| {
            sql.raw(" AND r.target_id = ").int(id.get())
        })
        .maybe(wanted.not_about, |sql, id| {
            sql.raw(" AND r.target_id <> ").int(id.get())
        })
}

/// A page of reports, newest first.
///
/// # Errors
/// Those of the query.
pub fn list(conn: &mut Conn, which: &Wanted, paging: &Page) -> Result<Vec<Report>, StoreError> {
    let sql = wanted(Sql::new(SELECT), which);
    Ok(newest_first(many(conn, page(sql, "r.id", paging))?, paging))
}

/// How many there are.
///
/// # Errors
/// Those of the query.
pub fn count(conn: &mut Conn, which: &Wanted) -> Result<i64, StoreError> {
    Ok(wanted(Sql::new("SELECT COUNT(*) FROM reports r WHERE "), which)
        .one(conn)?
        .unwrap_or(0))
}

/// Whether one of them is about a post.
///
/// # Errors
/// Those of the query.
pub fn any_about(conn: &mut Conn, which: &Wanted, post: PostId) -> Result<bool, StoreError> {
    wanted(Sql::new("SELECT r.id FROM reports r WHERE "), which)
        .raw(" AND EXISTS (SELECT 1 FROM report_posts q WHERE q.report_id = r.id AND q.post_id = ")
        .int(post.get())
        .raw(") LIMIT 1")
        .any(conn)
}

/// The posts of reports, in the order in which they were named.
///
/// # Errors
/// Those of the query; one that was changed by hand and cannot be read.
pub fn posts(conn: &mut Conn, reports: &[i64]) -> Result<HashMap<ReportId, Vec<ReportedPost>>, StoreError> {
    let rows = Sql::new(
        "SELECT q.report_id, q.post_id, q.evidence, p.id IS NULL OR p.deleted_at IS NOT NULL \
         FROM report_posts q LEFT JOIN posts p ON p.id = q.post_id WHERE q.report_id IN ",
    )
    .ids(reports)
    .raw(" ORDER BY q.report_id, q.place")
    .load::<(BigInt, BigInt, Nullable<Text>, Bool), (i64, i64, Option<String>, bool)>(conn)?;
    let mut found: HashMap<ReportId, Vec<ReportedPost>> = HashMap::new();
    for (report, post, evidence, gone) in rows {
        let evidence = evidence.map(|text| serde_json::from_str(&text)).transpose();
        let evidence =
            evidence.map_err(|error| StoreError::Corrupt(format!("evidence of report {report}: {error}")))?;
        found.entry(ReportId(report)).or_default().push(ReportedPost {
            post: PostId(post),
            evidence,
            gone,
        });
    }
    Ok(found)
}

/// Open reports of one reporter about one account, with that comment.
///
/// # Errors
/// Those of the query.
pub fn open_alike(
    conn: &mut Conn,
    reporter: AccountId,
    target: AccountId,
    comment: &str,
) -> Result<Vec<Report>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("r.settled_at IS NULL AND r.account_id = ")
        .int(reporter.get())
        .raw(" AND r.target_id = ")
        .int(target.get())
        .raw(" AND r.comment = ")
        .text(comment)
        .raw(" ORDER BY r.id DESC LIMIT 50");
    many(conn, sql)
}

/// The condition "`r` was made after `since`". By the id too, which the indexes hold.
fn after(sql: Sql, since: Time) -> Sql {
    sql.raw(" AND r.id >= ")
        .int(first_id_at(since))
        .raw(" AND r.created_at > ")
        .time(since)
}

/// How many reports somebody has made since `since`.
///
/// # Errors
/// Those of the query.
pub fn made_since(conn: &mut Conn, reporter: AccountId, since: Time) -> Result<i64, StoreError> {
    let sql = Sql::new("SELECT COUNT(*) FROM reports r WHERE r.account_id = ").int(reporter.get());
    Ok(after(sql, since).one(conn)?.unwrap_or(0))
}

/// How many reports a peer has sent since `since`.
///
/// # Errors
/// Those of the query.
pub fn received_since(conn: &mut Conn, peer: PeerId, since: Time) -> Result<i64, StoreError> {
    let sql = Sql::new("SELECT COUNT(*) FROM reports r WHERE r.peer_id = ").int(peer.get());
    Ok(after(sql, since).one(conn)?.unwrap_or(0))
}

/// How many reports a peer was sent since `since`.
///
/// # Errors
/// Those of the query.
pub fn forwarded_since(conn: &mut Conn, peer: PeerId, since: Time) -> Result<i64, StoreError> {
    // No join: it would begin with all people of the peer, of whom there may be many, and not with the last reports.
    let sql = Sql::new(
        "SELECT COUNT(*) FROM reports r WHERE r.forwarded \
         AND (SELECT a.peer_id FROM accounts a WHERE a.id = r.target_id) = ",
    )
    .int(peer.get());
    Ok(after(sql, since).one(conn)?.unwrap_or(0))
}

/// Somebody, or nobody, looks after a report.
///
/// # Errors
/// Those of the query.
pub fn assign(conn: &mut Conn, id: ReportId, to: Option<AccountId>, now: Time) -> Result<(), StoreError> {
    Sql::new("UPDATE reports SET assigned_id = ")
        .opt_int(to.map(AccountId::get))
        .raw(", updated_at = ")
        .time(now)
        .raw(" WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// A report is resolved by somebody, or open again (`None`). False if it was so already, also since a moment ago.
///
/// # Errors
/// Those of the query.
pub fn settle(conn: &mut Conn, id: ReportId, by: Option<AccountId>, now: Time) -> Result<bool, StoreError> {
    let changed = Sql::new("UPDATE reports SET settled_at = ")
        .opt_time(by.map(|_| now))
        .raw(", settled_by = ")
        .opt_int(by.map(AccountId::get))
        .raw(", updated_at = ")
        .time(now)
        .raw(if by.is_some() {
            " WHERE settled_at IS NULL AND id = "
        } else {
            " WHERE settled_at IS NOT NULL AND id = "
        })
        .int(id.get())
        .run(conn)?;
    Ok(changed > 0)
}

/// A report is of another category.
///
/// # Errors
/// Those of the query.
pub fn categorise(
    conn: &mut Conn,
    id: ReportId,
    category: ReportCategory,
    rules: &[ReportedRule],
    now: Time,
) -> Result<(), StoreError> {
    Sql::new("UPDATE reports SET category = ")
        .text(category.as_str())
        .raw(", rules = ")
        .text(rules_text(rules)?)
        .raw(", updated_at = ")
        .time(now)
        .raw(" WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Somebody who leaves looks after no report any more.
///
/// # Errors
/// Those of the query.
pub fn unassign_of(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    Sql::new("UPDATE reports SET assigned_id = NULL WHERE assigned_id = ")
        .int(account.get())
        .run(conn)?;
    Ok(())
}

/// Forgets how the posts of reports were that were resolved before `before`; how many.
///
/// # Errors
/// Those of the query.
pub fn forget_evidence(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    Sql::new(
        "UPDATE report_posts SET evidence = NULL WHERE evidence IS NOT NULL AND report_id IN \
         (SELECT r.id FROM reports r WHERE r.settled_at < ",
    )
    .time(before)
    .raw(")")
    .run(conn)
}

/// Forgets what people of a peer gave: how their posts were, and what they said was wrong.
///
/// # Errors
/// Those of the queries.
pub(crate) fn forget_people(conn: &mut Conn, people: &[i64]) -> Result<(), StoreError> {
    Sql::new(
        "UPDATE report_posts SET evidence = NULL WHERE evidence IS NOT NULL AND report_id IN \
         (SELECT r.id FROM reports r WHERE r.target_id IN ",
    )
    .ids(people)
    .raw(")")
    .run(conn)?;
    Sql::new("UPDATE reports SET comment = '' WHERE peer_id IS NOT NULL AND account_id IN ")
        .ids(people)
        .run(conn)?;
    Ok(())
}

/// Those who handle reports: enabled people of this node from moderators on.
///
/// # Errors
/// Those of the query.
pub fn moderators(conn: &mut Conn) -> Result<Vec<AccountId>, StoreError> {
    let ids = Sql::new(
        "SELECT m.account_id FROM members m WHERE m.disabled_at IS NULL \
         AND m.role IN ('moderator', 'administrator', 'owner') ORDER BY m.account_id",
    )
    .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}
