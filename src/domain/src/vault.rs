//! The vault's own key: what it seals, and changing it.

use crate::secrets::Which;
use crate::{Ctx, DomainError, Result, accounts, audit, ledger, own_keys, peers, push, work};
use entrenous_model::Time;
use entrenous_store::sealed::{self, Kind, Sealed};
use entrenous_store::{Conn, StoreError};
use std::collections::BTreeMap;

/// The line of the audit trail that says since when a key holds.
const ACTION: &str = "vault.rotated";

/// What a change of the key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changed {
    /// Values that were sealed anew.
    pub values: usize,
    /// Ends of ledgers that were bound anew.
    pub ends: usize,
}

/// Values of one kind, by the key that opens them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// The vault's key.
    pub current: usize,
    /// The other one of a change that is under way.
    pub other: usize,
    /// Neither.
    pub unreadable: usize,
}

/// The vault as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The fingerprint of its key.
    pub fingerprint: String,
    /// Since when this key holds.
    pub since: Option<Time>,
    /// What is sealed.
    pub sealed: BTreeMap<Kind, Count>,
    /// Ends of ledgers. An end that neither key has made was written by somebody else.
    pub ledgers: Count,
}

impl Standing {
    /// Values that neither key opens.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.sealed.values().map(|count| count.unreadable).sum()
    }
}

/// What values of a kind are sealed for.
const fn purpose(kind: Kind) -> &'static str {
    match kind {
        Kind::Node => own_keys::SEAL,
        Kind::Person => accounts::SEAL,
        Kind::Invitation => peers::INVITATION_SEAL,
        Kind::Ledger => ledger::SEAL,
        Kind::Push => push::SEAL,
    }
}

/// What is sealed, and by which key.
///
/// # Errors
/// Only the store's.
pub async fn standing(ctx: &Ctx) -> Result<Standing> {
    let inner = ctx.clone();
    let (sealed, ledgers, rotated) = ctx
        .store()
        .read(move |conn| {
            let rotated = entrenous_store::audit::last(conn, ACTION)?;
            let (sealed, ledgers) = count(&inner, conn)?;
            Ok((sealed, ledgers, rotated))
        })
        .await?;
    let since = match rotated {
        Some(at) => Some(at),
        None => {
            let kept = own_keys::load(ctx).await?;
            kept.first().map(|first| first.made_at)
        }
    };
    Ok(Standing {
        fingerprint: ctx.vault().fingerprint()?,
        since,
        sealed,
        ledgers,
    })
}

type Counts = (BTreeMap<Kind, Count>, Count);

fn count(ctx: &Ctx, conn: &mut Conn) -> std::result::Result<Counts, StoreError> {
    let add = |count: &mut Count, which| match which {
        Some(Which::Current) => count.current += 1,
        Some(Which::Other) => count.other += 1,
        None => count.unreadable += 1,
    };
    let mut all = BTreeMap::new();
    for kind in Kind::ALL {
        let mut of_kind = Count::default();
        for one in sealed::all(conn, kind)? {
            add(&mut of_kind, ctx.vault().which(purpose(kind), &one.bytes));
        }
        all.insert(kind, of_kind);
    }
    let mut ledgers = Count::default();
    for (origin, head) in sealed::ledger_ends(conn)? {
        let message = ledger::end_message(&origin, head.seq, &head.hash);
        add(
            &mut ledgers,
            ctx.vault().which_mac(ledger::END, &message, &head.mac),
        );
    }
    Ok((all, ledgers))
}

/// Makes `next` the vault's key: seals everything anew in one transaction, which says so in the audit trail, and binds the
/// ends of the ledgers to it. Nothing else is sealed meanwhile; what is opened meanwhile opens. Until this process ends, it
/// still opens what the former key has sealed.
///
/// It can be done again with the same key after it failed at any moment: what is done is found to be done. The caller keeps
/// both keys from before the beginning until after the end.
///
/// # Errors
/// `Conflict`, and nothing is changed, if there is a value that neither key opens; the store's.
pub async fn change(ctx: &Ctx, actor: &str, next: &[u8; 32]) -> Result<Changed> {
    let change = ctx.vault().change().await;
    change.admit(next);
    let (inner, actor) = (ctx.clone(), actor.to_owned());
    let fingerprint = change.fingerprint()?;
    let changed = work::write(ctx, move |tx| {
        sealed::overwrite(tx, true)?;
        let changed = seal_anew(&inner, tx);
        sealed::overwrite(tx, false)?;
        let changed = changed?;
        if changed != Changed::default() {
            let Changed { values, ends } = changed;
            let detail = format!(
                "the vault has another key, {fingerprint}: {values} values were sealed and {ends} ledgers bound anew"
            );
            audit::write(tx, &actor, ACTION, None, None, &detail)?;
        }
        Ok(changed)
    })
    .await?;
    change.promote();
    // Addresses of files in what was written already end with the former key.
    ctx.caches().forget_everything();
    Ok(changed)
}

fn seal_anew(ctx: &Ctx, conn: &mut Conn) -> Result<Changed> {
    let mut changed = Changed::default();
    for kind in Kind::ALL {
        for Sealed { row, bytes } in sealed::all(conn, kind)? {
            let anew = ctx.vault().sealed_anew(purpose(kind), ctx.random(), &bytes);
            let anew = anew.map_err(|_| {
                DomainError::Conflict(format!(
                    "there is a sealed {} that the vault's key does not open; nothing was changed",
                    purpose(kind)
                ))
            })?;
            if let Some(bytes) = anew {
                sealed::put(conn, kind, Sealed { row, bytes })?;
                changed.values += 1;
            }
        }
    }
    for (origin, head) in sealed::ledger_ends(conn)? {
        let message = ledger::end_message(&origin, head.seq, &head.hash);
        // An end that was forged must not become a good one.
        if ctx.vault().which_mac(ledger::END, &message, &head.mac) != Some(Which::Current) {
            continue;
        }
        let mac = ctx.vault().next_mac(ledger::END, &message)?.to_vec();
        if mac != head.mac {
            sealed::bind_ledger(conn, head.peer, mac)?;
            changed.ends += 1;
        }
    }
    Ok(changed)
}
