//! A poll that comes with a post, and what an edit makes of it. Inside the transaction of the post.

use super::due;
use crate::{DomainError, Result, work::Work};
use entrenous_model::{Event, Poll, Post};
use entrenous_store::{Conn, StoreError, attachments, polls as rows};

/// A new post has a poll. Of one that was over before it came nobody is told.
pub(crate) fn begin(tx: &mut Work<'_>, post: &Post, poll: &Poll) -> Result<()> {
    let mut poll = poll.clone();
    let now = tx.now();
    if poll.is_over(now) {
        poll.closed_at.get_or_insert(now);
    }
    rows::put(tx, post.id, &poll)?;
    tx.announce(Event::PollQueued { post: post.id });
    Ok(())
}

/// A post of this node has files or a poll.
///
/// # Errors
/// `Invalid` if it has both.
pub(crate) fn without_files(tx: &mut Work<'_>, post: &Post, poll: Option<&Poll>) -> Result<()> {
    if post.is_local() && poll.is_some() && !attachments::of_post(tx, post.id)?.is_empty() {
        return Err(DomainError::invalid("A poll cannot be combined with files"));
    }
    Ok(())
}

/// What an edit does to a poll.
pub(crate) enum Change {
    /// Nothing.
    None,
    /// Other counts, another end; the votes stay. It is no other version of the post.
    Settings(Poll),
    /// Another poll, or none: the votes go.
    Replaced(Option<Poll>),
}

impl Change {
    /// Compares the poll of a post with what it is to be.
    pub(crate) fn of(
        conn: &mut Conn,
        post: &Post,
        wanted: Option<&Poll>,
    ) -> std::result::Result<Self, StoreError> {
        let before = rows::locked(conn, post.id)?;
        let Some((before, wanted)) = before.as_ref().zip(wanted) else {
            return Ok(match (&before, wanted) {
                (None, None) => Self::None,
                (_, wanted) => Self::Replaced(wanted.cloned()),
            });
        };
        if before.multiple != wanted.multiple || before.titles() != wanted.titles() {
            return Ok(Self::Replaced(Some(wanted.clone())));
        }
        let after = merged(before, wanted, post.is_local());
        Ok(if after == *before {
            Self::None
        } else {
            Self::Settings(after)
        })
    }

    /// True if readers see another poll than before.
    pub(crate) const fn is_new_version(&self) -> bool {
        matches!(self, Self::Replaced(_))
    }

    /// True if there is nothing to write.
    pub(crate) const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// The same poll with its new settings. Our own counts are ours; a peer's word counts for its own.
fn merged(before: &Poll, wanted: &Poll, local: bool) -> Poll {
    let mut after = wanted.clone();
    if local || wanted.hide_totals {
        for (option, known) in after.options.iter_mut().zip(&before.options) {
            option.votes = option.votes.max(known.votes);
        }
    }
    if local {
        after.voters_count = before.voters_count;
    }
    if after.expires_at == before.expires_at {
        after.closed_at = before.closed_at.or(after.closed_at);
    }
    after
}

/// Writes the change down. Of an end that comes with it everyone is told.
pub(crate) fn apply(tx: &mut Work<'_>, post: &Post, change: Change) -> Result<()> {
    let mut poll = match change {
        Change::None => return Ok(()),
        Change::Replaced(None) => return Ok(rows::remove(tx, &[post.id.get()])?),
        Change::Replaced(Some(poll)) => {
            rows::forget_votes(tx, post.id)?;
            poll
        }
        Change::Settings(poll) => poll,
    };
    let was_open = rows::get(tx, post.id)?.is_none_or(|before| before.closed_at.is_none());
    let closed = poll.closed_at;
    if was_open {
        poll.closed_at = None;
    }
    rows::put(tx, post.id, &poll)?;
    if let Some(at) = closed.filter(|_| was_open) {
        due::end(tx, post, at)?;
    }
    tx.tell(Event::PollCounted { post: post.id })?;
    tx.announce(Event::PollQueued { post: post.id });
    Ok(())
}
