//! Blocking and muting.

use crate::{
    Ctx, DomainError, Result, Via, follows,
    outbox::{self, Audience},
    peers, quotes,
    work::{self, Work},
};
use entrenous_model::{Account, AccountId, Event, OutboundActivity, Page, Time};
use entrenous_store::{
    blocks as rows, conversations, feed, notifications,
    person::{self, Person},
};
use std::sync::Arc;

/// Blocks: follows in both directions end, posts disappear for each other, conversations with them go, what they quote
/// of who blocks them is taken back; a remote person's node is told (`Block`).
/// Via a peer: `uri` is the id of the `Block`; ours have `{origin}/people/{name}/blocks/{id}`.
///
/// # Errors
/// `Invalid` for oneself, `NotFound`.
pub async fn block(
    ctx: &Ctx,
    via: Via,
    account: AccountId,
    target: AccountId,
    uri: Option<String>,
) -> Result<()> {
    if account == target {
        return Err(DomainError::invalid("You cannot block yourself"));
    }
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        let (blocks, blocked) = pair(tx, &via, account, target)?;
        if rows::get(tx, account, target)?.is_some() {
            return Ok(());
        }
        let id = tx.next_id();
        let uri = match (&uri, blocks.is_local()) {
            (_, true) => origin.join(&format!("/people/{}/blocks/{id}", blocks.username)),
            (Some(uri), false) if uri.len() <= 2_000 => uri.clone(),
            (_, false) => return Err(DomainError::Refused("no_id")),
        };
        if rows::uri_is_taken(tx, &uri)? {
            return Err(DomainError::Refused("uri_taken"));
        }
        let now = tx.now();
        rows::insert(tx, id, account, target, &uri, now)?;
        follows::end_between(tx, &blocks, &blocked)?;
        for (owner, author) in [(account, target), (target, account)] {
            feed::drain(tx, owner, author)?;
            feed::drain_boosts_of(tx, owner, author)?;
            notifications::withdraw_all(tx, owner, author)?;
        }
        conversations::remove_with(tx, account, target)?;
        if blocks.is_local() {
            quotes::part(tx, account, target)?;
        }
        tx.tell(Event::RelationshipChanged { account, target })?;
        if blocks.is_local() {
            let activity = OutboundActivity::Block { uri, target };
            outbox::queue(tx, account, None, &activity, &Audience::People(vec![target]))?;
        }
        Ok(())
    })
    .await
}

/// Ends a block.
///
/// # Errors
/// Only the store's, and `AlreadyReceived`.
pub async fn unblock(ctx: &Ctx, via: Via, account: AccountId, target: AccountId) -> Result<()> {
    work::write(ctx, move |tx| {
        if let Via::Peer(receipt) = &via {
            peers::claim(tx, receipt)?;
            if person::get(tx, account)?.is_none_or(|person| person.peer != Some(receipt.peer)) {
                return Err(DomainError::Refused("actor"));
            }
        }
        let Some((id, uri)) = rows::get(tx, account, target)? else {
            return Ok(());
        };
        rows::remove(tx, id)?;
        tx.tell(Event::RelationshipChanged { account, target })?;
        if matches!(via, Via::Local) {
            let activity = OutboundActivity::UndoBlock { uri, target };
            outbox::queue(tx, account, None, &activity, &Audience::People(vec![target]))?;
        }
        Ok(())
    })
    .await
}

/// Both people. Who is blocked may be disabled or gone; who blocks may not.
fn pair(tx: &mut Work<'_>, via: &Via, account: AccountId, target: AccountId) -> Result<(Person, Person)> {
    if let Via::Peer(receipt) = via {
        peers::claim(tx, receipt)?;
    }
    let blocks = person::get(tx, account)?
        .filter(|person| person.active)
        .ok_or(DomainError::NotFound)?;
    let blocked = person::get(tx, target)?.ok_or(DomainError::NotFound)?;
    match via {
        Via::Local if !blocks.is_local() => Err(DomainError::NotFound),
        Via::Peer(receipt) if blocks.peer != Some(receipt.peer) || !blocked.is_local() => {
            Err(DomainError::Refused("actor"))
        }
        _ => Ok((blocks, blocked)),
    }
}

/// Mutes for ever or until `expires_at`. What a muted person posts is kept, and hidden while the mute lasts.
///
/// # Errors
/// `Invalid` for oneself, `NotFound`.
pub async fn mute(
    ctx: &Ctx,
    account: AccountId,
    target: AccountId,
    notifications: bool,
    expires_at: Option<Time>,
) -> Result<()> {
    if account == target {
        return Err(DomainError::invalid("You cannot mute yourself"));
    }
    work::write(ctx, move |tx| {
        person::get(tx, target)?.ok_or(DomainError::NotFound)?;
        let (id, now) = (tx.next_id(), tx.now());
        rows::mute(tx, id, account, target, notifications, expires_at, now)?;
        tx.tell(Event::RelationshipChanged { account, target })
    })
    .await
}

/// Ends a mute.
///
/// # Errors
/// Only the store's.
pub async fn unmute(ctx: &Ctx, account: AccountId, target: AccountId) -> Result<()> {
    work::write(ctx, move |tx| {
        rows::unmute(tx, account, target)?;
        tx.tell(Event::RelationshipChanged { account, target })
    })
    .await
}

/// Whom a person blocks: (row id for paging, account).
///
/// # Errors
/// Only the store's.
pub async fn blocked(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    let page = page.at_most(80);
    let rows = ctx
        .store()
        .read(move |conn| rows::blocked(conn, account, &page))
        .await?;
    work::with_accounts(ctx, rows).await
}

/// Whom a person mutes: (row id for paging, account).
///
/// # Errors
/// Only the store's.
pub async fn muted(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, Arc<Account>)>> {
    let (page, now) = (page.at_most(80), ctx.now());
    let rows = ctx
        .store()
        .read(move |conn| rows::muted(conn, account, &page, now))
        .await?;
    work::with_accounts(ctx, rows).await
}
