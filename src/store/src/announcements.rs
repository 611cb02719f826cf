//! What administrators tell everyone, who has read it, and the emoji people answer with.

use crate::schema::{announcement_reactions, announcement_reads, announcements};
use crate::{Conn, StoreError, from_db, to_db};
use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;
use entrenous_model::{AccountId, Announcement, AnnouncementId, Time};

#[derive(Queryable)]
struct Row {
    id: i64,
    text: String,
    starts_at: Option<NaiveDateTime>,
    ends_at: Option<NaiveDateTime>,
    all_day: bool,
    published_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl From<Row> for Announcement {
    fn from(row: Row) -> Self {
        Self {
            id: AnnouncementId(row.id),
            text: row.text,
            starts_at: row.starts_at.map(from_db),
            ends_at: row.ends_at.map(from_db),
            all_day: row.all_day,
            published_at: from_db(row.published_at),
            updated_at: from_db(row.updated_at),
        }
    }
}

/// One kind of answer to an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji, or the shortcode of a custom one.
    pub name: String,
    /// How many people.
    pub count: i64,
    /// Whether the one who looks is among them.
    pub me: bool,
}

/// All of them, newest first; ended ones too.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<Announcement>, StoreError> {
    let rows = announcements::table
        .order(announcements::id.desc())
        .load::<Row>(conn)?;
    Ok(rows.into_iter().map(Announcement::from).collect())
}

/// Those that have not ended, oldest first.
///
/// # Errors
/// The database's.
pub fn current(conn: &mut Conn, now: Time) -> Result<Vec<Announcement>, StoreError> {
    let rows = announcements::table
        .filter(
            announcements::ends_at
                .is_null()
                .or(announcements::ends_at.gt(Some(to_db(now)))),
        )
        .order(announcements::id.asc())
        .load::<Row>(conn)?;
    Ok(rows.into_iter().map(Announcement::from).collect())
}

/// One.
///
/// # Errors
/// The database's.
pub fn get(conn: &mut Conn, id: AnnouncementId) -> Result<Option<Announcement>, StoreError> {
    let row = announcements::table
        .find(id.get())
        .first::<Row>(conn)
        .optional()?;
    Ok(row.map(Announcement::from))
}

/// Inserts one.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, one: &Announcement) -> Result<(), StoreError> {
    diesel::insert_into(announcements::table)
        .values((
            announcements::id.eq(one.id.get()),
            announcements::text.eq(&one.text),
            announcements::starts_at.eq(one.starts_at.map(to_db)),
            announcements::ends_at.eq(one.ends_at.map(to_db)),
            announcements::all_day.eq(one.all_day),
            announcements::published_at.eq(to_db(one.published_at)),
            announcements::updated_at.eq(to_db(one.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes what may change of one.
///
/// # Errors
/// The database's.
pub fn update(conn: &mut Conn, one: &Announcement) -> Result<(), StoreError> {
    diesel::update(announcements::table.find(one.id.get()))
        .set((
            announcements::text.eq(&one.text),
            announcements::starts_at.eq(one.starts_at.map(to_db)),
            announcements::ends_at.eq(one.ends_at.map(to_db)),
            announcements::all_day.eq(one.all_day),
            announcements::updated_at.eq(to_db(one.updated_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes one, with who has read it and what they answered.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: AnnouncementId) -> Result<(), StoreError> {
    diesel::delete(announcements::table.find(id.get())).execute(conn)?;
    Ok(())
}

/// Those that a person has read.
///
/// # Errors
/// The database's.
pub fn read_by(conn: &mut Conn, account: AccountId) -> Result<Vec<AnnouncementId>, StoreError> {
    let ids = announcement_reads::table
        .filter(announcement_reads::account_id.eq(account.get()))
        .select(announcement_reads::announcement_id)
        .load::<i64>(conn)?;
    Ok(ids.into_iter().map(AnnouncementId).collect())
}

/// How many people have read one.
///
/// # Errors
/// The database's.
pub fn readers(conn: &mut Conn, id: AnnouncementId) -> Result<i64, StoreError> {
    Ok(announcement_reads::table
        .filter(announcement_reads::announcement_id.eq(id.get()))
        .select(count_star())
        .first(conn)?)
}

/// Remembers that a person has read one. Twice is once.
///
/// # Errors
/// The database's.
pub fn mark_read(
    conn: &mut Conn,
    id: AnnouncementId,
    account: AccountId,
    now: Time,
) -> Result<(), StoreError> {
    both!(conn, c => {
        diesel::insert_into(announcement_reads::table)
            .values((
                announcement_reads::announcement_id.eq(id.get()),
                announcement_reads::account_id.eq(account.get()),
                announcement_reads::read_at.eq(to_db(now)),
            ))
            .on_conflict_do_nothing()
            .execute(c)
    })?;
    Ok(())
}

/// What people answered, in the order in which each emoji was used first.
///
/// # Errors
/// The database's.
pub fn reactions(
    conn: &mut Conn,
    id: AnnouncementId,
    viewer: AccountId,
) -> Result<Vec<Reaction>, StoreError> {
    let rows = announcement_reactions::table
        .filter(announcement_reactions::announcement_id.eq(id.get()))
        .order((
            announcement_reactions::reacted_at.asc(),
            announcement_reactions::account_id.asc(),
        ))
        .select((announcement_reactions::name, announcement_reactions::account_id))
        .load::<(String, i64)>(conn)?;
    let mut found: Vec<Reaction> = Vec::new();
    for (name, account) in rows {
        let me = account == viewer.get();
        match found.iter_mut().find(|one| one.name == name) {
            Some(one) => {
                one.count += 1;
                one.me |= me;
            }
            None => found.push(Reaction { name, count: 1, me }),
        }
    }
    Ok(found)
}

/// Adds a person's answer. Twice is once; true if it is new.
///
/// # Errors
/// The database's.
pub fn react(
    conn: &mut Conn,
    id: AnnouncementId,
    account: AccountId,
    name: &str,
    now: Time,
) -> Result<bool, StoreError> {
    let added = both!(conn, c => {
        diesel::insert_into(announcement_reactions::table)
            .values((
                announcement_reactions::announcement_id.eq(id.get()),
                announcement_reactions::name.eq(name),
                announcement_reactions::account_id.eq(account.get()),
                announcement_reactions::reacted_at.eq(to_db(now)),
            ))
            .on_conflict_do_nothing()
            .execute(c)
    })?;
    Ok(added > 0)
}

/// Takes a person's answer back; true if there was one.
///
/// # Errors
/// The database's.
pub fn take_back(
    conn: &mut Conn,
    id: AnnouncementId,
    account: AccountId,
    name: &str,
) -> Result<bool, StoreError> {
    let removed =
        diesel::delete(announcement_reactions::table.find((id.get(), name, account.get()))).execute(conn)?;
    Ok(removed > 0)
}
