//! Groups: who is in them, and what is said there. A group is an account whom nobody signs in as; to who may not know of one it
//! does not exist, and what stands in it is for its members alone, whatever its kind.
//!
//! Everything here is about groups of this node: nothing of them goes to another one.

mod change;
mod invite;
mod join;
mod leaver;
mod look;
mod make;
mod people;
mod purge;
mod remove;
mod roles;
mod write;

pub use change::{Change, change};
pub use invite::{answer, invitations, invite, requests, uninvite};
pub(crate) use join::follow;
pub use join::{join, leave};
pub(crate) use leaver::{hold, leaver};
pub use look::{
    Relation, View, Wanted, accounts, among_readers, by_name, find, get, named, of, relations, timeline,
};
pub(crate) use look::{is_group, mentioned};
pub use make::{New, create, name_is_free};
pub use people::{Banned, Someone, bans, invited_to, members};
pub use purge::{end, purge_piece};
pub use remove::{ban, remove, unban};
pub use roles::{set_role, transfer};
pub(crate) use write::{Asked, of_new, reads, same_group, still_in};

use crate::work::Work;
use crate::{DomainError, Result};
use entrenous_model::{AccountId, Group, GroupId, GroupRole};
use entrenous_store::{groups as rows, person};

/// Members of one group.
const MEMBERS: i64 = 20_000;
/// Groups that one person is in.
const OF_ONE: usize = 500;
/// Groups of a node.
const ON_NODE: i64 = 2_000;
/// Requests of a group that wait for an answer.
const REQUESTS: i64 = 500;
/// Longest note of who asks to be let in, and reason of a ban, in characters.
const NOTE: usize = 500;
/// Longest page.
const MOST: i64 = 80;

/// A group that somebody may know of, and what they are in it.
struct Scene {
    group: Group,
    role: Option<GroupRole>,
}

impl Scene {
    /// Whoever else writes about the group waits for this transaction.
    ///
    /// # Errors
    /// `NotFound`, the same for none and for one they may not know of.
    fn of(tx: &mut Work<'_>, actor: AccountId, id: GroupId) -> Result<Self> {
        rows::lock(tx, id)?;
        let there = person::get(tx, actor)?.is_some_and(|person| person.active && person.is_local());
        if !there || rows::known_among(tx, actor, &[id.get()])?.is_empty() {
            return Err(DomainError::NotFound);
        }
        let group = rows::get(tx, id)?.ok_or(DomainError::NotFound)?;
        let role = rows::membership(tx, id, actor)?.and_then(|one| one.member());
        Ok(Self { group, role })
    }

    /// The role they have.
    ///
    /// # Errors
    /// `Forbidden` for a smaller one than `least`, and for who is no member.
    fn at_least(&self, least: GroupRole) -> Result<GroupRole> {
        self.role.filter(|role| *role >= least).ok_or_else(forbidden)
    }
}

fn forbidden() -> DomainError {
    DomainError::Forbidden("This action is not allowed".to_owned())
}

/// Plain text of one line or more, without space around it.
///
/// # Errors
/// `Invalid` if it is longer than `most` characters.
fn bounded(text: &str, most: usize, what: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(DomainError::Invalid(format!(
            "{what} is too long (maximum is {most} characters)"
        )));
    }
    Ok(text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
        .collect())
}
