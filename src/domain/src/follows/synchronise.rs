//! Putting right what two nodes disagree about: who of ours follows someone there (FEP-8fcf).
//!
//! The node of the one who is followed is right about who is in its list: it decides who gets the posts. The node of the
//! follower is right about who wants to be in it.

use super::answer::begin;
use super::digest::MOST_COMPARED;
use super::end::end;
use crate::outbox::{self, Audience};
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, audit, peers};
use entrenous_model::{AccountId, Event, FollowId, OutboundActivity, Peer, PeerId};
use entrenous_store::follower_sets::{self as sets, Follower, Named};
use entrenous_store::{follows as rows, person};
use std::collections::{BTreeMap, BTreeSet};

/// Follows that one comparison changes; what is left over is seen by the next.
const MOST_CHANGES: usize = 200;
/// Deliveries that may wait for the peer. With more, nothing is known of what is on its way there.
const MOST_WAITING: i64 = 1_000;

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Synchronised {
    /// Follows that the other node does not know and that ended here.
    pub ended: usize,
    /// Follows that the other node has and nobody here: it is told that they are over.
    pub taken_back: usize,
    /// Requests that the other node has accepted, as its list says.
    pub accepted: usize,
    /// Differences that were left alone: something about them is on its way, the peer was told within a day, or may not know
    /// of the person.
    pub left: usize,
}

impl Synchronised {
    const fn changes(self) -> usize {
        self.ended + self.taken_back + self.accepted
    }
}

/// Our people who follow `followee`, by our books. Read before the other node's list is asked for: who is in it and not in
/// that list is unknown there, since a follow that is accepted here was accepted there first.
///
/// # Errors
/// Only the store's.
pub async fn own_followers(ctx: &Ctx, followee: AccountId) -> Result<Vec<Follower>> {
    Ok(ctx
        .store()
        .read(move |conn| sets::own(conn, followee, MOST_COMPARED + 1))
        .await?)
}

/// Acts on the list of `followee`'s followers that their own node has given: those of it who are ours (`listed`, ids of this
/// node, whole), and those whom we had `before` it was asked.
///
/// Nobody is notified. What was changed is in the audit trail.
///
/// # Errors
/// `Refused` if `followee` is not one of `peer`'s people; the store's.
pub async fn synchronise(
    ctx: &Ctx,
    peer: &Peer,
    followee: AccountId,
    before: Vec<Follower>,
    listed: BTreeSet<String>,
) -> Result<Synchronised> {
    let had: BTreeSet<&str> = before.iter().map(|one| one.uri.as_str()).collect();
    let more: Vec<String> = listed
        .iter()
        .filter(|id| !had.contains(id.as_str()))
        .cloned()
        .collect();
    let gone: Vec<(FollowId, AccountId)> = before
        .iter()
        .filter(|one| !listed.contains(&one.uri))
        .map(|one| (one.follow, one.follower))
        .collect();
    let (id, origin) = (peer.id, ctx.origin().clone());
    let (told, room) = ctx.caches().told().lately(id, followee, ctx.now());
    let peer = peer.clone();
    let (outcome, telling) = work::write(ctx, move |tx| {
        let followed = person::get(tx, followee)?.filter(|person| person.active);
        let Some(followed) = followed.filter(|person| person.peer == Some(peer.id)) else {
            return Err(DomainError::Refused("actor"));
        };
        let mut comparison = Comparison {
            followee,
            peer: &peer,
            under_way: under_way(tx, peer.id)?,
            told: &told,
            room,
            telling: Vec::new(),
            outcome: Synchronised::default(),
            names: BTreeMap::new(),
        };
        for (follow, follower) in &gone {
            comparison.unknown_there(tx, *follow, *follower)?;
        }
        for named in sets::strangers_among(tx, followee, &more)? {
            let uri = origin.join(&format!("/people/{}/follows/{}", named.username, tx.next_id()));
            comparison.unknown_here(tx, &named, uri)?;
        }
        comparison.write_down(tx, &followed.uri)?;
        Ok((comparison.outcome, comparison.telling))
    })
    .await?;
    ctx.caches().told().say(id, followee, &telling, ctx.now());
    Ok(outcome)
}

/// Whose follows are changing at this moment; `None` if it cannot be told.
fn under_way(tx: &mut Work<'_>, peer: PeerId) -> Result<Option<BTreeSet<AccountId>>> {
    let people = sets::under_way(tx, peer, MOST_WAITING)?;
    Ok(people.map(|people| people.into_iter().collect()))
}

struct Comparison<'a> {
    followee: AccountId,
    peer: &'a Peer,
    under_way: Option<BTreeSet<AccountId>>,
    /// Who was lately said not to follow.
    told: &'a BTreeSet<AccountId>,
    /// About how many it may be said today.
    room: usize,
    /// About whom it is said now.
    telling: Vec<AccountId>,
    outcome: Synchronised,
    /// A few of those whose follows were changed, for the audit trail, and how.
    names: BTreeMap<String, &'static str>,
}

impl Comparison<'_> {
    /// Whether a difference about this person may be put right now.
    fn may_change(&mut self, follower: AccountId) -> bool {
        let busy = self
            .under_way
            .as_ref()
            .is_none_or(|people| people.contains(&follower));
        let may = !busy && self.outcome.changes() < MOST_CHANGES;
        self.outcome.left += usize::from(!may);
        may
    }

    /// A follow of ours that was accepted before the list was asked for, and is not in it.
    fn unknown_there(&mut self, tx: &mut Work<'_>, id: FollowId, follower: AccountId) -> Result<()> {
        let now = rows::between(tx, follower, self.followee)?;
        // Another row is another follow, younger than the list.
        let Some(follow) = now.filter(|follow| follow.id == id && follow.accepted) else {
            return Ok(());
        };
        if self.may_change(follower) {
            end(tx, &follow)?;
            self.outcome.ended += 1;
            if let Some(person) = person::get(tx, follower)? {
                self.names.insert(person.username, "ended");
            }
        }
        Ok(())
    }

    /// Someone of ours whom the list names and who does not follow.
    fn unknown_here(&mut self, tx: &mut Work<'_>, named: &Named, uri: String) -> Result<()> {
        if !self.may_change(named.id) {
            return Ok(());
        }
        if let Some(mut follow) = rows::between(tx, named.id, self.followee)? {
            if !follow.accepted {
                // Their `Accept` was lost; the list says the same.
                follow.accepted = true;
                rows::update(tx, &follow)?;
                tx.tell(Event::RelationshipChanged {
                    account: named.id,
                    target: self.followee,
                })?;
                begin(tx, &follow, true)?;
                self.outcome.accepted += 1;
                self.names.insert(named.username.clone(), "accepted");
            }
            return Ok(());
        }
        // It was told today, and lists them still: it would not understand it now.
        if self.told.contains(&named.id) || self.telling.len() >= self.room {
            self.outcome.left += 1;
            return Ok(());
        }
        // Who is in no relation with that node would be made known to it by the answer: it may have guessed the name.
        if peers::may_know(tx, self.peer, named.id)?.is_none() {
            self.outcome.left += 1;
            return Ok(());
        }
        let activity = if named.left {
            OutboundActivity::DeleteActor
        } else {
            OutboundActivity::UndoFollow {
                uri,
                target: self.followee,
            }
        };
        outbox::queue(
            tx,
            named.id,
            None,
            &activity,
            &Audience::People(vec![self.followee]),
        )?;
        self.telling.push(named.id);
        self.outcome.taken_back += 1;
        self.names.insert(named.username.clone(), "taken back");
        Ok(())
    }

    fn write_down(&self, tx: &mut Work<'_>, followed: &str) -> Result<()> {
        if self.outcome.changes() == 0 {
            return Ok(());
        }
        let Synchronised {
            ended,
            taken_back,
            accepted,
            left,
        } = self.outcome;
        let names: Vec<String> = self
            .names
            .iter()
            .take(10)
            .map(|(name, how)| format!("{name} {how}"))
            .collect();
        let detail = format!(
            "followers of {followed}: {ended} ended here, {taken_back} taken back there, {accepted} accepted, {left} left \
             alone ({})",
            names.join(", ")
        );
        audit::of_peer(tx, "node", "follows.synchronised", self.peer, &detail)?;
        Ok(())
    }
}
