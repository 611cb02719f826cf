//! Personal invitations.

use crate::schema::invites;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AccountId, Invite, InviteId, Role, Time};

#[derive(Queryable)]
struct Row {
    id: i64,
    _code_hash: String,
    role: String,
    created_by: Option<i64>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    max_uses: i32,
    uses: i32,
    revoked_at: Option<NaiveDateTime>,
}

impl TryFrom<Row> for Invite {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let role: Role = row
            .role
            .parse()
            .map_err(|error| StoreError::Corrupt(format!("invite {}: {error}", row.id)))?;
        Ok(Self {
            id: InviteId(row.id),
            role,
            created_by: row.created_by.map(AccountId),
            created_at: from_db(row.created_at),
            expires_at: from_db(row.expires_at),
            max_uses: row.max_uses,
            uses: row.uses,
            revoked_at: row.revoked_at.map(from_db),
        })
    }
}

/// Inserts an invitation under the hash of its code.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, invite: &Invite, code_hash: &str) -> Result<(), StoreError> {
    diesel::insert_into(invites::table)
        .values((
            invites::id.eq(invite.id.get()),
            invites::code_hash.eq(code_hash),
            invites::role.eq(invite.role.as_str()),
            invites::created_by.eq(invite.created_by.map(AccountId::get)),
            invites::created_at.eq(to_db(invite.created_at)),
            invites::expires_at.eq(to_db(invite.expires_at)),
            invites::max_uses.eq(invite.max_uses),
            invites::uses.eq(invite.uses),
            invites::revoked_at.eq(invite.revoked_at.map(to_db)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The invitation of a code's hash, usable or not.
///
/// # Errors
/// The database's.
pub fn by_code(conn: &mut Conn, code_hash: &str) -> Result<Option<Invite>, StoreError> {
    invites::table
        .filter(invites::code_hash.eq(code_hash))
        .first::<Row>(conn)
        .optional()?
        .map(Invite::try_from)
        .transpose()
}

/// Counts one use, if the invitation can still be used at `now`. True if it was counted.
///
/// One statement that checks and counts, so that parallel acceptances cannot use it too often.
///
/// # Errors
/// The database's.
pub fn use_once(conn: &mut Conn, id: InviteId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(
        invites::table
            .find(id.get())
            .filter(invites::revoked_at.is_null())
            .filter(invites::expires_at.gt(to_db(now)))
            .filter(invites::uses.lt(invites::max_uses)),
    )
    .set(invites::uses.eq(invites::uses + 1))
    .execute(conn)?;
    Ok(changed == 1)
}

/// All invitations, newest first; at most `limit`.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, limit: i64) -> Result<Vec<Invite>, StoreError> {
    invites::table
        .order(invites::id.desc())
        .limit(limit)
        .load::<Row>(conn)?
        .into_iter()
        .map(Invite::try_from)
        .collect()
}

/// Withdraws an invitation. False if there is none of that id that was not withdrawn before.
///
/// # Errors
/// The database's.
pub fn revoke(conn: &mut Conn, id: InviteId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(
        invites::table
            .find(id.get())
            .filter(invites::revoked_at.is_null()),
    )
    .set(invites::revoked_at.eq(Some(to_db(now))))
    .execute(conn)?;
    Ok(changed == 1)
}
