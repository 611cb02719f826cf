//! Who is in a group, invited, or asks to be let in.

use crate::{
    Conn, StoreError, from_db,
    page::{newest_first, page},
    sql::Sql,
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use entrenous_model::{AccountId, GroupId, GroupRole, MemberState, Membership, Page, Time};

type SqlRow = (
    BigInt,
    BigInt,
    BigInt,
    Text,
    Text,
    Text,
    Nullable<BigInt>,
    Timestamp,
    Nullable<Timestamp>,
);
type Row = (
    i64,
    i64,
    i64,
    String,
    String,
    String,
    Option<i64>,
    NaiveDateTime,
    Option<NaiveDateTime>,
);

const SELECT: &str = "SELECT m.id, m.group_id, m.account_id, m.role, m.state, m.note, m.invited_by, m.created_at, m.joined_at \
     FROM group_members m WHERE ";

fn member(
    (id, group, account, role, state, note, invited_by, created_at, joined_at): Row,
) -> Result<Membership, StoreError> {
    let corrupt = |error: String| StoreError::Corrupt(format!("member {id}: {error}"));
    Ok(Membership {
        id,
        group: GroupId(group),
        account: AccountId(account),
        role: role.parse().map_err(corrupt)?,
        state: state.parse().map_err(corrupt)?,
        note,
        invited_by: invited_by.map(AccountId),
        created_at: from_db(created_at),
        joined_at: joined_at.map(from_db),
    })
}

fn many(conn: &mut Conn, sql: Sql) -> Result<Vec<Membership>, StoreError> {
    sql.load::<SqlRow, Row>(conn)?.into_iter().map(member).collect()
}

/// What somebody is to a group.
///
/// # Errors
/// Those of the query.
pub fn membership(
    conn: &mut Conn,
    group: GroupId,
    account: AccountId,
) -> Result<Option<Membership>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("m.group_id = ")
        .int(group.get())
        .raw(" AND m.account_id = ")
        .int(account.get());
    Ok(many(conn, sql)?.pop())
}

/// [`membership`], which nobody takes away until this transaction ends, where several can write: what is written because of it is
/// written before.
///
/// # Errors
/// Those of the query.
pub fn held(conn: &mut Conn, group: GroupId, account: AccountId) -> Result<Option<Membership>, StoreError> {
    let postgres = matches!(conn, Conn::Pg(_));
    let sql = Sql::new(SELECT)
        .raw("m.group_id = ")
        .int(group.get())
        .raw(" AND m.account_id = ")
        .int(account.get())
        .when(postgres, |sql| sql.raw(" FOR SHARE OF m"));
    Ok(many(conn, sql)?.pop())
}

/// What somebody is to each of these groups.
///
/// # Errors
/// Those of the query.
pub fn memberships_of(
    conn: &mut Conn,
    account: AccountId,
    groups: &[i64],
) -> Result<Vec<Membership>, StoreError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new(SELECT)
        .raw("m.account_id = ")
        .int(account.get())
        .raw(" AND m.group_id IN ")
        .ids(groups);
    many(conn, sql)
}

/// The same in a word each.
///
/// # Errors
/// Those of the query.
pub fn states_of(
    conn: &mut Conn,
    account: AccountId,
    groups: &[i64],
) -> Result<Vec<(GroupId, MemberState)>, StoreError> {
    let all = memberships_of(conn, account, groups)?;
    Ok(all.into_iter().map(|one| (one.group, one.state)).collect())
}

/// Everything that is between a person and groups, in one of these states, newest first.
///
/// # Errors
/// Those of the query.
pub fn of_person(
    conn: &mut Conn,
    account: AccountId,
    state: MemberState,
) -> Result<Vec<Membership>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("m.account_id = ")
        .int(account.get())
        .raw(" AND m.state = ")
        .text(state.as_str())
        .raw(" ORDER BY m.id DESC LIMIT 1000");
    many(conn, sql)
}

/// Those who are this to a group, newest first; with one of these roles, or, if none is given, with any. Who is disabled is not
/// among them.
///
/// # Errors
/// Those of the query.
pub fn list(
    conn: &mut Conn,
    group: GroupId,
    state: MemberState,
    roles: &[GroupRole],
    paging: &Page,
) -> Result<Vec<Membership>, StoreError> {
    let sql = Sql::new(SELECT)
        .raw("m.active AND m.group_id = ")
        .int(group.get())
        .raw(" AND m.state = ")
        .text(state.as_str())
        .when(!roles.is_empty(), |sql| {
            let words: Vec<String> = roles.iter().map(|role| format!("'{}'", role.as_str())).collect();
            sql.raw(format!(" AND m.role IN ({})", words.join(", ")))
        });
    Ok(newest_first(many(conn, page(sql, "m.id", paging))?, paging))
}

/// The members of a group with one of these roles, in the order in which they came, at most 1,000.
///
/// # Errors
/// Those of the query.
pub fn member_ids(
    conn: &mut Conn,
    group: GroupId,
    roles: &[GroupRole],
) -> Result<Vec<AccountId>, StoreError> {
    let mut found = Vec::new();
    for role in roles {
        let ids = Sql::new("SELECT m.account_id FROM group_members m WHERE m.active AND m.state = 'member' AND m.group_id = ")
            .int(group.get())
            .raw(" AND m.role = ")
            .text(role.as_str())
            .raw(" ORDER BY m.id LIMIT 1000")
            .list(conn)?;
        found.extend(ids.into_iter().map(AccountId));
    }
    Ok(found)
}

/// Which of these people are members.
///
/// # Errors
/// Those of the query.
pub fn members_among(conn: &mut Conn, group: GroupId, people: &[i64]) -> Result<Vec<AccountId>, StoreError> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let ids = Sql::new("SELECT m.account_id FROM group_members m WHERE m.state = 'member' AND m.group_id = ")
        .int(group.get())
        .raw(" AND m.account_id IN ")
        .ids(people)
        .list(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// How many people are this to a group.
///
/// # Errors
/// Those of the query.
pub fn count(conn: &mut Conn, group: GroupId, state: MemberState) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM group_members WHERE group_id = ")
        .int(group.get())
        .raw(" AND state = ")
        .text(state.as_str())
        .one(conn)?
        .unwrap_or(0))
}

/// Somebody is nothing to any group any more, and banned from none.
///
/// # Errors
/// Those of the queries.
pub fn forget_person(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM group_members WHERE account_id = ",
        "DELETE FROM group_bans WHERE account_id = ",
    ] {
        Sql::new(statement).int(account.get()).run(conn)?;
    }
    Ok(())
}

/// How many people somebody has invited after `since`, as far as these have not turned it down.
///
/// # Errors
/// Those of the query.
pub fn invited_since(conn: &mut Conn, by: AccountId, since: Time) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM group_members WHERE invited_by = ")
        .int(by.get())
        .raw(" AND created_at > ")
        .time(since)
        .one(conn)?
        .unwrap_or(0))
}

/// How many members have a role; who is disabled does not count.
///
/// # Errors
/// Those of the query.
pub fn count_role(conn: &mut Conn, group: GroupId, role: GroupRole) -> Result<i64, StoreError> {
    Ok(
        Sql::new("SELECT COUNT(*) FROM group_members WHERE active AND state = 'member' AND group_id = ")
            .int(group.get())
            .raw(" AND role = ")
            .text(role.as_str())
            .one(conn)?
            .unwrap_or(0),
    )
}

/// Inserts what somebody of this node is to a group.
///
/// # Errors
/// [`StoreError::Conflict`] if they are something to it already.
pub fn insert_member(conn: &mut Conn, one: &Membership) -> Result<(), StoreError> {
    Sql::new(
        "INSERT INTO group_members (id, group_id, account_id, origin, role, state, active, note, invited_by, created_at, \
         joined_at) VALUES (",
    )
    .int(one.id)
    .raw(",")
    .int(one.group.get())
    .raw(",")
    .int(one.account.get())
    .raw(",'',")
    .text(one.role.as_str())
    .raw(",")
    .text(one.state.as_str())
    .raw(",")
    .flag(true)
    .raw(",")
    .text(one.note.as_str())
    .raw(",")
    .opt_int(one.invited_by.map(AccountId::get))
    .raw(",")
    .time(one.created_at)
    .raw(",")
    .opt_time(one.joined_at)
    .raw(")")
    .run(conn)?;
    Ok(())
}

/// Writes role, state, note and since when.
///
/// # Errors
/// Those of the query.
pub fn update_member(conn: &mut Conn, one: &Membership) -> Result<(), StoreError> {
    Sql::new("UPDATE group_members SET role = ")
        .text(one.role.as_str())
        .raw(", state = ")
        .text(one.state.as_str())
        .raw(", note = ")
        .text(one.note.as_str())
        .raw(", invited_by = ")
        .opt_int(one.invited_by.map(AccountId::get))
        .raw(", joined_at = ")
        .opt_time(one.joined_at)
        .raw(" WHERE id = ")
        .int(one.id)
        .run(conn)?;
    Ok(())
}

/// Somebody is nothing to a group any more.
///
/// # Errors
/// Those of the query.
pub fn remove_member(conn: &mut Conn, group: GroupId, account: AccountId) -> Result<(), StoreError> {
    Sql::new("DELETE FROM group_members WHERE group_id = ")
        .int(group.get())
        .raw(" AND account_id = ")
        .int(account.get())
        .run(conn)?;
    Ok(())
}
