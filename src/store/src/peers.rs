//! Peer nodes.

use crate::among::among;
use crate::schema::peers;
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use entrenous_model::{
    Contract, KeyAlert, KeyGeneration, Origin, Peer, PeerId, PeerKeys, PeerState, SignatureForm, Software,
    Time,
};

/// The word for a peer that runs Entrenous.
const NATIVE: &str = "native";

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = peers, treat_none_as_null = true)]
struct Row {
    id: i64,
    origin: String,
    name: String,
    state: String,
    software: String,
    actor_uri: Option<String>,
    ed25519: Option<String>,
    rsa_pem: Option<String>,
    fingerprint: Option<String>,
    shared_inbox: Option<String>,
    contract: String,
    signature_form: String,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    last_seen_at: Option<NaiveDateTime>,
    failing_since: Option<NaiveDateTime>,
    failures: i32,
    retry_at: Option<NaiveDateTime>,
    last_error: Option<String>,
    invitation: Option<String>,
    introduced_by: Option<String>,
    accepts_introductions: bool,
    our_keys: i32,
    alert_fingerprint: Option<String>,
    alert_at: Option<NaiveDateTime>,
}

impl Row {
    fn read(self) -> Result<(Peer, Option<String>), StoreError> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("peer {}: {what}", self.id));
        let keys = match (self.actor_uri, self.fingerprint) {
            (Some(actor), Some(fingerprint)) => Some(PeerKeys {
                actor,
                ed25519: self.ed25519,
                rsa_pem: self.rsa_pem,
                fingerprint,
            }),
            _ => None,
        };
        let peer = Peer {
            id: PeerId(self.id),
            origin: Origin::parse(&self.origin).map_err(|_| corrupt("origin"))?,
            name: self.name,
            state: PeerState::parse(&self.state),
            software: if self.software == NATIVE {
                Software::Native
            } else {
                Software::Other
            },
            keys,
            shared_inbox: self.shared_inbox,
            contract: serde_json::from_str::<Contract>(&self.contract).map_err(|_| corrupt("contract"))?,
            signature_form: SignatureForm::parse(&self.signature_form),
            created_at: from_db(self.created_at),
            updated_at: from_db(self.updated_at),
            last_seen_at: self.last_seen_at.map(from_db),
            failing_since: self.failing_since.map(from_db),
            failures: self.failures,
            retry_at: self.retry_at.map(from_db),
            last_error: self.last_error,
            introduced_by: self
                .introduced_by
                .map(|text| Origin::parse(&text))
                .transpose()
                .map_err(|_| corrupt("introduced_by"))?,
            accepts_introductions: self.accepts_introductions,
            our_keys: KeyGeneration::of(self.our_keys),
            alert: self
                .alert_fingerprint
                .zip(self.alert_at)
                .map(|(fingerprint, at)| KeyAlert {
                    fingerprint,
                    since: from_db(at),
                }),
        };
        Ok((peer, self.invitation))
    }

    fn write(peer: &Peer, invitation: Option<&str>) -> Result<Self, StoreError> {
        let keys = peer.keys.as_ref();
        Ok(Self {
            id: peer.id.get(),
            origin: peer.origin.as_str().to_owned(),
            name: peer.name.clone(),
            state: peer.state.as_str().to_owned(),
            software: if peer.software == Software::Native {
                NATIVE
            } else {
                "other"
            }
            .to_owned(),
            actor_uri: keys.map(|k| k.actor.clone()),
            ed25519: keys.and_then(|k| k.ed25519.clone()),
            rsa_pem: keys.and_then(|k| k.rsa_pem.clone()),
            fingerprint: keys.map(|k| k.fingerprint.clone()),
            shared_inbox: peer.shared_inbox.clone(),
            contract: serde_json::to_string(&peer.contract)
                .map_err(|e| StoreError::Corrupt(e.to_string()))?,
            signature_form: peer.signature_form.as_str().to_owned(),
            created_at: to_db(peer.created_at),
            updated_at: to_db(peer.updated_at),
            last_seen_at: peer.last_seen_at.map(to_db),
            failing_since: peer.failing_since.map(to_db),
            failures: peer.failures,
            retry_at: peer.retry_at.map(to_db),
            last_error: peer.last_error.clone(),
            invitation: invitation.map(str::to_owned),
            introduced_by: peer
                .introduced_by
                .as_ref()
                .map(|origin| origin.as_str().to_owned()),
            accepts_introductions: peer.accepts_introductions,
            our_keys: peer.our_keys.get(),
            alert_fingerprint: peer.alert.as_ref().map(|alert| alert.fingerprint.clone()),
            alert_at: peer.alert.as_ref().map(|alert| to_db(alert.since)),
        })
    }
}

/// All peers by origin, each with the URL of the other side's invitation while one is pending.
///
/// # Errors
/// The database's; `Corrupt` for an unreadable row, which denies everyone.
pub fn all(conn: &mut Conn) -> Result<Vec<(Peer, Option<String>)>, StoreError> {
    peers::table
        .order(peers::origin)
        .load::<Row>(conn)?
        .into_iter()
        .map(Row::read)
        .collect()
}

/// Those of these peers for which something may be queued, active or suspended, and with `natives` every one that runs
/// Entrenous.
///
/// # Errors
/// As [`all`].
pub fn connected(conn: &mut Conn, ids: &[PeerId], natives: bool) -> Result<Vec<Peer>, StoreError> {
    let among = among(peers::id, ids.iter().map(|id| id.get()));
    let wanted = among.or(peers::software
        .eq(NATIVE)
        .and(natives.into_sql::<diesel::sql_types::Bool>()));
    peers::table
        .filter(peers::state.eq_any([PeerState::Active.as_str(), PeerState::Suspended.as_str()]))
        .filter(wanted)
        .load::<Row>(conn)?
        .into_iter()
        .map(|row| row.read().map(|(peer, _)| peer))
        .collect()
}

/// One peer by id.
///
/// # Errors
/// As [`all`].
pub fn by_id(conn: &mut Conn, id: PeerId) -> Result<Option<Peer>, StoreError> {
    let row = peers::table.find(id.get()).first::<Row>(conn).optional()?;
    row.map(|row| row.read().map(|(peer, _)| peer)).transpose()
}

/// One peer by id, whose row stays locked until the transaction ends. Whoever changes a peer and its queue begins here: on
/// PostgreSQL, two orders would lock each other out.
///
/// # Errors
/// As [`all`].
pub fn locked(conn: &mut Conn, id: PeerId) -> Result<Option<Peer>, StoreError> {
    diesel::update(peers::table.find(id.get()))
        .set(peers::state.eq(peers::state))
        .execute(conn)?;
    by_id(conn, id)
}

/// One peer by exact origin.
///
/// # Errors
/// As [`all`].
pub fn by_origin(conn: &mut Conn, origin: &Origin) -> Result<Option<Peer>, StoreError> {
    let row = peers::table
        .filter(peers::origin.eq(origin.as_str()))
        .first::<Row>(conn)
        .optional()?;
    row.map(|row| row.read().map(|(peer, _)| peer)).transpose()
}

/// What a pending peer is asked about until its administrator has confirmed: the address of an invitation there, or the id of
/// the statement that introduced it.
///
/// # Errors
/// The database's.
pub fn waits_for(conn: &mut Conn, id: PeerId) -> Result<Option<String>, StoreError> {
    let waits = peers::table.find(id.get()).select(peers::invitation);
    Ok(waits.first::<Option<String>>(conn).optional()?.flatten())
}

/// Pending peers that a peer has introduced.
///
/// # Errors
/// As [`all`].
pub fn pending_by(conn: &mut Conn, sponsor: &Origin) -> Result<Vec<Peer>, StoreError> {
    peers::table
        .filter(peers::introduced_by.eq(sponsor.as_str()))
        .filter(peers::state.eq(PeerState::PendingRemote.as_str()))
        .order(peers::id)
        .load::<Row>(conn)?
        .into_iter()
        .map(|row| row.read().map(|(peer, _)| peer))
        .collect()
}

/// Adds a peer.
///
/// # Errors
/// `Conflict` if the origin is known.
pub fn insert(conn: &mut Conn, peer: &Peer, invitation: Option<&str>) -> Result<(), StoreError> {
    diesel::insert_into(peers::table)
        .values(Row::write(peer, invitation)?)
        .execute(conn)?;
    Ok(())
}

/// Writes a peer as it is given, all columns.
///
/// # Errors
/// The database's.
pub fn update(conn: &mut Conn, peer: &Peer, invitation: Option<&str>) -> Result<(), StoreError> {
    diesel::update(peers::table.find(peer.id.get()))
        .set(Row::write(peer, invitation)?)
        .execute(conn)?;
    Ok(())
}

/// How deliveries to a peer go: what changes all the time, without what has to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    /// Which.
    pub peer: PeerId,
    /// When it last sent or answered something.
    pub last_seen_at: Option<Time>,
    /// Whether it rests, or did and has taken nothing since.
    pub failing: bool,
    /// How requests to it are signed, as it is written.
    pub form: String,
}

impl Pulse {
    /// That of a peer which was read whole.
    #[must_use]
    pub fn of(peer: &Peer) -> Self {
        Self {
            peer: peer.id,
            last_seen_at: peer.last_seen_at,
            failing: peer.failures > 0 || peer.retry_at.is_some(),
            form: peer.signature_form.as_str().to_owned(),
        }
    }
}

/// The pulses of these peers, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn pulses(conn: &mut Conn, ids: &[PeerId]) -> Result<Vec<Pulse>, StoreError> {
    type Row = (i64, Option<NaiveDateTime>, i32, Option<NaiveDateTime>, String);
    let rows = peers::table
        .filter(among(peers::id, ids.iter().map(|id| id.get())))
        .order(peers::id)
        .select((
            peers::id,
            peers::last_seen_at,
            peers::failures,
            peers::retry_at,
            peers::signature_form,
        ))
        .load::<Row>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, seen, failures, retry_at, form)| Pulse {
            peer: PeerId(id),
            last_seen_at: seen.map(from_db),
            failing: failures > 0 || retry_at.is_some(),
            form,
        })
        .collect())
}

/// The peer was heard from, or took a delivery: its backoff ends.
///
/// # Errors
/// The database's.
pub fn heard(conn: &mut Conn, id: PeerId, at: Time) -> Result<(), StoreError> {
    diesel::update(peers::table.find(id.get()))
        .set((
            peers::last_seen_at.eq(Some(to_db(at))),
            peers::failing_since.eq(None::<NaiveDateTime>),
            peers::failures.eq(0),
            peers::retry_at.eq(None::<NaiveDateTime>),
            peers::last_error.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// A delivery failed: nothing is tried before `retry_at`.
///
/// # Errors
/// The database's.
pub fn failed(
    conn: &mut Conn,
    id: PeerId,
    since: Time,
    failures: i32,
    retry_at: Time,
    error: &str,
) -> Result<(), StoreError> {
    diesel::update(peers::table.find(id.get()))
        .set((
            peers::failing_since.eq(Some(to_db(since))),
            peers::failures.eq(failures),
            peers::retry_at.eq(Some(to_db(retry_at))),
            peers::last_error.eq(Some(error)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Remembers which signature form the peer takes.
///
/// # Errors
/// The database's.
pub fn learn_form(conn: &mut Conn, id: PeerId, form: SignatureForm) -> Result<(), StoreError> {
    diesel::update(peers::table.find(id.get()))
        .set(peers::signature_form.eq(form.as_str()))
        .execute(conn)?;
    Ok(())
}

/// The peer has this generation of our keys now, if what it had was older.
///
/// # Errors
/// The database's.
pub fn has_our_keys(conn: &mut Conn, id: PeerId, generation: KeyGeneration) -> Result<bool, StoreError> {
    let older = peers::table
        .find(id.get())
        .filter(peers::our_keys.lt(generation.get()));
    let changed = diesel::update(older)
        .set(peers::our_keys.eq(generation.get()))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Ends everything between this node's people and a peer's: follows, memberships of lists, queued deliveries. Counts are
/// made anew. Answers how many follows and requests ended.
///
/// # Errors
/// The database's.
pub(crate) fn sever(conn: &mut Conn, id: PeerId) -> Result<usize, StoreError> {
    use diesel::sql_types::BigInt;
    let statements = [
        "DELETE FROM follows WHERE follower_id IN (SELECT id FROM accounts WHERE peer_id = $1)",
        "DELETE FROM follows WHERE followee_id IN (SELECT id FROM accounts WHERE peer_id = $1)",
        "DELETE FROM list_members WHERE account_id IN (SELECT id FROM accounts WHERE peer_id = $1)",
        "DELETE FROM endorsements WHERE target_id IN (SELECT id FROM accounts WHERE peer_id = $1)",
        "DELETE FROM deliveries WHERE peer_id = $1 AND state = 'queued'",
    ];
    let mut ended = 0;
    for (place, statement) in statements.into_iter().enumerate() {
        let rows = diesel::sql_query(statement)
            .bind::<BigInt, _>(id.get())
            .execute(conn)?;
        if place < 2 {
            ended += rows;
        }
    }
    // Every URL of a file that the peer was given ends here, and every URL of its own.
    diesel::sql_query("UPDATE media SET epoch = epoch + 1").execute(conn)?;
    crate::emojis::raise_epochs(conn)?;
    diesel::sql_query(
        "UPDATE accounts SET \
           followers_count = (SELECT COUNT(*) FROM follows WHERE followee_id = accounts.id AND accepted), \
           following_count = (SELECT COUNT(*) FROM follows WHERE follower_id = accounts.id AND accepted) \
         WHERE peer_id IS NULL OR peer_id = $1",
    )
    .bind::<BigInt, _>(id.get())
    .execute(conn)?;
    Ok(ended)
}
