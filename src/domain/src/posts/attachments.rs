//! The files of a post, as its author wants them.

use crate::attachments::{DESCRIPTION, PER_POST, REST, checked};
use crate::work::Work;
use crate::{DomainError, Result};
use entrenous_model::{
    AccountId, Attachment, AttachmentKind, AttachmentState, Focus, MediaId, Post, ScheduledId,
};
use entrenous_store::{attachments as rows, scheduled};

/// Most files of a peer's post.
const PER_REMOTE_POST: usize = 16;

/// The files of a draft.
#[derive(Debug, Clone, PartialEq)]
pub enum Files {
    /// Those that the post has (none, of a new one).
    Keep,
    /// These of the author's uploads, in this order; the others leave the post.
    These(Vec<Chosen>),
    /// These of a peer, in this order.
    Remote(Vec<RemoteFile>),
}

impl Default for Files {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Files {
    /// Whether a post may be without text for them.
    pub(super) const fn may_stand_alone(&self) -> bool {
        match self {
            Self::Keep => true,
            Self::These(files) => !files.is_empty(),
            Self::Remote(files) => !files.is_empty(),
        }
    }
}

/// One of the author's uploads, with what changes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Which.
    pub id: MediaId,
    /// What it shows, in words.
    pub description: Option<String>,
    /// Its important part.
    pub focus: Option<Focus>,
}

impl Chosen {
    /// As it is.
    #[must_use]
    pub const fn of(id: MediaId) -> Self {
        Self {
            id,
            description: None,
            focus: None,
        }
    }
}

/// A file that a peer's post names.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteFile {
    /// Where it is, on the author's own origin (checked by the caller).
    pub url: String,
    /// Its type, as the peer says.
    pub content_type: String,
    /// What it shows, in words; cut at 1,500 characters.
    pub description: String,
    /// Its important part.
    pub focus: Focus,
    /// Pixels, as the peer says.
    pub pixels: Option<(u32, u32)>,
    /// Milliseconds, as the peer says.
    pub duration: Option<i64>,
    /// A blurred idea of it, as the peer says.
    pub blurhash: Option<String>,
    /// Where the picture is that stands before a film or sound, on the author's own origin (checked by the caller).
    pub poster: Option<String>,
}

/// Gives the post the files that its draft names. Answers whether anything changed.
///
/// # Errors
/// `Invalid` for more than four, for one twice, and for one that is not the author's own or in another post.
pub(super) fn set(tx: &mut Work<'_>, post: &Post, files: &Files) -> Result<bool> {
    let before = rows::of_post(tx, post.id)?;
    match files {
        Files::Keep => Ok(false),
        Files::These(chosen) => set_chosen(tx, post, before, chosen),
        Files::Remote(files) => set_remote(tx, post, before, files),
    }
}

fn set_chosen(tx: &mut Work<'_>, post: &Post, before: Vec<Attachment>, chosen: &[Chosen]) -> Result<bool> {
    few(chosen)?;
    let now = tx.now();
    let mut changed = false;
    let mut left = before;
    for (place, one) in (0_i64..).zip(chosen) {
        let here = left.iter().position(|file| file.id == one.id);
        let file = match here {
            Some(at) => left.remove(at),
            None => usable(tx, post.account, one.id)?,
        };
        if file.post.is_none() {
            if !rows::attach(tx, one.id, post.id, place, now)? {
                return Err(unusable(one.id));
            }
            changed = true;
        } else if file.place != place {
            rows::place(tx, one.id, place)?;
            changed = true;
        }
        changed |= describe(tx, one, &file)?;
    }
    for file in left {
        rows::detach(tx, file.id, now)?;
        changed = true;
    }
    Ok(changed)
}

fn few(chosen: &[Chosen]) -> Result<()> {
    if chosen.len() > PER_POST {
        return Err(DomainError::Invalid(format!(
            "Cannot attach more than {PER_POST} files"
        )));
    }
    Ok(())
}

/// A file that its owner may post: uploaded, in no post, not even in one that is to be published later.
fn usable(tx: &mut Work<'_>, owner: AccountId, id: MediaId) -> Result<Attachment> {
    let file = rows::by_id(tx, id)?
        .filter(|file| {
            file.account == owner
                && file.post.is_none()
                && file.remote_url.is_none()
                && file.state == AttachmentState::Ready
        })
        .ok_or_else(|| unusable(id))?;
    if scheduled::holds(tx, id)? {
        return Err(unusable(id));
    }
    Ok(file)
}

/// Describes a file as it was chosen. Answers whether anything changed.
fn describe(tx: &mut Work<'_>, chosen: &Chosen, file: &Attachment) -> Result<bool> {
    let description = chosen.description.as_deref().map(checked).transpose()?;
    let description = description.unwrap_or_else(|| file.description.clone());
    let focus = chosen.focus.unwrap_or(file.focus);
    let changed = description != file.description || focus != file.focus;
    if changed {
        rows::describe(tx, file.id, &description, focus)?;
    }
    Ok(changed)
}

/// Keeps files for a post that is to be published later.
///
/// # Errors
/// `Invalid` as for a post that is published at once.
pub(crate) fn reserve(
    tx: &mut Work<'_>,
    owner: AccountId,
    post: ScheduledId,
    chosen: &[Chosen],
) -> Result<Vec<MediaId>> {
    few(chosen)?;
    let mut files = Vec::with_capacity(chosen.len());
    for (place, one) in (0_i64..).zip(chosen) {
        let file = usable(tx, owner, one.id)?;
        if !scheduled::add_file(tx, post, file.id, place)? {
            return Err(unusable(file.id));
        }
        describe(tx, one, &file)?;
        files.push(file.id);
    }
    Ok(files)
}

fn unusable(id: MediaId) -> DomainError {
    DomainError::Invalid(format!(
        "the file {id} is not there, not yours, or in a post already: upload it again"
    ))
}

fn set_remote(tx: &mut Work<'_>, post: &Post, before: Vec<Attachment>, files: &[RemoteFile]) -> Result<bool> {
    let now = tx.now();
    let mut changed = false;
    let mut left = before;
    for (place, file) in (0_i64..).zip(files.iter().take(PER_REMOTE_POST)) {
        let description: String = file.description.chars().take(DESCRIPTION).collect();
        let known = left
            .iter()
            .position(|known| known.remote_url.as_deref() == Some(file.url.as_str()));
        if let Some(at) = known {
            let known = left.remove(at);
            if known.place != place {
                rows::place(tx, known.id, place)?;
                changed = true;
            }
            if known.description != description || known.focus != file.focus {
                rows::describe(tx, known.id, &description, file.focus)?;
                changed = true;
            }
            if known.poster_url != file.poster {
                // Nothing that is shown has changed before it is here. It may be fetched at once, but for a file that rests.
                let tried = if known.state == AttachmentState::Ready {
                    now - REST
                } else {
                    known.changed_at
                };
                rows::set_poster_url(tx, known.id, file.poster.as_deref(), tried)?;
            }
            continue;
        }
        let row = Attachment {
            id: MediaId(tx.next_id()),
            account: post.account,
            post: Some(post.id),
            place,
            kind: AttachmentKind::of_type(&file.content_type),
            state: AttachmentState::Waiting,
            content_type: file.content_type.clone(),
            hash: None,
            size: 0,
            width: file.pixels.map(|(width, _)| i64::from(width)),
            height: file.pixels.map(|(_, height)| i64::from(height)),
            duration: file.duration,
            frame_rate: None,
            preview: None,
            poster_url: file.poster.clone(),
            poster_due: file.poster.is_some(),
            blurhash: file.blurhash.clone(),
            focus: file.focus,
            description,
            remote_url: Some(file.url.clone()),
            epoch: 0,
            created_at: now,
            changed_at: now,
        };
        rows::insert(tx, &row)?;
        changed = true;
    }
    let gone: Vec<MediaId> = left.into_iter().map(|file| file.id).collect();
    if !gone.is_empty() {
        rows::discard(tx, &gone, now)?;
        changed = true;
    }
    Ok(changed)
}

/// Takes the files from a post that goes: of our own people they wait a day to be posted again, of others they go.
/// Answers whether there are bytes to remove.
pub(super) fn release(tx: &mut Work<'_>, post: &Post) -> Result<bool> {
    if !post.is_local() {
        return discard(tx, post);
    }
    let now = tx.now();
    for file in rows::of_post(tx, post.id)? {
        rows::detach(tx, file.id, now)?;
    }
    Ok(false)
}

/// Takes the files from a post that nobody may post again. Answers whether there are bytes to remove.
pub(super) fn discard(tx: &mut Work<'_>, post: &Post) -> Result<bool> {
    let files = rows::of_post(tx, post.id)?;
    let ids: Vec<MediaId> = files.into_iter().map(|file| file.id).collect();
    if ids.is_empty() {
        return Ok(false);
    }
    let now = tx.now();
    rows::discard(tx, &ids, now)?;
    Ok(true)
}

/// What a version of a post had of the files that are still there.
pub(super) fn of_version(present: &[Attachment], version: Vec<(MediaId, String)>) -> Vec<Attachment> {
    version
        .into_iter()
        .filter_map(|(id, description)| {
            let file = present.iter().find(|file| file.id == id)?;
            Some(Attachment {
                description,
                ..file.clone()
            })
        })
        .collect()
}
