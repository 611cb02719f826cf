//! People, local and remote: reading them.

mod change;
mod leave;

pub use change::{
    Profile, count_follow, forget_profiles, free_handle, insert, insert_remote, posted, set_disabled,
    set_pictures, touch_fetched, unposted, update_profile, update_remote,
};
pub use leave::{end_follows, hide_posts};

use crate::among::among;
use crate::schema::{accounts, members, peers};
use crate::sql::Sql;
use crate::{Conn, StoreError, from_db};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use entrenous_model::{Account, AccountId, AccountKind, MediaId, Member, Origin, PeerId, PeerState};

/// A row of `accounts`, in the order of its columns.
#[derive(Queryable)]
pub(crate) struct Row {
    id: i64,
    username: String,
    _username_key: String,
    peer_id: Option<i64>,
    origin: Option<String>,
    kind: String,
    display_name: String,
    note: String,
    note_source: String,
    fields: String,
    avatar_id: Option<i64>,
    header_id: Option<i64>,
    locked: bool,
    discoverable: bool,
    uri: String,
    url: String,
    inbox_uri: String,
    shared_inbox_uri: Option<String>,
    followers_uri: String,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    last_posted_at: Option<NaiveDateTime>,
    _fetched_at: Option<NaiveDateTime>,
    disabled_at: Option<NaiveDateTime>,
    statuses_count: i64,
    followers_count: i64,
    following_count: i64,
    featured_uri: Option<String>,
}

/// The columns of a [`Row`], of the alias `a`.
const COLUMNS: &str = "a.id, a.username, a.username_key, a.peer_id, a.origin, a.kind, a.display_name, a.note, \
     a.note_source, a.fields, a.avatar_id, a.header_id, a.locked, a.discoverable, a.uri, a.url, a.inbox_uri, \
     a.shared_inbox_uri, a.followers_uri, a.created_at, a.updated_at, a.last_posted_at, a.fetched_at, a.disabled_at, \
     a.statuses_count, a.followers_count, a.following_count, a.featured_uri";

type SqlFull = (accounts::SqlType, Nullable<members::SqlType>, Nullable<Text>);

impl TryFrom<Row> for Account {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let origin = row
            .origin
            .map(|text| Origin::parse(&text))
            .transpose()
            .map_err(|error| StoreError::Corrupt(format!("origin of account {}: {error}", row.id)))?;
        let fields = serde_json::from_str(&row.fields)
            .map_err(|error| StoreError::Corrupt(format!("fields of account {}: {error}", row.id)))?;
        Ok(Self {
            id: AccountId(row.id),
            username: row.username,
            peer: row.peer_id.map(PeerId),
            origin,
            kind: AccountKind::parse(&row.kind),
            display_name: row.display_name,
            note: row.note,
            note_source: row.note_source,
            fields,
            avatar: row.avatar_id.map(MediaId),
            header: row.header_id.map(MediaId),
            locked: row.locked,
            discoverable: row.discoverable,
            uri: row.uri,
            url: row.url,
            inbox_uri: row.inbox_uri,
            shared_inbox_uri: row.shared_inbox_uri,
            followers_uri: row.followers_uri,
            featured_uri: row.featured_uri,
            created_at: from_db(row.created_at),
            updated_at: from_db(row.updated_at),
            last_posted_at: row.last_posted_at.map(from_db),
            disabled_at: row.disabled_at.map(from_db),
            statuses_count: row.statuses_count,
            followers_count: row.followers_count,
            following_count: row.following_count,
        })
    }
}

fn one(row: Option<Row>) -> Result<Option<Account>, StoreError> {
    row.map(Account::try_from).transpose()
}

/// One account, disabled or not.
///
/// # Errors
/// The database's.
pub fn by_id(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    one(accounts::table.find(id.get()).first::<Row>(conn).optional()?)
}

/// Many accounts, disabled or not, in no particular order.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    let ids: Vec<i64> = ids.iter().copied().map(AccountId::get).collect();
    accounts::table
        .filter(among(accounts::id, ids))
        .load::<Row>(conn)?
        .into_iter()
        .map(Account::try_from)
        .collect()
}

/// The account with that ActivityPub id, disabled or not.
///
/// # Errors
/// The database's.
pub fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<Account>, StoreError> {
    one(accounts::table
        .filter(accounts::uri.eq(uri))
        .first::<Row>(conn)
        .optional()?)
}

/// The account with that page for humans, disabled or not.
///
/// # Errors
/// The database's.
pub fn by_url(conn: &mut Conn, url: &str) -> Result<Option<Account>, StoreError> {
    one(accounts::table
        .filter(accounts::url.eq(url))
        .order(accounts::id.asc())
        .first::<Row>(conn)
        .optional()?)
}

/// The URI of one of this node's own accounts, disabled or not; `None` before there is any.
///
/// # Errors
/// The database's.
pub fn own_uri(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    Ok(accounts::table
        .filter(accounts::peer_id.is_null())
        .select(accounts::uri)
        .first(conn)
        .optional()?)
}

/// The local account of that name (any case), disabled or not.
///
/// # Errors
/// The database's.
pub fn local_by_username(conn: &mut Conn, username: &str) -> Result<Option<Account>, StoreError> {
    one(accounts::table
        .filter(accounts::username_key.eq(username.to_lowercase()))
        .filter(accounts::origin.is_null())
        .first::<Row>(conn)
        .optional()?)
}

/// The account of that name (any case) on that origin, disabled or not.
///
/// # Errors
/// The database's.
pub fn by_handle(conn: &mut Conn, username: &str, origin: &Origin) -> Result<Option<Account>, StoreError> {
    one(accounts::table
        .filter(accounts::username_key.eq(username.to_lowercase()))
        .filter(accounts::origin.eq(origin.as_str()))
        .first::<Row>(conn)
        .optional()?)
}

/// States of a peer whose people are shown.
pub(crate) const SHOWN: [&str; 2] = [PeerState::Active.as_str(), PeerState::Suspended.as_str()];

/// An account with what decides whether it is shown, and its login if it is local.
pub struct Full {
    /// The account.
    pub account: Account,
    /// The login; local people only.
    pub member: Option<Member>,
    /// Its peer is neither active nor suspended: revoked, or not confirmed again yet.
    pub peer_revoked: bool,
}

/// Many accounts with their logins and the state of their peers, in no particular order.
///
/// # Errors
/// The database's.
pub fn full(conn: &mut Conn, ids: &[AccountId]) -> Result<Vec<Full>, StoreError> {
    let ids: Vec<i64> = ids.iter().copied().map(AccountId::get).collect();
    // Asked for with most pages: columns written out need not be put together each time.
    Sql::new("SELECT ")
        .raw(COLUMNS)
        .raw(
            ", m.account_id, m.role, m.password_hash, m.locale, m.default_visibility, m.default_sensitive, \
             m.default_language, m.created_at, m.disabled_at, m.default_quote_policy, p.state FROM accounts a \
             LEFT JOIN members m ON m.account_id = a.id LEFT JOIN peers p ON p.id = a.peer_id WHERE a.id IN ",
        )
        .ids(&ids)
        .load::<SqlFull, (Row, Option<crate::members::Row>, Option<String>)>(conn)?
        .into_iter()
        .map(|(row, member, state)| {
            Ok(Full {
                account: row.try_into()?,
                member: member.map(Member::try_from).transpose()?,
                peer_revoked: state.is_some_and(|state| !SHOWN.contains(&state.as_str())),
            })
        })
        .collect()
}

/// Ids of the people of a peer.
///
/// # Errors
/// The database's.
pub fn of_peer(conn: &mut Conn, peer: PeerId) -> Result<Vec<AccountId>, StoreError> {
    let ids = accounts::table
        .filter(accounts::peer_id.eq(peer.get()))
        .order(accounts::id.asc())
        .select(accounts::id)
        .load::<i64>(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Ids of enabled, discoverable people whose peer is active or suspended, and not of a node that `viewer` hides; who posted
/// last comes first.
///
/// # Errors
/// The database's.
pub fn directory(
    conn: &mut Conn,
    viewer: AccountId,
    local_only: bool,
    offset: i64,
    limit: i64,
) -> Result<Vec<AccountId>, StoreError> {
    let mut query = accounts::table
        .left_join(peers::table.on(peers::id.nullable().eq(accounts::peer_id)))
        .filter(accounts::disabled_at.is_null())
        .filter(accounts::discoverable.eq(true))
        .filter(peers::state.nullable().is_null().or(peers::state.eq_any(SHOWN)))
        .select(accounts::id)
        .into_boxed();
    if local_only {
        query = query.filter(accounts::peer_id.is_null());
    } else {
        let hidden = crate::domain_blocks::peers_of(conn, viewer)?;
        if !hidden.is_empty() {
            query = query.filter(accounts::peer_id.is_null().or(accounts::peer_id.ne_all(hidden)));
        }
    }
    // "NULLS LAST" is no SQL that both databases' builder knows; false sorts before true on both.
    let ids = query
        .order((
            accounts::last_posted_at.is_null().asc(),
            accounts::last_posted_at.desc(),
            accounts::id.desc(),
        ))
        .offset(offset)
        .limit(limit)
        .load::<i64>(conn)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// When a remote account was last fetched or updated by its node.
///
/// # Errors
/// The database's.
pub fn fetched_at(conn: &mut Conn, id: AccountId) -> Result<Option<entrenous_model::Time>, StoreError> {
    let at = accounts::table
        .find(id.get())
        .select(accounts::fetched_at)
        .first::<Option<NaiveDateTime>>(conn)
        .optional()?;
    Ok(at.flatten().map(from_db))
}
