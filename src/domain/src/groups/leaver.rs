//! What becomes of groups when somebody leaves the node.

use crate::{Result, audit};
use entrenous_model::{AccountId, Event, GroupId, GroupRole, MemberState, Membership};
use entrenous_store::{Tx, accounts, groups as rows};

/// Holds the groups of somebody who is about to be disabled: with that they are counted there no more, and whoever writes about one
/// of these groups meanwhile would wait for this transaction, and this one for them.
///
/// # Errors
/// Only the store's.
pub(crate) fn hold(tx: &mut Tx, id: AccountId) -> Result<()> {
    let mut groups: Vec<GroupId> = rows::of_person(tx, id, MemberState::Member)?
        .into_iter()
        .map(|one| one.group)
        .collect();
    // Two who leave at once take them in the same order.
    groups.sort_unstable();
    for group in groups {
        rows::lock(tx, group)?;
    }
    Ok(())
}

/// Takes somebody who has been disabled out of their groups. A group that would be without an owner is owned by the moderator,
/// or else the member, who has been in it longest; one that nobody else is in ends. Answers what there is to tell.
///
/// # Errors
/// Only the store's.
pub(crate) fn leaver(tx: &mut Tx, id: AccountId) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for one in rows::of_person(tx, id, MemberState::Member)? {
        rows::lock(tx, one.group)?;
        rows::remove_member(tx, one.group, id)?;
        // Whatever role was read before: another owner may have handed it over to them meanwhile.
        if rows::count_role(tx, one.group, GroupRole::Owner)? == 0 {
            events.push(without_owner(tx, one.group)?);
        }
    }
    rows::forget_person(tx, id)?;
    Ok(events)
}

fn without_owner(tx: &mut Tx, group: GroupId) -> Result<Event> {
    let mut next = None;
    for role in [GroupRole::Moderator, GroupRole::Member] {
        if next.is_none() {
            next = rows::member_ids(tx, group, &[role])?.into_iter().next();
        }
    }
    let next = match next {
        Some(next) => rows::membership(tx, group, next)?,
        None => None,
    };
    let Some(next) = next else {
        rows::end(tx, group)?;
        let now = tx.now();
        accounts::set_disabled(tx, group.account(), now)?;
        return Ok(Event::AccountUpdated {
            account: group.account(),
        });
    };
    let account = next.account;
    let owner = Membership {
        role: GroupRole::Owner,
        ..next
    };
    rows::update_member(tx, &owner)?;
    // A secret group is named nowhere.
    let listed = rows::get(tx, group)?.is_some_and(|group| group.kind.is_listed());
    let name = accounts::by_id(tx, account)?.map_or_else(String::new, |account| account.username);
    let detail = if listed {
        format!("group {group} by {name}")
    } else {
        "a secret group".to_owned()
    };
    audit::write(tx, "the node", "group.inherited", None, None, &detail)?;
    Ok(Event::RelationshipChanged {
        account,
        target: group.account(),
    })
}
