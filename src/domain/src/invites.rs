//! Personal invitations: the only way to sign up.

use crate::people::{self, NewPerson};
use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result, accounts, audit};
use entrenous_model::{Account, AccountId, Invite, InviteId, Role, Time};
use entrenous_store as store;
use std::sync::Arc;

/// A year.
const MOST_HOURS: i64 = 8_760;
const MOST_USES: i32 = 1_000;
/// Invitations in one list.
const LISTED: i64 = 500;

/// Makes an invitation; answers it with its code (shown once, 43 characters). The landing page is `/invite/{code}`.
///
/// # Errors
/// `Invalid` if `hours` is not 1 to 8,760 or `max_uses` not 1 to 1,000; `Forbidden` if the role is above the maker's.
pub async fn create(
    ctx: &Ctx,
    by: Option<(AccountId, Role)>,
    role: Role,
    hours: i64,
    max_uses: i32,
) -> Result<(Invite, String)> {
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(DomainError::invalid(
            "an invitation is valid for 1 to 8,760 hours",
        ));
    }
    if !(1..=MOST_USES).contains(&max_uses) {
        return Err(DomainError::invalid("an invitation has 1 to 1,000 uses"));
    }
    if by.is_some_and(|(_, own)| role > own) {
        return Err(DomainError::Forbidden(
            "You cannot invite to a role above your own".to_owned(),
        ));
    }
    let code = ctx.random_token();
    let hash = sha256_hex(code.as_bytes());
    let invite = ctx
        .store()
        .write(move |tx| {
            let now = tx.now();
            let invite = Invite {
                id: InviteId(tx.next_id()),
                role,
                created_by: by.map(|(id, _)| id),
                created_at: now,
                expires_at: now + chrono::TimeDelta::hours(hours),
                max_uses,
                uses: 0,
                revoked_at: None,
            };
            store::invites::insert(tx, &invite, &hash)?;
            let maker = match invite.created_by {
                Some(id) => store::accounts::by_id(tx, id)?.map(|account| account.username),
                None => None,
            };
            let maker = maker.as_deref().unwrap_or(audit::COMMAND_LINE);
            let detail = format!("invitation {} for {max_uses} as {}", invite.id, role.as_str());
            audit::write(tx, maker, "person.invited", None, None, &detail)?;
            Ok::<_, DomainError>(invite)
        })
        .await?;
    Ok((invite, code))
}

fn usable(invite: &Invite, now: Time) -> bool {
    invite.revoked_at.is_none() && invite.expires_at > now && invite.uses < invite.max_uses
}

/// The invitation of a code, if it can still be used.
///
/// # Errors
/// Only the store's.
pub async fn find(ctx: &Ctx, code: &str) -> Result<Option<Invite>> {
    let hash = sha256_hex(code.as_bytes());
    let now = ctx.now();
    let invite = ctx
        .store()
        .read(move |conn| store::invites::by_code(conn, &hash))
        .await?;
    Ok(invite.filter(|invite| usable(invite, now)))
}

/// Accepts: adds the person and counts the use in one transaction.
///
/// # Errors
/// `NotFound` if the code cannot be used, else as `people::add`.
pub async fn accept(
    ctx: &Ctx,
    code: &str,
    username: String,
    display_name: String,
    password: String,
    locale: String,
) -> Result<Arc<Account>> {
    // Asked first, so that a stranger without a code makes nobody hash or make keys.
    let invite = find(ctx, code).await?.ok_or(DomainError::NotFound)?;
    let (id, role) = (invite.id, invite.role);
    let name = username.clone();
    let person = NewPerson {
        username,
        display_name,
        password,
        role,
        locale,
    };
    let _steady = ctx.vault().steady().await;
    let prepared = people::prepare(ctx, person).await?;
    let account = ctx
        .store()
        .write(move |tx| {
            let now = tx.now();
            if !store::invites::use_once(tx, id, now)? {
                return Err(DomainError::NotFound);
            }
            let detail = format!("invitation {id} as {}", role.as_str());
            audit::write(tx, &name, "person.signed_up", None, None, &detail)?;
            prepared.insert(tx, role)
        })
        .await?;
    accounts::get(ctx, account)
        .await?
        .ok_or_else(|| DomainError::internal("a person who was added is gone"))
}

/// All invitations, newest first; at most 500.
///
/// # Errors
/// Only the store's.
pub async fn list(ctx: &Ctx) -> Result<Vec<Invite>> {
    Ok(ctx
        .store()
        .read(|conn| store::invites::list(conn, LISTED))
        .await?)
}

/// Withdraws an invitation in the name of `actor`.
///
/// # Errors
/// `NotFound`.
pub async fn revoke(ctx: &Ctx, actor: &str, id: InviteId) -> Result<()> {
    let actor = actor.to_owned();
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            if !store::invites::revoke(tx, id, now)? {
                return Err(DomainError::NotFound);
            }
            audit::write(
                tx,
                &actor,
                "person.invitation_withdrawn",
                None,
                None,
                &format!("invitation {id}"),
            )?;
            Ok(())
        })
        .await
}
