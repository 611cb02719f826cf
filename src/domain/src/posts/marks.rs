//! Favourites, bookmarks, muted conversations.

use super::gate;
use crate::{
    Ctx, DomainError, Result, Via, groups,
    outbox::{self, Audience},
    work,
};
use entrenous_model::{AccountId, Event, NotificationKind, OutboundActivity, PostId};
use entrenous_store::{favourites, notifications, posts as rows};

/// Favourites a post the person may see. Twice is once. `uri` is the id of a peer's `Like`; ours have
/// `{origin}/people/{name}/likes/{id}`.
///
/// # Errors
/// `NotFound`; `Forbidden` for one's own in a group that one is not in any more.
pub async fn favourite(
    ctx: &Ctx,
    via: Via,
    account: AccountId,
    id: PostId,
    uri: Option<String>,
) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let post = gate::target(tx, rights, &person, id)?;
        groups::still_in(tx, account, &post)?;
        if favourites::get(tx, account, post.id)?.is_some() {
            return Ok(());
        }
        let row = tx.next_id();
        let uri = match (&uri, person.is_local()) {
            (Some(uri), false) if uri.len() <= 2_000 => uri.clone(),
            (_, false) => return Err(DomainError::Refused("no_id")),
            (_, true) => origin.join(&format!("/people/{}/likes/{row}", person.username)),
        };
        if favourites::uri_is_taken(tx, &uri)? {
            return Err(DomainError::Refused("uri_taken"));
        }
        let now = tx.now();
        favourites::insert(tx, row, account, post.id, &uri, now)?;
        rows::bump(tx, post.id, rows::Count::Favourites, 1)?;
        tx.tell(Event::PostCounted { post: post.id })?;
        if groups::reads(tx, post.account, &post)? {
            tx.notify(
                &[post.account.get()],
                NotificationKind::Favourite,
                account,
                Some(post.id),
                Some(post.conversation),
            )?;
        }
        if person.is_local() {
            let activity = OutboundActivity::Favourite {
                uri,
                object: post.uri.clone(),
            };
            outbox::queue(
                tx,
                account,
                Some(post.id),
                &activity,
                &Audience::People(vec![post.account]),
            )?;
        }
        Ok(())
    })
    .await
}

/// Takes a favourite back. None is no error.
///
/// # Errors
/// `NotFound`.
pub async fn unfavourite(ctx: &Ctx, via: Via, account: AccountId, id: PostId) -> Result<()> {
    let rights = gate::rights(ctx, &via).await?;
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, account)?;
        let post = rows::get(tx, id)?.ok_or(DomainError::NotFound)?;
        let post = match post.boost_of {
            Some(boosted) => rows::get(tx, boosted)?.ok_or(DomainError::NotFound)?,
            None => post,
        };
        let Some((row, uri)) = favourites::get(tx, account, post.id)? else {
            return gate::target(tx, rights, &person, post.id).map(|_| ());
        };
        favourites::remove(tx, row)?;
        rows::bump(tx, post.id, rows::Count::Favourites, -1)?;
        notifications::withdraw(
            tx,
            post.account,
            account,
            NotificationKind::Favourite,
            Some(post.id),
        )?;
        tx.tell(Event::PostCounted { post: post.id })?;
        if person.is_local() {
            let activity = OutboundActivity::UndoFavourite {
                uri,
                object: post.uri.clone(),
            };
            outbox::queue(
                tx,
                account,
                Some(post.id),
                &activity,
                &Audience::People(vec![post.account]),
            )?;
        }
        Ok(())
    })
    .await
}

/// Bookmarks or unbookmarks a post the person may see.
///
/// # Errors
/// `NotFound`.
pub async fn bookmark(ctx: &Ctx, account: AccountId, id: PostId, on: bool) -> Result<()> {
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &Via::Local, account)?;
        let post = gate::target(tx, gate::Rights::Local, &person, id)?;
        let (row, now) = (tx.next_id(), tx.now());
        favourites::bookmark(tx, row, account, post.id, on, now)?;
        tx.announce(Event::MarksChanged { account });
        Ok(())
    })
    .await
}

/// Mutes or unmutes the notifications of a conversation.
///
/// # Errors
/// `NotFound`.
pub async fn mute_conversation(ctx: &Ctx, account: AccountId, id: PostId, on: bool) -> Result<()> {
    work::write(ctx, move |tx| {
        let person = gate::actor(tx, &Via::Local, account)?;
        let post = gate::target(tx, gate::Rights::Local, &person, id)?;
        favourites::mute_conversation(tx, account, post.conversation, on)?;
        tx.announce(Event::MarksChanged { account });
        Ok(())
    })
    .await
}
