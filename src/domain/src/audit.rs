//! The audit trail: what administrators did and what was refused, one line each with a stable reason.

use crate::{Ctx, Result, ledger};
use entrenous_model::{AuditId, Crossing, Direction, Origin, Parcel, Peer, PeerId, Time};
use entrenous_store::{StoreError, Tx};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// One line.
pub use entrenous_store::audit::Line as Entry;

/// Lines about one peer that are written in a minute; more are counted only.
const LINES_PER_PEER_AND_MINUTE: u32 = 600;

/// Lines about what one peer offers, or answers late, that are written in a minute.
const OFFERS_PER_MINUTE: u32 = 6;

/// A peer (`None` for all strangers together) and a reason.
type Key = (Option<String>, String);

/// Holds back floods of refusals, so that strangers cannot fill the disk. Its size is bounded by the number of peers
/// and of reason codes, both of which strangers cannot raise.
#[derive(Default)]
pub struct Limiter {
    windows: Mutex<BTreeMap<Key, (Time, u32)>>,
}

impl Limiter {
    /// True if a line may be written now; at most `most` in a minute for one key.
    fn admit(&self, peer: Option<&str>, reason: &str, now: Time, most: u32) -> bool {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows
            .entry((peer.map(str::to_owned), reason.to_owned()))
            .or_insert((now, 0));
        if now - window.0 >= chrono::TimeDelta::minutes(1) || now < window.0 {
            *window = (now, 0);
        }
        window.1 = window.1.saturating_add(1);
        window.1 <= most
    }
}

/// Who acts on the command line: the person who owns the machine.
pub const COMMAND_LINE: &str = "command line";

/// Writes one line of what was done.
///
/// # Errors
/// Only the store's.
pub async fn record(ctx: &Ctx, actor: &str, action: &str, detail: String) -> Result<()> {
    let (actor, action) = (actor.to_owned(), action.to_owned());
    ctx.store()
        .write(move |tx| {
            write(tx, &actor, &action, None, None, &detail)?;
            Ok(())
        })
        .await
}

/// What was refused, for the ledger of the peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which way.
    pub direction: Direction,
    /// What.
    pub parcel: Parcel,
    /// Whether a signature proves that it was the peer. What only says so is written to the ledger once a minute for each
    /// reason: whoever is no peer must not make it grow.
    pub proven: bool,
}

/// Writes one line of a refusal, and a row of the ledger if it is a peer's. Refusals of strangers are written at most once
/// a minute per reason in all, so that strangers cannot fill the disk; those of a peer at most 600 times a minute per
/// reason.
///
/// # Errors
/// Only the store's.
pub async fn refused(
    ctx: &Ctx,
    reason: &str,
    origin: Option<&Origin>,
    detail: String,
    what: Option<Refused>,
) -> Result<()> {
    let known = match origin {
        Some(origin) => crate::peers::by_origin(ctx, origin).await?,
        None => None,
    };
    let (key, most) = match origin {
        Some(origin) if known.is_some() => (Some(origin.as_str()), LINES_PER_PEER_AND_MINUTE),
        _ => (None, 1),
    };
    let (limiter, now) = (&ctx.trust().limiter, ctx.now());
    if !limiter.admit(key, reason, now, most) {
        tracing::debug!(reason, "more of the same, not written to the audit trail");
        return Ok(());
    }
    let crossing = known
        .zip(what)
        .filter(|(_, what)| what.proven || limiter.admit(key, &format!("unproven {reason}"), now, 1))
        .map(|(peer, what)| Crossing::of(peer.id, what.direction, what.parcel).refused(reason));
    let (reason, origin) = (reason.to_owned(), origin.map(|origin| origin.as_str().to_owned()));
    ctx.store()
        .write(move |tx| {
            write(
                tx,
                "peer",
                "federation.refused",
                Some(&reason),
                origin.as_deref(),
                &detail,
            )?;
            ledger::write(tx, crossing)?;
            Ok(())
        })
        .await
}

/// Writes one line inside a use-case's transaction.
///
/// # Errors
/// Only the store's.
pub(crate) fn write(
    tx: &mut Tx,
    actor: &str,
    action: &str,
    reason: Option<&str>,
    peer: Option<&str>,
    detail: &str,
) -> std::result::Result<(), StoreError> {
    let line = Entry {
        id: AuditId(tx.next_id()),
        at: tx.now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        reason: reason.map(str::to_owned),
        peer: peer.map(str::to_owned),
        detail: detail.chars().take(1_000).collect(),
    };
    entrenous_store::audit::insert(tx, &line)
}

/// Writes one line about a peer inside a use-case's transaction.
///
/// # Errors
/// Only the store's.
pub(crate) fn of_peer(
    tx: &mut Tx,
    actor: &str,
    action: &str,
    peer: &Peer,
    detail: &str,
) -> std::result::Result<(), StoreError> {
    write(tx, actor, action, None, Some(peer.origin.as_str()), detail)
}

/// Whether a line may be written of what a peer says of its own accord: a few a minute for each reason. It is done all the
/// same.
pub(crate) fn admits(ctx: &Ctx, peer: PeerId, reason: &str) -> bool {
    let key = peer.to_string();
    ctx.trust()
        .limiter
        .admit(Some(&key), reason, ctx.now(), OFFERS_PER_MINUTE)
}

/// Lines, newest first, optionally of one peer; `before` for paging; limit 1 to 200.
///
/// # Errors
/// Only the store's.
pub async fn list(
    ctx: &Ctx,
    peer: Option<&Origin>,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let peer = peer.map(|origin| origin.as_str().to_owned());
    let limit = limit.clamp(1, 200);
    let lines = ctx
        .store()
        .read(move |conn| entrenous_store::audit::list(conn, peer.as_deref(), before, limit))
        .await?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stranger_line_a_minute() {
        let limiter = Limiter::default();
        let start = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(limiter.admit(None, "unsigned", start, 1));
        assert!(!limiter.admit(None, "unsigned", start + chrono::TimeDelta::seconds(59), 1));
        assert!(limiter.admit(None, "not_a_peer", start, 1));
        assert!(limiter.admit(None, "unsigned", start + chrono::TimeDelta::seconds(60), 1));
    }
}
