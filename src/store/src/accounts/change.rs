//! Writing accounts.

use crate::schema::accounts;
use crate::sql::Sql;
use crate::{Conn, StoreError, to_db, words};
use diesel::prelude::*;
use entrenous_model::{Account, AccountId, MediaId, Origin, PeerId, ProfileField, ProfileScope, Time};

fn json(fields: &[ProfileField]) -> Result<String, StoreError> {
    serde_json::to_string(fields).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Inserts a local account.
///
/// # Errors
/// [`StoreError::Conflict`] if the name or URI is taken.
pub fn insert(conn: &mut Conn, account: &Account) -> Result<(), StoreError> {
    insert_row(conn, account, None)
}

/// Inserts an account of a peer that was fetched at `fetched`.
///
/// # Errors
/// [`StoreError::Conflict`] if the handle or URI is taken.
pub fn insert_remote(conn: &mut Conn, account: &Account, fetched: Time) -> Result<(), StoreError> {
    insert_row(conn, account, Some(fetched))
}

fn insert_row(conn: &mut Conn, account: &Account, fetched: Option<Time>) -> Result<(), StoreError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(account.id.get()),
            accounts::username.eq(&account.username),
            accounts::username_key.eq(account.username.to_lowercase()),
            accounts::peer_id.eq(account.peer.map(PeerId::get)),
            accounts::origin.eq(account.origin.as_ref().map(Origin::as_str)),
            accounts::kind.eq(account.kind.as_str()),
            accounts::display_name.eq(&account.display_name),
            accounts::note.eq(&account.note),
            accounts::note_source.eq(&account.note_source),
            accounts::fields.eq(json(&account.fields)?),
            accounts::avatar_id.eq(account.avatar.map(MediaId::get)),
            accounts::header_id.eq(account.header.map(MediaId::get)),
            accounts::locked.eq(account.locked),
            accounts::discoverable.eq(account.discoverable),
            accounts::uri.eq(&account.uri),
            accounts::url.eq(&account.url),
            accounts::inbox_uri.eq(&account.inbox_uri),
            accounts::shared_inbox_uri.eq(account.shared_inbox_uri.as_deref()),
            accounts::followers_uri.eq(&account.followers_uri),
            accounts::featured_uri.eq(account.featured_uri.as_deref()),
            accounts::created_at.eq(to_db(account.created_at)),
            accounts::updated_at.eq(to_db(account.updated_at)),
            accounts::fetched_at.eq(fetched.map(to_db)),
        ))
        .execute(conn)?;
    words::set(conn, account.id, &account.username, &account.display_name)
}

/// What a person can change of their own account.
pub struct Profile<'a> {
    /// The name before the `@`, which never changes.
    pub username: &'a str,
    /// Name shown.
    pub display_name: &'a str,
    /// Biography, sanitised HTML.
    pub note: &'a str,
    /// Biography as typed.
    pub note_source: &'a str,
    /// Table.
    pub fields: &'a [ProfileField],
    /// Picture.
    pub avatar: Option<MediaId>,
    /// Header picture.
    pub header: Option<MediaId>,
    /// `person` or `service`.
    pub kind: &'a str,
    /// Approves followers by hand.
    pub locked: bool,
    /// Listed.
    pub discoverable: bool,
}

/// Writes a local profile.
///
/// # Errors
/// The database's.
pub fn update_profile(
    conn: &mut Conn,
    id: AccountId,
    profile: &Profile<'_>,
    now: Time,
) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id.get()))
        .set((
            accounts::display_name.eq(profile.display_name),
            accounts::note.eq(profile.note),
            accounts::note_source.eq(profile.note_source),
            accounts::fields.eq(json(profile.fields)?),
            accounts::avatar_id.eq(profile.avatar.map(MediaId::get)),
            accounts::header_id.eq(profile.header.map(MediaId::get)),
            accounts::kind.eq(profile.kind),
            accounts::locked.eq(profile.locked),
            accounts::discoverable.eq(profile.discoverable),
            accounts::updated_at.eq(to_db(now)),
        ))
        .execute(conn)?;
    words::set(conn, id, profile.username, profile.display_name)
}

/// Writes what a peer says of one of its people, all but the counters.
///
/// # Errors
/// [`StoreError::Conflict`] if the handle belongs to another account.
pub fn update_remote(conn: &mut Conn, account: &Account, fetched: Time) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(account.id.get()))
        .set((
            accounts::username.eq(&account.username),
            accounts::username_key.eq(account.username.to_lowercase()),
            accounts::kind.eq(account.kind.as_str()),
            accounts::display_name.eq(&account.display_name),
            accounts::note.eq(&account.note),
            accounts::fields.eq(json(&account.fields)?),
            accounts::locked.eq(account.locked),
            accounts::discoverable.eq(account.discoverable),
            accounts::url.eq(&account.url),
            accounts::inbox_uri.eq(&account.inbox_uri),
            accounts::shared_inbox_uri.eq(account.shared_inbox_uri.as_deref()),
            accounts::followers_uri.eq(&account.followers_uri),
            accounts::featured_uri.eq(account.featured_uri.as_deref()),
            accounts::avatar_id.eq(account.avatar.map(MediaId::get)),
            accounts::header_id.eq(account.header.map(MediaId::get)),
            accounts::updated_at.eq(to_db(account.updated_at)),
            accounts::fetched_at.eq(Some(to_db(fetched))),
        ))
        .execute(conn)?;
    words::set(conn, account.id, &account.username, &account.display_name)
}

/// Remembers that a remote account was looked at and had not changed.
///
/// # Errors
/// The database's.
pub fn touch_fetched(conn: &mut Conn, id: AccountId, now: Time) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id.get()))
        .set(accounts::fetched_at.eq(Some(to_db(now))))
        .execute(conn)?;
    Ok(())
}

/// Sets the pictures that are given; `None` leaves one as it is.
///
/// # Errors
/// The database's.
pub fn set_pictures(
    conn: &mut Conn,
    id: AccountId,
    avatar: Option<MediaId>,
    header: Option<MediaId>,
    now: Time,
) -> Result<(), StoreError> {
    if let Some(media) = avatar {
        diesel::update(accounts::table.find(id.get()))
            .set((
                accounts::avatar_id.eq(Some(media.get())),
                accounts::updated_at.eq(to_db(now)),
            ))
            .execute(conn)?;
    }
    if let Some(media) = header {
        diesel::update(accounts::table.find(id.get()))
            .set((
                accounts::header_id.eq(Some(media.get())),
                accounts::updated_at.eq(to_db(now)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Disables an account. False if it was disabled already or is not there.
///
/// # Errors
/// The database's.
pub fn set_disabled(conn: &mut Conn, id: AccountId, now: Time) -> Result<bool, StoreError> {
    let changed = diesel::update(
        accounts::table
            .find(id.get())
            .filter(accounts::disabled_at.is_null()),
    )
    .set((
        accounts::disabled_at.eq(Some(to_db(now))),
        accounts::updated_at.eq(to_db(now)),
    ))
    .execute(conn)?;
    Ok(changed == 1)
}

/// Takes one from the number of posts.
///
/// # Errors
/// The database's.
pub fn unposted(conn: &mut Conn, id: AccountId) -> Result<(), StoreError> {
    Sql::new("UPDATE accounts SET statuses_count = statuses_count - 1 WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Adds one to the number of posts, and remembers when an account last posted; an earlier moment does not change that.
///
/// # Errors
/// The database's.
pub fn posted(conn: &mut Conn, id: AccountId, at: Time) -> Result<(), StoreError> {
    Sql::new("UPDATE accounts SET statuses_count = statuses_count + 1, last_posted_at = CASE WHEN last_posted_at > ")
        .time(at)
        .raw(" THEN last_posted_at ELSE ")
        .time(at)
        .raw(" END WHERE id = ")
        .int(id.get())
        .run(conn)?;
    Ok(())
}

/// Adds `by` (which may be negative) to the follows of one and the followers of the other.
///
/// # Errors
/// The database's.
pub fn count_follow(
    conn: &mut Conn,
    follower: AccountId,
    followee: AccountId,
    by: i64,
) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(follower.get()))
        .set(accounts::following_count.eq(accounts::following_count + by))
        .execute(conn)?;
    diesel::update(accounts::table.find(followee.get()))
        .set(accounts::followers_count.eq(accounts::followers_count + by))
        .execute(conn)?;
    Ok(())
}

/// Takes its handle from an account that is gone, so that another one of its node can have it.
///
/// # Errors
/// The database's.
pub fn free_handle(conn: &mut Conn, id: AccountId) -> Result<(), StoreError> {
    // `#` stands in no name, so that this is nobody's handle.
    diesel::update(accounts::table.find(id.get()))
        .set(accounts::username_key.eq(format!("#{id}")))
        .execute(conn)?;
    Ok(())
}

/// Empties these parts of the profiles of a peer's people.
///
/// # Errors
/// The database's.
pub fn forget_profiles(conn: &mut Conn, peer: PeerId, parts: ProfileScope) -> Result<(), StoreError> {
    let theirs = || accounts::table.filter(accounts::peer_id.eq(peer.get()));
    if parts.note {
        diesel::update(theirs())
            .set((accounts::note.eq(""), accounts::note_source.eq("")))
            .execute(conn)?;
    }
    if parts.fields {
        diesel::update(theirs())
            .set(accounts::fields.eq("[]"))
            .execute(conn)?;
    }
    if parts.pictures {
        diesel::update(theirs())
            .set((
                accounts::avatar_id.eq(None::<i64>),
                accounts::header_id.eq(None::<i64>),
            ))
            .execute(conn)?;
    }
    Ok(())
}
