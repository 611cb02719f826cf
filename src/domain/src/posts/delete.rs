//! Deleting a post.

use super::{attachments, boost, gate};
use crate::{
    Ctx, DomainError, Result, Via, conversations,
    outbox::{self, Audience},
    quotes,
    work::{self, Work},
};
use entrenous_model::{AccountId, Event, OutboundActivity, Post, PostId, QuotePolicy, Visibility};
use entrenous_store::{accounts, conversations as rows_of_conversations, posts as rows};

/// Deletes a post or boost of `author`: a tombstone stays, feeds and notifications go, peers that have it are told. Deleting
/// what a peer has deleted before is no error. For a post of somebody else see [`super::remove`].
///
/// # Errors
/// `NotFound` unless it is the author's.
pub async fn delete(ctx: &Ctx, via: Via, author: AccountId, id: PostId) -> Result<()> {
    let bytes_gone = work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, author)?;
        let post = rows::get(tx, id)?
            .filter(|post| post.account == author)
            .ok_or(DomainError::NotFound)?;
        if post.deleted_at.is_some() {
            return if person.is_local() {
                Err(DomainError::NotFound)
            } else {
                Ok(false)
            };
        }
        match post.boost_of {
            Some(boosted) => boost::undo(tx, &person, &post, boosted).map(|()| false),
            None => end(tx, &post),
        }
    })
    .await?;
    swept(ctx, bytes_gone).await;
    Ok(())
}

/// Removes the bytes of what has gone. What fails now is done within the hour.
pub(crate) async fn swept(ctx: &Ctx, bytes_gone: bool) {
    if bytes_gone && let Err(error) = crate::attachments::sweep(ctx).await {
        tracing::warn!(%error, "files of a deleted post are not removed yet");
    }
}

/// A peer deletes a post of `author` that is not known here: a tombstone makes sure that it does not appear later, when
/// a `Create` was overtaken.
///
/// # Errors
/// `AlreadyReceived`; `Refused("uri_taken")` if the id is someone else's.
pub async fn never_mind(ctx: &Ctx, via: Via, author: AccountId, uri: String) -> Result<()> {
    let bytes_gone = work::write(ctx, move |tx| {
        let person = gate::actor(tx, &via, author)?;
        if person.is_local() {
            return Err(DomainError::Refused("author"));
        }
        match rows::by_uri(tx, &uri)? {
            Some(post) if post.account != author => Err(DomainError::Refused("uri_taken")),
            Some(post) if post.deleted_at.is_some() => Ok(false),
            Some(post) => match post.boost_of {
                Some(boosted) => boost::undo(tx, &person, &post, boosted).map(|()| false),
                None => end(tx, &post),
            },
            None => {
                let (id, now) = (PostId(tx.next_id()), tx.now());
                let tombstone = Post {
                    id,
                    account: author,
                    peer: person.peer,
                    uri: uri.clone(),
                    url: uri.clone(),
                    boost_of: None,
                    in_reply_to: None,
                    in_reply_to_uri: None,
                    in_reply_to_account: None,
                    conversation: id,
                    content: String::new(),
                    source: String::new(),
                    spoiler: String::new(),
                    sensitive: false,
                    visibility: Visibility::Direct,
                    language: None,
                    created_at: now,
                    edited_at: None,
                    deleted_at: Some(now),
                    replies_count: 0,
                    boosts_count: 0,
                    favourites_count: 0,
                    pinned_at: None,
                    quote: None,
                    quote_policy: QuotePolicy::default(),
                    quotes_count: 0,
                };
                rows::insert(tx, &tombstone)?;
                Ok(false)
            }
        }
    })
    .await?;
    swept(ctx, bytes_gone).await;
    Ok(())
}

/// Ends a post with its files. Answers whether there are bytes to remove.
pub(crate) fn end(tx: &mut Work<'_>, post: &Post) -> Result<bool> {
    let bytes_gone = attachments::release(tx, post)?;
    bury(tx, post)?;
    Ok(bytes_gone)
}

/// Makes a tombstone of a post whose files are elsewhere already.
pub(super) fn bury(tx: &mut Work<'_>, post: &Post) -> Result<()> {
    if post.is_local() {
        // While it is still known whom it was for.
        let also = rows::addressed(tx, post.id)?
            .into_iter()
            .map(|one| one.account)
            .collect();
        let activity = OutboundActivity::DeletePost {
            uri: post.uri.clone(),
        };
        outbox::queue(
            tx,
            post.account,
            Some(post.id),
            &activity,
            &Audience::Reached { post: post.id, also },
        )?;
    }
    quotes::gone(tx, post)?;
    let boosts = rows::boosts_of(tx, post.id)?;
    let mut gone = vec![post.id.get()];
    gone.extend(boosts.iter().map(|(boost, _)| boost.get()));
    let held = rows_of_conversations::holding(tx, &[post.id.get()])?;
    let now = tx.now();
    for some in gone.chunks(256) {
        rows::bury(tx, some, now)?;
    }
    if let Some(parent) = post.in_reply_to {
        rows::bump(tx, parent, rows::Count::Replies, -1)?;
        tx.tell(Event::PostCounted { post: parent })?;
    }
    if post.visibility != Visibility::Group {
        accounts::unposted(tx, post.account)?;
    }
    tx.tell(Event::PostDeleted {
        post: post.id,
        account: post.account,
    })?;
    for (conversation, owner) in held {
        conversations::tell(tx, conversation, owner);
    }
    for (boost, booster) in boosts {
        accounts::unposted(tx, booster)?;
        tx.tell(Event::PostDeleted {
            post: boost,
            account: booster,
        })?;
    }
    Ok(())
}
