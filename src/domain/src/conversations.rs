//! Conversations: the direct posts of a thread among the same people, as each of them has them. To everyone else, and to
//! the others of it, someone's conversation does not exist.

use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result};
use entrenous_model::{AccountId, Conversation, ConversationId, Event, Page, Post, Visibility};
use entrenous_store::{conversations as rows, notifications};
use std::collections::BTreeSet;

/// Longest page.
const MOST: i64 = 80;
/// People of a conversation, besides its owner. A post to more of them is a mailing.
const PEOPLE: usize = 100;

/// A person's conversations, the one with the newest post first: paged by [`Conversation::place`].
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, owner: AccountId, page: Page) -> Result<Vec<Conversation>> {
    let (page, now) = (page.at_most(MOST), ctx.now());
    Ok(ctx
        .store()
        .read(move |conn| rows::of(conn, owner, &page, now))
        .await?)
}

/// One conversation of a person.
///
/// # Errors
/// `NotFound`, the same for none, for someone else's, and for one that holds nothing they may see now.
pub async fn get(ctx: &Ctx, owner: AccountId, id: ConversationId) -> Result<Conversation> {
    let now = ctx.now();
    ctx.store()
        .read(move |conn| rows::get(conn, owner, id, now))
        .await?
        .ok_or(DomainError::NotFound)
}

/// Its owner has read a conversation.
///
/// # Errors
/// `NotFound` as [`get`].
pub async fn read(ctx: &Ctx, owner: AccountId, id: ConversationId) -> Result<Conversation> {
    work::write(ctx, move |tx| {
        let now = tx.now();
        let mut found = rows::get(tx, owner, id, now)?.ok_or(DomainError::NotFound)?;
        if found.unread {
            rows::set_unread(tx, id, false)?;
            tell(tx, id, owner);
            found.unread = false;
        }
        Ok(found)
    })
    .await
}

/// Removes a conversation. Its posts stay; the next one in it begins it anew.
///
/// # Errors
/// `NotFound` as [`get`].
pub async fn remove(ctx: &Ctx, owner: AccountId, id: ConversationId) -> Result<()> {
    work::write(ctx, move |tx| {
        let now = tx.now();
        rows::get(tx, owner, id, now)?.ok_or(DomainError::NotFound)?;
        rows::remove(tx, owner, id)?;
        Ok(())
    })
    .await
}

/// Its owner's open streams are told what a conversation is now.
pub(crate) fn tell(tx: &mut Work<'_>, conversation: ConversationId, account: AccountId) {
    tx.announce(Event::ConversationChanged {
        conversation,
        account,
    });
}

/// A direct post has come: it stands in the conversations of everyone of this node who wrote it or whom it is addressed
/// to. Unread for those who are told of it, if it is `news`; of a conversation that someone has muted they are not.
pub(crate) fn add(tx: &mut Work<'_>, post: &Post, addressed: &[AccountId], news: bool) -> Result<()> {
    if post.visibility != Visibility::Direct {
        return Ok(());
    }
    let mut people: BTreeSet<AccountId> = addressed.iter().copied().collect();
    people.insert(post.account);
    if people.len() > PEOPLE + 1 {
        return Ok(());
    }
    let ids: Vec<i64> = people.iter().map(|id| id.get()).collect();
    let now = tx.now();
    let told = if news {
        notifications::tellable(tx, &ids, post.account, Some(post.conversation), now)?
    } else {
        Vec::new()
    };
    for owner in rows::owners(tx, &ids, post.account)? {
        let participants: Vec<AccountId> = people.iter().copied().filter(|id| *id != owner).collect();
        let unread = if owner == post.account {
            // Who answers has read.
            Some(false)
        } else {
            told.contains(&owner).then_some(true)
        };
        let arrival = rows::Arrival {
            id: ConversationId(tx.next_id()),
            owner,
            thread: post.conversation,
            participants: &participants,
            post: post.id,
            unread,
        };
        if let Some(conversation) = rows::put(tx, &arrival)?
            && news
        {
            tell(tx, conversation, owner);
        }
    }
    Ok(())
}
