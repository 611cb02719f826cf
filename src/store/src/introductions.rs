//! Nodes that a peer of both makes known to each other.

use crate::schema::introductions;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{
    Introduction, IntroductionId, IntroductionState, Origin, PeerId, PeerIdentity, PeerKeys, Time,
};

/// States of what nobody has accepted.
const UNANSWERED: [&str; 2] = [
    IntroductionState::Open.as_str(),
    IntroductionState::Declined.as_str(),
];

#[derive(Queryable, Insertable)]
#[diesel(table_name = introductions)]
struct Row {
    id: i64,
    peer_id: i64,
    by_us: bool,
    uri: String,
    offer: String,
    origin: String,
    name: String,
    actor_uri: String,
    ed25519: Option<String>,
    rsa_pem: Option<String>,
    fingerprint: String,
    shared_inbox: String,
    contract: String,
    note: String,
    state: String,
    other_confirmed: bool,
    made_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    answered_at: Option<NaiveDateTime>,
    document: String,
}

impl Row {
    fn read(self) -> Result<Introduction, StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("introduction {}: {what}", self.id));
        Ok(Introduction {
            id: IntroductionId(self.id),
            peer: PeerId(self.peer_id),
            by_us: self.by_us,
            uri: self.uri,
            offer: self.offer,
            node: PeerIdentity {
                origin: Origin::parse(&self.origin).map_err(|_| corrupt("origin"))?,
                name: self.name,
                keys: PeerKeys {
                    actor: self.actor_uri,
                    ed25519: self.ed25519,
                    rsa_pem: self.rsa_pem,
                    fingerprint: self.fingerprint,
                },
                shared_inbox: self.shared_inbox,
            },
            contract: serde_json::from_str(&self.contract).map_err(|_| corrupt("contract"))?,
            note: self.note,
            state: IntroductionState::parse(&self.state),
            other_confirmed: self.other_confirmed,
            made_at: from_db(self.made_at),
            expires_at: from_db(self.expires_at),
            answered_at: self.answered_at.map(from_db),
            document: self.document,
        })
    }

    fn write(one: &Introduction) -> Result<Self, StoreError> {
        let contract =
            serde_json::to_string(&one.contract).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        Ok(Self {
            id: one.id.get(),
            peer_id: one.peer.get(),
            by_us: one.by_us,
            uri: one.uri.clone(),
            offer: one.offer.clone(),
            origin: one.node.origin.as_str().to_owned(),
            name: one.node.name.clone(),
            actor_uri: one.node.keys.actor.clone(),
            ed25519: one.node.keys.ed25519.clone(),
            rsa_pem: one.node.keys.rsa_pem.clone(),
            fingerprint: one.node.keys.fingerprint.clone(),
            shared_inbox: one.node.shared_inbox.clone(),
            contract,
            note: one.note.clone(),
            state: one.state.as_str().to_owned(),
            other_confirmed: one.other_confirmed,
            made_at: to_db(one.made_at),
            expires_at: to_db(one.expires_at),
            answered_at: one.answered_at.map(to_db),
            document: one.document.clone(),
        })
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Introduction>, StoreError> {
    rows.into_iter().map(Row::read).collect()
}

/// All of them, newest first, at most 1,000.
///
/// # Errors
/// The database's; `Corrupt` for one that cannot be read.
pub fn all(conn: &mut Conn) -> Result<Vec<Introduction>, StoreError> {
    let rows = introductions::table
        .order(introductions::id.desc())
        .limit(1_000)
        .load(conn)?;
    read(rows)
}

/// One of them.
///
/// # Errors
/// As [`all`].
pub fn by_id(conn: &mut Conn, id: IntroductionId) -> Result<Option<Introduction>, StoreError> {
    let row = introductions::table
        .find(id.get())
        .first::<Row>(conn)
        .optional()?;
    row.map(Row::read).transpose()
}

/// Those that make the node at `origin` known to us, newest first.
///
/// # Errors
/// As [`all`].
pub fn of_node(conn: &mut Conn, origin: &Origin) -> Result<Vec<Introduction>, StoreError> {
    let rows = introductions::table
        .filter(introductions::by_us.eq(false))
        .filter(introductions::origin.eq(origin.as_str()))
        .order(introductions::id.desc())
        .load(conn)?;
    read(rows)
}

/// Those that we made to or of a peer, newest first, of a statement if one is named.
///
/// # Errors
/// As [`all`].
pub fn made(conn: &mut Conn, uri: Option<&str>) -> Result<Vec<Introduction>, StoreError> {
    let mut wanted = introductions::table
        .filter(introductions::by_us)
        .order(introductions::id.desc())
        .into_boxed();
    if let Some(uri) = uri {
        wanted = wanted.filter(introductions::uri.eq(uri));
    }
    read(wanted.load(conn)?)
}

/// How many by a peer nobody has accepted, whatever became of them.
///
/// # Errors
/// The database's.
pub fn count_unaccepted(conn: &mut Conn, peer: PeerId) -> Result<i64, StoreError> {
    Ok(introductions::table
        .filter(introductions::peer_id.eq(peer.get()))
        .filter(introductions::by_us.eq(false))
        .filter(introductions::state.eq_any(UNANSWERED))
        .count()
        .get_result(conn)?)
}

/// Whether a peer has made that statement known here.
///
/// # Errors
/// The database's.
pub fn is_known(conn: &mut Conn, peer: PeerId, uri: &str) -> Result<bool, StoreError> {
    let known = introductions::table
        .filter(introductions::peer_id.eq(peer.get()))
        .filter(introductions::by_us.eq(false))
        .filter(introductions::uri.eq(uri));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}

/// Closes what was accepted of the node at `origin`, but for one: that connection has ended, or begins anew.
///
/// # Errors
/// The database's.
pub fn close_others(
    conn: &mut Conn,
    origin: &Origin,
    but: Option<IntroductionId>,
    at: Time,
) -> Result<(), StoreError> {
    let others = introductions::table
        .filter(introductions::by_us.eq(false))
        .filter(introductions::origin.eq(origin.as_str()))
        .filter(introductions::state.eq_any([
            IntroductionState::Accepted.as_str(),
            IntroductionState::Connected.as_str(),
        ]))
        .filter(introductions::id.ne(but.map_or(0, IntroductionId::get)));
    diesel::update(others)
        .set((
            introductions::state.eq(IntroductionState::Declined.as_str()),
            introductions::answered_at.eq(Some(to_db(at))),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes those that nobody has accepted and whose time was over before `before`.
///
/// # Errors
/// The database's.
pub fn forget_old(conn: &mut Conn, before: Time) -> Result<usize, StoreError> {
    let old = introductions::table
        .filter(introductions::state.eq_any(UNANSWERED))
        .filter(introductions::expires_at.lt(to_db(before)));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Adds one, in the place of one between the same two, with the same peer, that nobody has accepted.
///
/// # Errors
/// `Conflict` if that statement is known.
pub fn put(conn: &mut Conn, new: &Introduction) -> Result<(), StoreError> {
    let before = introductions::table
        .filter(introductions::peer_id.eq(new.peer.get()))
        .filter(introductions::by_us.eq(new.by_us))
        .filter(introductions::origin.eq(new.node.origin.as_str()))
        .filter(introductions::state.eq_any(UNANSWERED));
    diesel::delete(before).execute(conn)?;
    diesel::insert_into(introductions::table)
        .values(Row::write(new)?)
        .execute(conn)?;
    Ok(())
}

/// Writes what became of one.
///
/// # Errors
/// The database's.
pub fn answer(
    conn: &mut Conn,
    id: IntroductionId,
    state: IntroductionState,
    at: Time,
) -> Result<(), StoreError> {
    diesel::update(introductions::table.find(id.get()))
        .set((
            introductions::state.eq(state.as_str()),
            introductions::answered_at.eq(Some(to_db(at))),
        ))
        .execute(conn)?;
    Ok(())
}

/// The other node has accepted it.
///
/// # Errors
/// The database's.
pub fn other_confirmed(conn: &mut Conn, id: IntroductionId) -> Result<(), StoreError> {
    diesel::update(introductions::table.find(id.get()))
        .set(introductions::other_confirmed.eq(true))
        .execute(conn)?;
    Ok(())
}

/// Forgets whom a peer introduced and nobody accepted, and what we introduced that it has a part in: the connection has ended,
/// or begins anew.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, peer: PeerId, origin: &Origin) -> Result<(), StoreError> {
    let by_it = introductions::peer_id
        .eq(peer.get())
        .and(introductions::state.eq_any(UNANSWERED));
    let of_it = introductions::by_us.and(
        introductions::peer_id
            .eq(peer.get())
            .or(introductions::origin.eq(origin.as_str())),
    );
    diesel::delete(introductions::table.filter(by_it.or(of_it))).execute(conn)?;
    Ok(())
}
