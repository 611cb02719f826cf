//! The audit trail.

use crate::schema::audit;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{AuditId, Time};

/// One line as stored.
#[derive(Debug, Clone)]
pub struct Line {
    /// Local id.
    pub id: AuditId,
    /// When.
    pub at: Time,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// Reason code.
    pub reason: Option<String>,
    /// Origin.
    pub peer: Option<String>,
    /// Detail.
    pub detail: String,
}

type Row = (
    i64,
    NaiveDateTime,
    String,
    String,
    Option<String>,
    Option<String>,
    String,
);

/// Adds a line.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, line: &Line) -> Result<(), StoreError> {
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(line.id.get()),
            audit::at.eq(to_db(line.at)),
            audit::actor.eq(&line.actor),
            audit::action.eq(&line.action),
            audit::reason.eq(line.reason.as_deref()),
            audit::peer.eq(line.peer.as_deref()),
            audit::detail.eq(&line.detail),
        ))
        .execute(conn)?;
    Ok(())
}

/// When something was last done.
///
/// # Errors
/// The database's.
pub fn last(conn: &mut Conn, action: &str) -> Result<Option<Time>, StoreError> {
    let at = audit::table
        .filter(audit::action.eq(action))
        .order(audit::id.desc())
        .select(audit::at)
        .first(conn)
        .optional()?;
    Ok(at.map(from_db))
}

/// Lines, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    peer: Option<&str>,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let before = before.map_or(i64::MAX, AuditId::get);
    let base = audit::table
        .filter(audit::id.lt(before))
        .order(audit::id.desc())
        .limit(limit);
    let rows = match peer {
        Some(peer) => base.filter(audit::peer.eq(peer)).load::<Row>(conn)?,
        None => base.load::<Row>(conn)?,
    };
    Ok(rows
        .into_iter()
        .map(|(id, at, actor, action, reason, peer, detail)| Line {
            id: AuditId(id),
            at: from_db(at),
            actor,
            action,
            reason,
            peer,
            detail,
        })
        .collect())
}
