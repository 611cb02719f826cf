//! Groups beside their accounts, and which of them somebody may know of.

mod bans;
mod members;
mod posts;

pub use bans::{Ban, ban, banned_among, bans, is_banned, unban};
pub use members::{
    count, count_role, forget_person, held, insert_member, invited_since, list, member_ids, members_among,
    membership, memberships_of, of_person, remove_member, states_of, update_member,
};
pub use posts::{add_post, forget_posts, of_post, of_posts, posts_of};

use crate::{
    Conn, StoreError,
    sql::Sql,
    visible::Who,
    words::{self, begins},
};
use diesel::sql_types::{BigInt, Nullable, Text};
use entrenous_model::{AccountId, Group, GroupId, GroupKind, GroupState};

type SqlRow = (
    BigInt,
    Text,
    Text,
    Text,
    Text,
    Text,
    Text,
    BigInt,
    Nullable<BigInt>,
);
type Row = (
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
);

/// How many members a group has.
const MEMBERS: &str =
    "CAST(COALESCE((SELECT SUM(n.members) FROM group_nodes n WHERE n.group_id = g.account_id), 0) AS BIGINT)";

fn select() -> Sql {
    Sql::default().raw(format!(
        "SELECT g.account_id, g.kind, g.rules, g.rules_source, g.posting, g.invites, g.state, {MEMBERS}, \
         (SELECT w.account_id FROM group_members w WHERE w.group_id = g.account_id AND w.role = 'owner' \
         AND w.state = 'member' AND w.active ORDER BY w.id LIMIT 1) FROM groups g WHERE "
    ))
}

fn group(
    (id, kind, rules, rules_source, posting, invites, state, members, owner): Row,
) -> Result<Group, StoreError> {
    let corrupt = |error: String| StoreError::Corrupt(format!("group {id}: {error}"));
    Ok(Group {
        id: GroupId(id),
        kind: kind.parse().map_err(corrupt)?,
        rules,
        rules_source,
        posting: posting.parse().map_err(corrupt)?,
        invites: invites.parse().map_err(corrupt)?,
        state: state.parse().map_err(corrupt)?,
        members,
        owner: owner.map(AccountId),
    })
}

fn many(conn: &mut Conn, sql: Sql) -> Result<Vec<Group>, StoreError> {
    sql.load::<SqlRow, Row>(conn)?.into_iter().map(group).collect()
}

/// One group, ended or not.
///
/// # Errors
/// Those of the query.
pub fn get(conn: &mut Conn, id: GroupId) -> Result<Option<Group>, StoreError> {
    Ok(many(conn, select().raw("g.account_id = ").int(id.get()))?.pop())
}

/// Many groups, ended or not, in no particular order.
///
/// # Errors
/// Those of the query.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Group>, StoreError> {
    many(conn, select().raw("g.account_id IN ").ids(ids))
}

/// The groups that a person is in, in no particular order.
///
/// # Errors
/// Those of the query.
pub fn of_member(conn: &mut Conn, account: AccountId) -> Result<Vec<Group>, StoreError> {
    let sql = select()
        .raw("g.state = 'active' AND g.account_id IN (SELECT m.group_id FROM group_members m WHERE m.state = 'member' AND m.account_id = ")
        .int(account.get())
        .raw(")");
    many(conn, sql)
}

/// Which groups are looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only of this kind.
    pub kind: Option<GroupKind>,
    /// Only those that people outside may know of.
    pub listed: bool,
    /// Beginnings of words of their names; any, if there is none.
    pub words: String,
    /// Results to leave out.
    pub offset: i64,
    /// How many, 80 at most.
    pub limit: i64,
}

/// Groups that the viewer may know of, those with most members first. All groups of the node are gone through: there are some
/// thousands at most.
///
/// # Errors
/// Those of the query.
pub fn find(conn: &mut Conn, viewer: AccountId, wanted: &Wanted) -> Result<Vec<Group>, StoreError> {
    let typed = words::typed(&wanted.words);
    // Nothing is called by signs alone.
    if typed.is_empty() && !wanted.words.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = known(select(), Who::Id(viewer.get()), "g.account_id")
        .when(wanted.listed, |sql| sql.raw(" AND g.kind IN ('open', 'closed')"))
        .maybe(wanted.kind, |sql, kind| {
            sql.raw(" AND g.kind = ").text(kind.as_str())
        });
    for word in typed {
        sql = begins(
            sql.raw(" AND EXISTS (SELECT 1 FROM account_words z WHERE z.account_id = g.account_id AND "),
            "z.word",
            &word,
        )
        .raw(")");
    }
    let sql = sql
        .raw(format!(
            " ORDER BY {MEMBERS} DESC, g.account_id DESC LIMIT {} OFFSET ",
            wanted.limit.clamp(1, 80)
        ))
        .int(wanted.offset.clamp(0, 10_000));
    many(conn, sql)
}

/// Which of these groups the viewer may know of.
///
/// # Errors
/// Those of the query.
pub fn known_among(conn: &mut Conn, viewer: AccountId, ids: &[i64]) -> Result<Vec<GroupId>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new("SELECT q.account_id FROM groups q WHERE q.account_id IN ")
        .ids(ids)
        .raw(" AND ");
    let found = known(sql, Who::Id(viewer.get()), "q.account_id").list(conn)?;
    Ok(found.into_iter().map(GroupId).collect())
}

/// The condition "`who` may know of the group `id`", a column: it is listed and they are no guest of the node, or they are in
/// it or invited.
pub(crate) fn known(sql: Sql, who: Who, id: &'static str) -> Sql {
    // Not EXISTS, which PostgreSQL may answer by hashing all groups.
    sql.raw(format!(
        "(SELECT kn.account_id FROM groups kn WHERE kn.account_id = {id} AND kn.state = 'active' AND ((\
         kn.kind IN ('open', 'closed') AND NOT EXISTS (SELECT 1 FROM members kg WHERE kg.role = 'guest' \
         AND kg.account_id = "
    ))
    .who(who)
    .raw(
        ")) OR EXISTS (SELECT 1 FROM group_members km WHERE km.group_id = kn.account_id \
         AND km.state IN ('member', 'invited') AND km.account_id = ",
    )
    .who(who)
    .raw("))) IS NOT NULL")
}

/// The condition "`a`, one of `accounts`, is no group of this node, or one that `who` may know of".
pub(crate) fn known_or_person(sql: Sql, who: Who) -> Sql {
    known(
        sql.raw("(a.kind <> 'group' OR a.peer_id IS NOT NULL OR "),
        who,
        "a.id",
    )
    .raw(")")
}

/// How many groups the node has that have not ended.
///
/// # Errors
/// Those of the query.
pub fn count_all(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(Sql::new("SELECT COUNT(*) FROM groups WHERE state = 'active'")
        .one(conn)?
        .unwrap_or(0))
}

/// Whoever else writes about this group waits until this transaction ends, where several can write: so that the last owner is
/// known to be the last.
///
/// # Errors
/// Those of the query.
pub fn lock(conn: &mut Conn, id: GroupId) -> Result<(), StoreError> {
    Sql::new("UPDATE groups SET state = state WHERE account_id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Inserts a group; its account is there.
///
/// # Errors
/// Those of the query.
pub fn insert(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    Sql::new("INSERT INTO groups (account_id, kind, rules, rules_source, posting, invites, state) VALUES (")
        .int(group.id.get())
        .raw(",")
        .text(group.kind.as_str())
        .raw(",")
        .text(group.rules.as_str())
        .raw(",")
        .text(group.rules_source.as_str())
        .raw(",")
        .text(group.posting.as_str())
        .raw(",")
        .text(group.invites.as_str())
        .raw(",")
        .text(group.state.as_str())
        .raw(")")
        .run(conn)?;
    Ok(())
}

/// Writes what may change of a group.
///
/// # Errors
/// Those of the query.
pub fn update(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    Sql::new("UPDATE groups SET kind = ")
        .text(group.kind.as_str())
        .raw(", rules = ")
        .text(group.rules.as_str())
        .raw(", rules_source = ")
        .text(group.rules_source.as_str())
        .raw(", posting = ")
        .text(group.posting.as_str())
        .raw(", invites = ")
        .text(group.invites.as_str())
        .raw(", state = ")
        .text(group.state.as_str())
        .raw(" WHERE account_id = ")
        .int(group.id.get())
        .run(conn)?;
    Ok(())
}

/// Ends a group: nobody is in it, invited or asks any more, and nobody is banned. Its posts stay, for their authors alone, until
/// they are removed.
///
/// # Errors
/// Those of the queries.
pub fn end(conn: &mut Conn, id: GroupId) -> Result<(), StoreError> {
    Sql::new("UPDATE groups SET state = ")
        .text(GroupState::Ended.as_str())
        .raw(" WHERE account_id = ")
        .int(id.get())
        .run(conn)?;
    for statement in [
        "DELETE FROM group_members WHERE group_id = ",
        "DELETE FROM group_bans WHERE group_id = ",
    ] {
        Sql::new(statement).int(id.get()).run(conn)?;
    }
    Ok(())
}

/// A group that has ended and still has posts.
///
/// # Errors
/// Those of the query.
pub fn ended_with_posts(conn: &mut Conn) -> Result<Option<GroupId>, StoreError> {
    let found = Sql::new(
        "SELECT g.account_id FROM groups g WHERE g.state = 'ended' \
         AND EXISTS (SELECT 1 FROM group_posts x WHERE x.group_id = g.account_id) ORDER BY g.account_id LIMIT 1",
    )
    .one(conn)?;
    Ok(found.map(GroupId))
}
