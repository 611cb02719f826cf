//! Writing files of posts.

use crate::schema::accounts;
use crate::schema::attachments::dsl;
use crate::{Conn, StoreError, to_db};
use diesel::prelude::*;
use entrenous_model::{
    AccountId, Attachment, AttachmentKind, AttachmentState, Focus, FrameRate, MediaId, PostId, Preview, Time,
};

/// Inserts a file.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, file: &Attachment) -> Result<(), StoreError> {
    let preview = file.preview.as_ref();
    diesel::insert_into(dsl::attachments)
        .values((
            (
                dsl::id.eq(file.id.get()),
                dsl::account_id.eq(file.account.get()),
                dsl::post_id.eq(file.post.map(PostId::get)),
                dsl::place.eq(file.place),
                dsl::kind.eq(file.kind.as_str()),
                dsl::state.eq(file.state.as_str()),
                dsl::content_type.eq(&file.content_type),
                dsl::hash.eq(file.hash.as_deref()),
                dsl::size.eq(file.size),
                dsl::width.eq(file.width),
                dsl::height.eq(file.height),
                dsl::duration.eq(file.duration),
            ),
            dsl::preview_hash.eq(preview.map(|one| one.hash.as_str())),
            dsl::preview_type.eq(preview.map(|one| one.content_type.as_str())),
            dsl::preview_size.eq(preview.map(|one| one.size)),
            dsl::preview_width.eq(preview.map(|one| one.width)),
            dsl::preview_height.eq(preview.map(|one| one.height)),
            dsl::blurhash.eq(file.blurhash.as_deref()),
            (
                dsl::focus_x.eq(file.focus.x),
                dsl::focus_y.eq(file.focus.y),
                dsl::description.eq(&file.description),
                dsl::remote_url.eq(file.remote_url.as_deref()),
                dsl::epoch.eq(file.epoch),
                dsl::created_at.eq(to_db(file.created_at)),
                dsl::changed_at.eq(to_db(file.changed_at)),
            ),
            dsl::frame_rate.eq(file.frame_rate.map(|rate| rate.to_string())),
            dsl::poster_url.eq(file.poster_url.as_deref()),
            dsl::poster_due.eq(file.poster_due),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a file that waits to a post. False if it has one already.
///
/// # Errors
/// The database's.
pub fn attach(conn: &mut Conn, id: MediaId, post: PostId, place: i64, now: Time) -> Result<bool, StoreError> {
    let waits = dsl::attachments
        .find(id.get())
        .filter(dsl::post_id.is_null())
        .filter(dsl::state.ne(AttachmentState::Gone.as_str()));
    let changed = diesel::update(waits)
        .set((
            dsl::post_id.eq(Some(post.get())),
            dsl::place.eq(place),
            dsl::changed_at.eq(to_db(now)),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Moves a file among those of its post.
///
/// # Errors
/// The database's.
pub fn place(conn: &mut Conn, id: MediaId, place: i64) -> Result<(), StoreError> {
    diesel::update(dsl::attachments.find(id.get()))
        .set(dsl::place.eq(place))
        .execute(conn)?;
    Ok(())
}

/// Takes a file from its post; every URL of it so far is a 404. It waits to be posted again.
///
/// # Errors
/// The database's.
pub fn detach(conn: &mut Conn, id: MediaId, now: Time) -> Result<(), StoreError> {
    diesel::update(dsl::attachments.find(id.get()))
        .set((
            dsl::post_id.eq(None::<i64>),
            dsl::epoch.eq(dsl::epoch + 1),
            dsl::changed_at.eq(to_db(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Describes a file.
///
/// # Errors
/// The database's.
pub fn describe(conn: &mut Conn, id: MediaId, description: &str, focus: Focus) -> Result<(), StoreError> {
    diesel::update(dsl::attachments.find(id.get()))
        .set((
            dsl::description.eq(description),
            dsl::focus_x.eq(focus.x),
            dsl::focus_y.eq(focus.y),
        ))
        .execute(conn)?;
    Ok(())
}

/// Sets the small picture. The blurred idea follows it, if there is a new one.
///
/// # Errors
/// The database's.
pub fn set_preview(
    conn: &mut Conn,
    id: MediaId,
    preview: &Preview,
    blurhash: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(dsl::attachments.find(id.get()))
        .set((
            dsl::preview_hash.eq(Some(&preview.hash)),
            dsl::preview_type.eq(Some(&preview.content_type)),
            dsl::preview_size.eq(Some(preview.size)),
            dsl::preview_width.eq(Some(preview.width)),
            dsl::preview_height.eq(Some(preview.height)),
            dsl::blurhash.eq(blurhash),
            // The old picture must not be what the URL given out so far shows.
            dsl::epoch.eq(dsl::epoch + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// What a fetched file turned out to be.
pub struct Filled<'a> {
    /// What it is.
    pub kind: AttachmentKind,
    /// Sniffed type.
    pub content_type: &'a str,
    /// Name in the file store.
    pub hash: &'a str,
    /// Length in bytes.
    pub size: i64,
    /// Pixels.
    pub width: Option<i64>,
    /// Pixels.
    pub height: Option<i64>,
    /// Milliseconds.
    pub duration: Option<i64>,
    /// Pictures a second.
    pub frame_rate: Option<FrameRate>,
    /// A small picture that stands for it.
    pub preview: Option<&'a Preview>,
    /// A blurred idea of it.
    pub blurhash: Option<&'a str>,
    /// Whether the picture that the peer has put before it is still to be fetched.
    pub poster_due: bool,
}

/// The bytes of a peer's file have come. False if nobody waits for them any more.
///
/// # Errors
/// The database's.
pub fn fill(conn: &mut Conn, id: MediaId, filled: &Filled<'_>, now: Time) -> Result<bool, StoreError> {
    let waits = dsl::attachments
        .find(id.get())
        .filter(dsl::post_id.is_not_null())
        .filter(dsl::hash.is_null());
    let changed = diesel::update(waits)
        .set((
            dsl::kind.eq(filled.kind.as_str()),
            dsl::state.eq(AttachmentState::Ready.as_str()),
            dsl::content_type.eq(filled.content_type),
            dsl::hash.eq(Some(filled.hash)),
            dsl::size.eq(filled.size),
            dsl::width.eq(filled.width),
            dsl::height.eq(filled.height),
            dsl::preview_hash.eq(filled.preview.map(|one| one.hash.as_str())),
            dsl::preview_type.eq(filled.preview.map(|one| one.content_type.as_str())),
            dsl::preview_size.eq(filled.preview.map(|one| one.size)),
            dsl::preview_width.eq(filled.preview.map(|one| one.width)),
            dsl::preview_height.eq(filled.preview.map(|one| one.height)),
            dsl::blurhash.eq(filled.blurhash),
            dsl::changed_at.eq(to_db(now)),
            dsl::duration.eq(filled.duration),
            dsl::frame_rate.eq(filled.frame_rate.map(|rate| rate.to_string())),
            dsl::poster_due.eq(filled.poster_due),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// A peer has put another picture before its film or sound, or none any more: the one that is here stays until another has
/// come. `tried` is when it counts as last tried.
///
/// # Errors
/// The database's.
pub fn set_poster_url(
    conn: &mut Conn,
    id: MediaId,
    url: Option<&str>,
    tried: Time,
) -> Result<(), StoreError> {
    diesel::update(dsl::attachments.find(id.get()))
        .set((
            dsl::poster_url.eq(url),
            dsl::poster_due.eq(url.is_some()),
            dsl::changed_at.eq(to_db(tried)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The picture that a peer has put before its film or sound is here. False if nobody waits for that one any more.
///
/// # Errors
/// The database's.
pub fn poster_came(conn: &mut Conn, id: MediaId, url: &str) -> Result<bool, StoreError> {
    let waits = dsl::attachments
        .find(id.get())
        .filter(dsl::post_id.is_not_null())
        .filter(dsl::poster_due)
        .filter(dsl::poster_url.eq(url));
    let changed = diesel::update(waits)
        .set(dsl::poster_due.eq(false))
        .execute(conn)?;
    Ok(changed > 0)
}

/// The picture that a peer has put before its film or sound could not be had: it rests.
///
/// # Errors
/// The database's.
pub fn poster_failed(conn: &mut Conn, id: MediaId, now: Time) -> Result<(), StoreError> {
    diesel::update(dsl::attachments.find(id.get()))
        .filter(dsl::poster_due)
        .set(dsl::changed_at.eq(to_db(now)))
        .execute(conn)?;
    Ok(())
}

/// Says how it stands with a file that is not here.
///
/// # Errors
/// The database's.
pub fn set_state(conn: &mut Conn, id: MediaId, state: AttachmentState, now: Time) -> Result<(), StoreError> {
    let missing = dsl::attachments
        .find(id.get())
        .filter(dsl::hash.is_null())
        .filter(dsl::state.ne(AttachmentState::Gone.as_str()));
    diesel::update(missing)
        .set((dsl::state.eq(state.as_str()), dsl::changed_at.eq(to_db(now))))
        .execute(conn)?;
    Ok(())
}

/// Makes every URL of the files of an account so far a 404.
///
/// # Errors
/// The database's.
pub fn raise_epochs(conn: &mut Conn, account: AccountId) -> Result<(), StoreError> {
    diesel::update(dsl::attachments)
        .filter(dsl::account_id.eq(account.get()))
        .set(dsl::epoch.eq(dsl::epoch + 1))
        .execute(conn)?;
    Ok(())
}

/// Makes every URL of the files of this node's people so far a 404: a peer that had some may have none any more.
///
/// # Errors
/// The database's.
pub fn raise_epochs_here(conn: &mut Conn) -> Result<(), StoreError> {
    let here = accounts::table
        .filter(accounts::peer_id.is_null())
        .select(accounts::id);
    diesel::update(dsl::attachments)
        .filter(dsl::account_id.eq_any(here))
        .set(dsl::epoch.eq(dsl::epoch + 1))
        .execute(conn)?;
    Ok(())
}
