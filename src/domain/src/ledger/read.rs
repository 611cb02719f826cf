//! Looking at a ledger, and whether it is whole.

use super::chain::{self, Fault, Finding, Walk};
use super::seal::{self, seal};
use crate::{Ctx, Result};
use entrenous_model::{LedgerHead, LedgerRow, Peer};
use entrenous_store::ledger as rows;

/// Rows that are read at once when all of them are.
const PIECE: i64 = 2_000;

/// Rows of a peer's ledger, newest first; `before` for paging, `refused` for what was refused only (`true`) or what crossed
/// only (`false`); limit 1 to 1,000. What waits is sealed first.
///
/// # Errors
/// Only the store's.
pub async fn page(
    ctx: &Ctx,
    peer: &Peer,
    before: Option<i64>,
    refused: Option<bool>,
    limit: i64,
) -> Result<Vec<LedgerRow>> {
    seal(ctx).await?;
    let (id, before, limit) = (peer.id, before.unwrap_or(i64::MAX), limit.clamp(1, 1_000));
    Ok(ctx
        .store()
        .read(move |conn| rows::before(conn, id, before, refused, limit))
        .await?)
}

/// Rows of a peer's ledger in order, after the number `after`, at most 10,000. What waits is sealed first.
///
/// # Errors
/// Only the store's.
pub async fn rows_after(ctx: &Ctx, peer: &Peer, after: i64, limit: i64) -> Result<Vec<LedgerRow>> {
    seal(ctx).await?;
    let (id, limit) = (peer.id, limit.clamp(1, 10_000));
    Ok(ctx
        .store()
        .read(move |conn| rows::after(conn, id, after, limit))
        .await?)
}

/// An end that an administrator kept elsewhere: the number of a row, and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The row.
    pub seq: i64,
    /// What its hash was, 32 bytes.
    pub hash: Vec<u8>,
}

/// What came of looking at every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Rows that are there.
    pub rows: i64,
    /// The end as it is written down.
    pub head: Option<LedgerHead>,
    /// What is wrong, in order, at most 20; nothing if the ledger is whole.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether every row is as it was written.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Looks at every row of a peer's ledger. What waits is sealed first; what comes meanwhile is not looked at.
///
/// Changed, moved, replaced and removed rows are found. That the newest rows and the end were taken away together is found
/// only with a `kept` end, unless the end that is there now was not made with this node's key.
///
/// # Errors
/// Only the store's.
pub async fn verify(ctx: &Ctx, peer: &Peer, kept: Option<&Kept>) -> Result<Checked> {
    let id = peer.id;
    let (head, last) = {
        let _alone = ctx.ledger().sealing.lock().await;
        seal::settle(ctx).await?;
        ctx.store()
            .read(move |conn| {
                let head = rows::heads(conn, &[id])?.pop();
                let last = rows::before(conn, id, i64::MAX, None, 1)?.pop();
                Ok((head, last.map_or(0, |row| row.seq)))
            })
            .await?
    };
    let mut walk = Walk::from(chain::beginning(ctx.origin(), &peer.origin));
    let mut after = i64::MIN;
    let mut as_kept = kept.is_none();
    while after < last {
        let piece = ctx
            .store()
            .read(move |conn| rows::after(conn, id, after, PIECE))
            .await?;
        let Some(end) = piece.last().map(|row| row.seq) else {
            break;
        };
        after = end;
        for row in piece.into_iter().filter(|row| row.seq <= last) {
            as_kept |= kept.is_some_and(|kept| kept.seq == row.seq && kept.hash == row.hash);
            walk.row(row);
        }
    }
    match &head {
        Some(head) => {
            walk.end(head.seq, &head.hash);
            if !seal::is_own_end(ctx, peer, head) {
                walk.find(head.seq, Fault::ForgedEnd);
            }
        }
        None if last != 0 => walk.find(last, Fault::ForgedEnd),
        None => {}
    }
    if let Some(kept) = kept.filter(|_| !as_kept) {
        walk.find(kept.seq, Fault::NotAsKept);
    }
    Ok(Checked {
        rows: walk.rows,
        head,
        findings: walk.findings,
    })
}
