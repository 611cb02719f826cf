//! Nodes of which a person wants to see nobody (`domain_blocks` of the Mastodon API).
//!
//! It is one person's wish and changes nothing between the nodes; that is for administrators. What came from there stays
//! where it is and is not shown: it is back when the node is hidden no longer. Follows are not: they have ended.

use crate::{Ctx, DomainError, Result, follows, work};
use entrenous_model::{AccountId, Event, Origin, Page};
use entrenous_store::{domain_blocks as rows, person};

/// Nodes that one person may hide.
const MOST: i64 = 1_000;
/// Longest page.
const PAGE: i64 = 200;
/// Follows that end in one transaction.
const AT_ONCE: u32 = 30;

/// The nodes that a person hides: (row id for paging, authority), newest first.
///
/// # Errors
/// Only the store's.
pub async fn of(ctx: &Ctx, account: AccountId, page: Page) -> Result<Vec<(i64, String)>> {
    let page = page.at_most(PAGE);
    Ok(ctx
        .store()
        .read(move |conn| rows::of(conn, account, &page))
        .await?)
}

/// A person hides everyone of a node, which need not be known: nobody of it appears in their timelines, searches,
/// notifications, suggestions, streams, conversations and lists of people any more, and follows in both directions end, whose
/// nodes are told. Reports that the node sends are told all the same.
///
/// # Errors
/// `Invalid` for what is no authority, for this node itself, and beyond a thousand of them.
pub async fn block(ctx: &Ctx, account: AccountId, domain: &str) -> Result<()> {
    let domain = authority(domain)?;
    if domain == ctx.origin().authority() {
        return Err(DomainError::invalid(
            "domain is this node’s own: block or mute people instead",
        ));
    }
    let name = domain.clone();
    work::write(ctx, move |tx| {
        if !rows::has(tx, account, &name)? && rows::count(tx, account)? >= MOST {
            return Err(DomainError::Invalid(format!(
                "You cannot hide more than {MOST} nodes"
            )));
        }
        let (id, now) = (tx.next_id(), tx.now());
        rows::insert(tx, id, account, &name, now)?;
        tx.announce(Event::MarksChanged { account });
        Ok(())
    })
    .await?;
    // In pieces: there may be many. What a node that stops here leaves is done when the client asks again.
    loop {
        let name = domain.clone();
        let more = work::write(ctx, move |tx| {
            let there = rows::followed_there(tx, account, &name, AT_ONCE)?;
            let Some(me) = person::get(tx, account)? else {
                return Ok(false);
            };
            for other in &there {
                if let Some(other) = person::get(tx, *other)? {
                    follows::end_between(tx, &me, &other)?;
                }
            }
            Ok(!there.is_empty())
        });
        if !more.await? {
            return Ok(());
        }
    }
}

/// A person hides a node no longer. None is no error.
///
/// # Errors
/// `Invalid` for what is no authority.
pub async fn unblock(ctx: &Ctx, account: AccountId, domain: &str) -> Result<()> {
    let domain = authority(domain)?;
    work::write(ctx, move |tx| {
        rows::remove(tx, account, &domain)?;
        tx.announce(Event::MarksChanged { account });
        Ok(())
    })
    .await
}

/// `host` or `host:port` as in handles, lower case, of what a person or client typed: perhaps with a scheme, or an `@`.
fn authority(typed: &str) -> Result<String> {
    let typed = typed.trim().trim_start_matches('@');
    if typed.is_empty() {
        return Err(DomainError::invalid("domain is needed"));
    }
    let read = Some(typed).filter(|typed| typed.len() <= 300).map(Origin::parse);
    match read {
        Some(Ok(origin)) => Ok(origin.authority().to_owned()),
        _ => Err(DomainError::invalid("domain is not a valid domain name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_nodes_are_read() {
        for (typed, expected) in [
            ("lyon.example", "lyon.example"),
            (" @Lyon.Example ", "lyon.example"),
            ("https://lyon.example/", "lyon.example"),
            ("localhost:8301", "localhost:8301"),
            ("écoles.example", "xn--coles-9ra.example"),
        ] {
            assert_eq!(authority(typed).unwrap(), expected);
        }
        for wrong in [
            "",
            " ",
            "@",
            "a b",
            "lyon.example/x",
            "ftp://lyon.example",
            "a@b.example",
            &"a".repeat(400),
        ] {
            assert!(
                matches!(authority(wrong), Err(DomainError::Invalid(_))),
                "{wrong}"
            );
        }
    }
}
