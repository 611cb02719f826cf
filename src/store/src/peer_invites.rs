//! Federated invitations.

use crate::schema::{peer_invites, peers};
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::peer::PeerInvite;
use entrenous_model::{Origin, PeerId, PeerInviteId, PeerState, Time};

#[derive(Queryable, Insertable)]
#[diesel(table_name = peer_invites)]
struct Row {
    id: i64,
    purpose: String,
    contract: String,
    for_origin: Option<String>,
    pre_confirmed: bool,
    sealed_key: Vec<u8>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    used_by: Option<String>,
    used_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
    introduce: bool,
}

impl Row {
    fn read(self) -> Result<PeerInvite, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("peer invitation {}: {what}", self.id));
        let origin = |text: Option<String>| {
            text.map(|text| Origin::parse(&text))
                .transpose()
                .map_err(|_| corrupt("origin"))
        };
        Ok(PeerInvite {
            id: PeerInviteId(self.id),
            purpose: self.purpose,
            contract: serde_json::from_str(&self.contract).map_err(|_| corrupt("contract"))?,
            for_origin: origin(self.for_origin)?,
            pre_confirmed: self.pre_confirmed,
            introduce: self.introduce,
            sealed_key: self.sealed_key,
            created_at: from_db(self.created_at),
            expires_at: from_db(self.expires_at),
            used_by: origin(self.used_by)?,
            revoked_at: self.revoked_at.map(from_db),
        })
    }
}

/// Adds an invitation.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, invite: &PeerInvite) -> Result<(), StoreError> {
    let row = Row {
        id: invite.id.get(),
        purpose: invite.purpose.clone(),
        contract: serde_json::to_string(&invite.contract).map_err(|e| StoreError::Corrupt(e.to_string()))?,
        for_origin: invite.for_origin.as_ref().map(|o| o.as_str().to_owned()),
        pre_confirmed: invite.pre_confirmed,
        sealed_key: invite.sealed_key.clone(),
        created_at: to_db(invite.created_at),
        expires_at: to_db(invite.expires_at),
        used_by: None,
        used_at: None,
        revoked_at: None,
        introduce: invite.introduce,
    };
    diesel::insert_into(peer_invites::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// One invitation.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: PeerInviteId) -> Result<Option<PeerInvite>, StoreError> {
    peer_invites::table
        .find(id.get())
        .first::<Row>(conn)
        .optional()?
        .map(Row::read)
        .transpose()
}

/// All invitations, newest first, at most 500.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<PeerInvite>, StoreError> {
    peer_invites::table
        .order(peer_invites::id.desc())
        .limit(500)
        .load::<Row>(conn)?
        .into_iter()
        .map(Row::read)
        .collect()
}

/// Uses an invitation up; true for the one caller that did.
///
/// # Errors
/// The database's.
pub fn claim(conn: &mut Conn, id: PeerInviteId, by: &Origin, now: Time) -> Result<bool, StoreError> {
    let open = peer_invites::table
        .find(id.get())
        .filter(peer_invites::used_by.is_null())
        .filter(peer_invites::revoked_at.is_null())
        .filter(peer_invites::expires_at.gt(to_db(now)));
    let changed = diesel::update(open)
        .set((
            peer_invites::used_by.eq(Some(by.as_str())),
            peer_invites::used_at.eq(Some(to_db(now))),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Withdraws every invitation that could still be used; answers how many.
///
/// # Errors
/// The database's.
pub fn revoke_open(conn: &mut Conn, now: Time) -> Result<usize, StoreError> {
    let open = peer_invites::table
        .filter(peer_invites::used_by.is_null())
        .filter(peer_invites::revoked_at.is_null())
        .filter(peer_invites::expires_at.gt(to_db(now)));
    Ok(diesel::update(open)
        .set(peer_invites::revoked_at.eq(Some(to_db(now))))
        .execute(conn)?)
}

/// Withdraws an invitation; true if it could still be used.
///
/// # Errors
/// The database's.
pub fn revoke(conn: &mut Conn, id: PeerInviteId, now: Time) -> Result<bool, StoreError> {
    let open = peer_invites::table
        .find(id.get())
        .filter(peer_invites::used_by.is_null())
        .filter(peer_invites::revoked_at.is_null());
    let changed = diesel::update(open)
        .set(peer_invites::revoked_at.eq(Some(to_db(now))))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Those whose user is an active peer now and is still to be introduced to the others, with that peer and the purpose.
///
/// # Errors
/// The database's.
pub fn to_introduce(conn: &mut Conn) -> Result<Vec<(PeerInviteId, PeerId, String)>, StoreError> {
    let rows: Vec<(i64, i64, String)> = peer_invites::table
        .inner_join(peers::table.on(peer_invites::used_by.eq(peers::origin.nullable())))
        .filter(peer_invites::introduce)
        .filter(peers::state.eq(PeerState::Active.as_str()))
        .order(peer_invites::id)
        .select((peer_invites::id, peers::id, peer_invites::purpose))
        .load(conn)?;
    let ids = |(invite, peer, purpose)| (PeerInviteId(invite), PeerId(peer), purpose);
    Ok(rows.into_iter().map(ids).collect())
}

/// Its user was introduced; true for the one caller that is to do it.
///
/// # Errors
/// The database's.
pub fn introduced(conn: &mut Conn, id: PeerInviteId) -> Result<bool, StoreError> {
    let waiting = peer_invites::table.find(id.get()).filter(peer_invites::introduce);
    let changed = diesel::update(waiting)
        .set(peer_invites::introduce.eq(false))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Nobody who used an earlier invitation is introduced by it any more: their connection has ended, or begins anew.
///
/// # Errors
/// The database's.
pub fn introduce_no_more(conn: &mut Conn, origin: &Origin) -> Result<(), StoreError> {
    let used = peer_invites::table.filter(peer_invites::used_by.eq(Some(origin.as_str())));
    diesel::update(used)
        .set(peer_invites::introduce.eq(false))
        .execute(conn)?;
    Ok(())
}
