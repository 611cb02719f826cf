//! What time brings: polls end, those who care are told, and peers are sent the counts.
//!
//! All of it stands in the rows of `polls`, so that a node that starts again goes on where it was.

use crate::{
    Ctx, Result, groups,
    outbox::{self, Audience},
    work::{self, Work},
};
use chrono::TimeDelta;
use entrenous_model::{Event, NotificationKind, OutboundActivity, Post, PostId, Time};
use entrenous_store::{StoreError, polls as rows, posts};

/// How long peers have the counts of a poll before they are sent them again.
pub(super) const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Voters told in one transaction.
const PIECE: i64 = 200;

/// Does one thing that is due: ends a poll, tells some of its voters, or sends its counts. `false` if nothing is.
///
/// # Errors
/// Only the store's.
pub async fn settle(ctx: &Ctx) -> Result<bool> {
    let now = ctx.now();
    let waits = ctx
        .store()
        .read(move |conn| -> std::result::Result<bool, StoreError> {
            Ok(rows::next_at(conn)?.is_some_and(|at| at <= now) || rows::next_told(conn)?.is_some())
        });
    if !waits.await? {
        return Ok(false);
    }
    work::write(ctx, |tx| {
        let now = tx.now();
        if let Some(id) = rows::next_ended(tx, now)? {
            match posts::get(tx, id)?.filter(|post| post.deleted_at.is_none()) {
                Some(post) => end(tx, &post, now)?,
                None => rows::remove(tx, &[id.get()])?,
            }
            return Ok(true);
        }
        if let Some((id, after)) = rows::next_told(tx)? {
            tell(tx, id, after)?;
            return Ok(true);
        }
        if let Some(id) = rows::next_update(tx, now)? {
            send(tx, id)?;
            return Ok(true);
        }
        Ok(false)
    })
    .await
}

/// When the next poll ends or the next counts are to be sent.
///
/// # Errors
/// Only the store's.
pub async fn next_at(ctx: &Ctx) -> Result<Option<Time>> {
    Ok(ctx.store().read(rows::next_at).await?)
}

/// The poll is over: its author is told now, its voters after this transaction, and peers get the last counts.
pub(super) fn end(tx: &mut Work<'_>, post: &Post, at: Time) -> Result<()> {
    if !rows::close(tx, post.id, at)? {
        return Ok(());
    }
    rows::tell_after(tx, post.id, Some(0))?;
    if post.is_local() {
        if groups::reads(tx, post.account, post)? {
            tx.notify_oneself(post.account, NotificationKind::Poll, post.id)?;
        }
        let now = tx.now();
        rows::plan_update(tx, post.id, now, TimeDelta::zero())?;
    }
    tx.tell(Event::PollCounted { post: post.id })?;
    tx.announce(Event::PollQueued { post: post.id });
    Ok(())
}

/// Tells the next voters of this node.
fn tell(tx: &mut Work<'_>, id: PostId, after: i64) -> Result<()> {
    let voters = rows::voters_here(tx, id, after, PIECE)?;
    let post = posts::get(tx, id)?.filter(|post| post.deleted_at.is_none());
    if let Some(post) = post {
        let see = posts::viewers_among(tx, id, &voters)?;
        tx.notify(
            &see,
            NotificationKind::Poll,
            post.account,
            Some(id),
            Some(post.conversation),
        )?;
    }
    Ok(rows::tell_after(tx, id, voters.last().copied())?)
}

/// Sends the counts to every node that has the post, and to those whose people voted.
fn send(tx: &mut Work<'_>, id: PostId) -> Result<()> {
    let now = tx.now();
    rows::updated(tx, id, now)?;
    let Some(post) = posts::get(tx, id)?.filter(|post| post.is_local() && post.deleted_at.is_none()) else {
        return Ok(());
    };
    let mut also = rows::voters_elsewhere(tx, id)?;
    also.extend(posts::addressed(tx, id)?.into_iter().map(|one| one.account));
    outbox::queue(
        tx,
        post.account,
        Some(id),
        &OutboundActivity::UpdatePost { post: id },
        &Audience::Reached { post: id, also },
    )
}
