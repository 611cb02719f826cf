//! A person of this node leaves.

use crate::outbox::{self, Audience};
use crate::{Ctx, DomainError, Result, audit};
use entrenous_model::{AccountId, Event, OutboundActivity, Role, Time};
use entrenous_store::{self as store, Tx};

/// Ends everything that lets a person in: sessions, codes and tokens.
pub(crate) fn end_access(tx: &mut Tx, id: AccountId, now: Time) -> Result<()> {
    store::sessions::end_all(tx, id, now)?;
    store::codes::remove_of(tx, id)?;
    store::tokens::revoke_all(tx, id, now)?;
    Ok(())
}

/// Disables a person: sessions, codes and tokens end, follows in both directions end, what they have scheduled and
/// feature and their conversations go, peers are told (`DeleteActor`).
/// The last owner cannot be disabled.
///
/// # Errors
/// `NotFound`, `Conflict`.
pub async fn disable(ctx: &Ctx, actor: &str, username: &str) -> Result<()> {
    let (actor, username) = (actor.to_owned(), username.to_owned());
    let events = ctx
        .store()
        .write(move |tx| {
            let now = tx.now();
            let account = store::accounts::local_by_username(tx, &username)?
                .filter(|account| account.disabled_at.is_none())
                .ok_or(DomainError::NotFound)?;
            let id = account.id;
            let role = store::members::by_account(tx, id)?.map(|member| member.role);
            if role == Some(Role::Owner) && store::members::lock_owners(tx)? < 2 {
                return Err(DomainError::Conflict(
                    "the last owner cannot be disabled; make another owner first".to_owned(),
                ));
            }
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
            store::reactions::remove_of(tx, id)?;
            store::ledger::forget_key(tx, id)?;
            audit::write(tx, &actor, "person.disabled", None, None, &account.username)?;
            let mut events = vec![
                Event::SessionsEnded { account: id },
                Event::AccountUpdated { account: id },
            ];
            events.extend(
                others
                    .into_iter()
                    .map(|target| Event::RelationshipChanged { account: id, target }),
            );
            for event in &events {
                tx.emit(event.clone())?;
            }
            Ok(events)
        })
        .await?;
    ctx.caches().apply(&events);
    Ok(())
}
