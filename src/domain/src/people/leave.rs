//! A person of this node leaves.

use crate::outbox::{self, Audience};
use crate::{Ctx, DomainError, Result, audit, groups};
use entrenous_model::{Account, AccountId, Event, OutboundActivity, Role, Time};
use entrenous_store::{self as store, Tx};

/// Ends everything that lets a person in: sessions, codes and tokens.
pub(crate) fn end_access(tx: &mut Tx, id: AccountId, now: Time) -> Result<()> {
    store::sessions::end_all(tx, id, now)?;
    store::codes::remove_of(tx, id)?;
    store::tokens::revoke_all(tx, id, now)?;
    Ok(())
}

/// Disables a person: sessions, codes and tokens end, and what was subscribed with these, follows in both directions end,
/// what they have scheduled, feature and hide and their conversations go, they are in no group any more, peers are told
/// (`DeleteActor`). For whoever owns the
/// machine; see [`disable_by`].
/// The last owner cannot be disabled.
///
/// # Errors
/// `NotFound`, `Conflict`.
pub async fn disable(ctx: &Ctx, actor: &str, username: &str) -> Result<()> {
    let (actor, username) = (actor.to_owned(), username.to_owned());
    let events = ctx
        .store()
        .write(move |tx| {
            let account = store::accounts::local_by_username(tx, &username)?
                .filter(|account| account.disabled_at.is_none() && !account.is_own_group())
                .ok_or(DomainError::NotFound)?;
            let role = store::members::by_account(tx, account.id)?.map(|member| member.role);
            end(tx, &actor, &account, role)
        })
        .await?;
    ctx.caches().apply(&events);
    Ok(())
}

/// The same in the name of an administrator, who disables nobody that stands above them.
///
/// # Errors
/// As [`disable`]; `Forbidden` for someone with a higher role, and if `by` administers nothing.
pub async fn disable_by(ctx: &Ctx, by: AccountId, id: AccountId) -> Result<()> {
    let events = ctx
        .store()
        .write(move |tx| {
            let role = store::members::by_account(tx, by)?
                .filter(|member| member.disabled_at.is_none())
                .map_or(Role::Guest, |member| member.role);
            if !role.administers() {
                return Err(DomainError::Forbidden("This action is not allowed".to_owned()));
            }
            let gone = || DomainError::NotFound;
            let target = store::members::by_account(tx, id)?.ok_or_else(gone)?;
            let account = store::accounts::by_id(tx, id)?
                .filter(|account| account.disabled_at.is_none())
                .ok_or_else(gone)?;
            let actor = store::accounts::by_id(tx, by)?.ok_or_else(gone)?;
            if target.role > role {
                return Err(DomainError::Forbidden(
                    "Only an owner can disable an owner".to_owned(),
                ));
            }
            end(tx, &actor.username, &account, Some(target.role))
        })
        .await?;
    ctx.caches().apply(&events);
    Ok(())
}

/// Everything that ends; what there is to tell.
fn end(tx: &mut Tx, actor: &str, account: &Account, role: Option<Role>) -> Result<Vec<Event>> {
    let (id, now) = (account.id, tx.now());
    if role == Some(Role::Owner) && store::members::lock_owners(tx)? < 2 {
        return Err(DomainError::Conflict(
            "the last owner cannot be disabled; make another owner first".to_owned(),
        ));
    }
    groups::hold(tx, id)?;
    if !store::accounts::set_disabled(tx, id, now)? {
        return Err(DomainError::NotFound);
    }
    store::members::disable(tx, id, now)?;
    end_access(tx, id, now)?;
    outbox::queue(
        tx,
        id,
        None,
        &OutboundActivity::DeleteActor,
        // Also to peers whose contract gives nothing: their people may have been told the name.
        &Audience::Everywhere,
    )?;
    let others = store::accounts::end_follows(tx, id)?;
    store::media::raise_epochs(tx, id)?;
    store::attachments::raise_epochs(tx, id)?;
    store::scheduled::remove_of(tx, id)?;
    store::conversations::remove_of(tx, id)?;
    store::endorsements::remove_of(tx, id)?;
    store::featured_tags::remove_of(tx, id)?;
    store::suggestions::remove_of(tx, id)?;
    store::domain_blocks::remove_of(tx, id)?;
    store::reactions::remove_of(tx, id)?;
    store::reports::unassign_of(tx, id)?;
    store::ledger::forget_key(tx, id)?;
    let of_groups = groups::leaver(tx, id)?;
    audit::write(tx, actor, "person.disabled", None, None, &account.username)?;
    let mut events = vec![
        Event::SessionsEnded { account: id },
        Event::AccountUpdated { account: id },
    ];
    events.extend(
        others
            .into_iter()
            .map(|target| Event::RelationshipChanged { account: id, target }),
    );
    events.extend(of_groups);
    for event in &events {
        tx.emit(event.clone())?;
    }
    Ok(events)
}
