//! Announcements: what administrators tell everyone on the node, shown until it ends or is taken back. People dismiss
//! them one by one, and answer with emoji.

use crate::posts::unicode_emoji;
use crate::{Ctx, DomainError, Result, audit, custom_emoji, text, work};
use entrenous_model::{AccountId, Announcement, AnnouncementId, Event, Time};
use entrenous_store::announcements::{self as rows, Reaction};
use entrenous_store::{Conn, StoreError};

/// Longest text, in characters.
const TEXT: usize = 5_000;
/// Most that are shown at once.
const CURRENT: usize = 50;
/// Most different emoji on one.
const EMOJI: usize = 8;

/// An announcement as one person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The announcement.
    pub announcement: Announcement,
    /// Its text as HTML.
    pub content: String,
    /// Hashtags in it, lower-case.
    pub tags: Vec<String>,
    /// Whether the person has dismissed it.
    pub read: bool,
    /// What people answered.
    pub reactions: Vec<Reaction>,
}

/// What is to be told, or changed of it: `None` leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// At most 5,000 characters; a new one needs it.
    pub text: Option<String>,
    /// When what it is about begins; `Some(None)`: at no certain moment.
    pub starts_at: Option<Option<Time>>,
    /// When what it is about ends, and it is shown no longer; `Some(None)`: never.
    pub ends_at: Option<Option<Time>>,
    /// Only the days of the two count.
    pub all_day: Option<bool>,
}

impl Change {
    /// Writes it into an announcement.
    fn onto(&self, one: &mut Announcement, now: Time) -> Result<()> {
        if let Some(text) = &self.text {
            text.trim().clone_into(&mut one.text);
        }
        if one.text.is_empty() {
            return Err(DomainError::invalid("Text can't be blank"));
        }
        if one.text.chars().count() > TEXT {
            return Err(DomainError::invalid(
                "an announcement has at most 5000 characters",
            ));
        }
        one.starts_at = self.starts_at.unwrap_or(one.starts_at);
        one.ends_at = self.ends_at.unwrap_or(one.ends_at);
        one.all_day = self.all_day.unwrap_or(one.all_day);
        match (one.starts_at, one.ends_at) {
            (Some(starts), Some(ends)) if ends < starts => {
                return Err(DomainError::invalid("it cannot end before it begins"));
            }
            (_, Some(ends)) if ends <= now && self.ends_at.is_some() => {
                return Err(DomainError::invalid("its end has passed"));
            }
            _ => {}
        }
        one.updated_at = now;
        Ok(())
    }
}

fn shown(
    ctx: &Ctx,
    conn: &mut Conn,
    viewer: AccountId,
    one: Announcement,
    read: bool,
) -> std::result::Result<Shown, StoreError> {
    Ok(Shown {
        content: text::to_html(&one.text, &[], ctx.origin()),
        tags: text::hashtags(&one.text, 20),
        read,
        reactions: rows::reactions(conn, one.id, viewer)?,
        announcement: one,
    })
}

/// What is shown to a person now, oldest first; what they have dismissed only `with_dismissed`.
///
/// # Errors
/// Only the store's.
pub async fn current(ctx: &Ctx, viewer: AccountId, with_dismissed: bool) -> Result<Vec<Shown>> {
    let (reader, now) = (ctx.clone(), ctx.now());
    let found = ctx.store().read(move |conn| {
        let read = rows::read_by(conn, viewer)?;
        rows::current(conn, now)?
            .into_iter()
            .map(|one| (read.contains(&one.id), one))
            .filter(|(read, _)| with_dismissed || !read)
            .map(|(read, one)| shown(&reader, conn, viewer, one, read))
            .collect::<std::result::Result<_, StoreError>>()
    });
    Ok(found.await?)
}

/// One that is shown now, for a person.
///
/// # Errors
/// `NotFound`, also for one that has ended.
pub async fn get(ctx: &Ctx, viewer: AccountId, id: AnnouncementId) -> Result<Shown> {
    let (reader, now) = (ctx.clone(), ctx.now());
    let found = ctx.store().read(move |conn| {
        let Some(one) = present(conn, id, now)? else {
            return Ok(None);
        };
        let read = rows::read_by(conn, viewer)?.contains(&id);
        shown(&reader, conn, viewer, one, read).map(Some)
    });
    found.await?.ok_or(DomainError::NotFound)
}

/// One that has not ended.
fn present(
    conn: &mut Conn,
    id: AnnouncementId,
    now: Time,
) -> std::result::Result<Option<Announcement>, StoreError> {
    let one = rows::get(conn, id)?;
    Ok(one.filter(|one| one.ends_at.is_none_or(|ends| ends > now)))
}

/// A person has read one. Twice is once.
///
/// # Errors
/// `NotFound`.
pub async fn dismiss(ctx: &Ctx, viewer: AccountId, id: AnnouncementId) -> Result<()> {
    work::write(ctx, move |tx| {
        let now = tx.now();
        present(tx, id, now)?.ok_or(DomainError::NotFound)?;
        Ok(rows::mark_read(tx, id, viewer, now)?)
    })
    .await
}

/// A person answers with an emoji: a Unicode one, or the shortcode of one of this node, also between colons. Twice is once.
///
/// # Errors
/// `NotFound`; `Invalid` for what is no emoji, and beyond eight different ones.
pub async fn react(ctx: &Ctx, viewer: AccountId, id: AnnouncementId, name: &str) -> Result<()> {
    let name = kept_as(name);
    if unicode_emoji(&name).is_none() && custom_emoji::known(ctx).await?.get(None, &name).is_none() {
        return Err(DomainError::invalid("Name is not a recognized emoji"));
    }
    work::write(ctx, move |tx| {
        let now = tx.now();
        present(tx, id, now)?.ok_or(DomainError::NotFound)?;
        let there = rows::reactions(tx, id, viewer)?;
        if there.len() >= EMOJI && !there.iter().any(|one| one.name == name) {
            return Err(DomainError::invalid("Limit of different reactions reached"));
        }
        if rows::react(tx, id, viewer, &name, now)? {
            tx.tell(Event::AnnouncementAnswered {
                announcement: id,
                name: name.clone(),
            })?;
        }
        Ok(())
    })
    .await
}

/// What an answer is kept as: a Unicode emoji in one form, a custom one without its colons.
fn kept_as(name: &str) -> String {
    unicode_emoji(name).unwrap_or_else(|| name.trim_matches(':').to_owned())
}

/// A person takes an answer back, also with an emoji that is gone. None is no error.
///
/// # Errors
/// `NotFound`.
pub async fn take_back(ctx: &Ctx, viewer: AccountId, id: AnnouncementId, name: &str) -> Result<()> {
    let name = kept_as(name);
    work::write(ctx, move |tx| {
        let now = tx.now();
        present(tx, id, now)?.ok_or(DomainError::NotFound)?;
        if rows::take_back(tx, id, viewer, &name)? {
            tx.tell(Event::AnnouncementAnswered {
                announcement: id,
                name: name.clone(),
            })?;
        }
        Ok(())
    })
    .await
}

/// All of them with how many people have dismissed each, newest first; ended ones too. For administrators.
///
/// # Errors
/// Only the store's.
pub async fn all(ctx: &Ctx) -> Result<Vec<(Announcement, i64)>> {
    let found = ctx.store().read(|conn| {
        rows::all(conn)?
            .into_iter()
            .map(|one| rows::readers(conn, one.id).map(|readers| (one, readers)))
            .collect::<std::result::Result<_, StoreError>>()
    });
    Ok(found.await?)
}

/// Tells everyone, in the name of `actor`.
///
/// # Errors
/// `Invalid` without a text, with one that is too long, with an end that has passed, and beyond fifty that are shown.
pub async fn create(ctx: &Ctx, actor: &str, change: Change) -> Result<Announcement> {
    let actor = actor.to_owned();
    work::write(ctx, move |tx| {
        let now = tx.now();
        let mut one = Announcement {
            id: AnnouncementId(tx.next_id()),
            text: String::new(),
            starts_at: None,
            ends_at: None,
            all_day: false,
            published_at: now,
            updated_at: now,
        };
        change.onto(&mut one, now)?;
        if rows::current(tx, now)?.len() >= CURRENT {
            return Err(DomainError::invalid("at most 50 announcements are shown at once"));
        }
        rows::insert(tx, &one)?;
        audit::write(tx, &actor, "announcement.made", None, None, &one.id.to_string())?;
        tx.tell(Event::Announced { announcement: one.id })?;
        Ok(one)
    })
    .await
}

/// Changes one, in the name of `actor`. Who has read it has read it.
///
/// # Errors
/// `NotFound`; `Invalid` as [`create`].
pub async fn update(ctx: &Ctx, actor: &str, id: AnnouncementId, change: Change) -> Result<Announcement> {
    let actor = actor.to_owned();
    work::write(ctx, move |tx| {
        let mut one = rows::get(tx, id)?.ok_or(DomainError::NotFound)?;
        let now = tx.now();
        change.onto(&mut one, now)?;
        rows::update(tx, &one)?;
        audit::write(tx, &actor, "announcement.changed", None, None, &id.to_string())?;
        tx.tell(Event::Announced { announcement: id })?;
        Ok(one)
    })
    .await
}

/// Takes one back, in the name of `actor`.
///
/// # Errors
/// `NotFound`.
pub async fn remove(ctx: &Ctx, actor: &str, id: AnnouncementId) -> Result<()> {
    let actor = actor.to_owned();
    work::write(ctx, move |tx| {
        rows::get(tx, id)?.ok_or(DomainError::NotFound)?;
        rows::remove(tx, id)?;
        audit::write(tx, &actor, "announcement.removed", None, None, &id.to_string())?;
        tx.tell(Event::AnnouncementRemoved { announcement: id })
    })
    .await
}
