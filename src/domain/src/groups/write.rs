//! What is said in a group.

use crate::work::Work;
use crate::{DomainError, Result};
use entrenous_model::{AccountId, Group, GroupId, GroupPolicy, GroupRole, GroupState, Post, Visibility};
use entrenous_store::{accounts, groups as rows, person::Person};

/// How a new post says for whom it is.
pub(crate) struct Asked<'a> {
    /// The group it names.
    pub(crate) group: Option<GroupId>,
    /// Groups that its text mentions, as far as its author may know of them.
    pub(crate) mentioned: &'a [GroupId],
    /// Who may see it.
    pub(crate) visibility: Visibility,
}

/// The group that a new post of `author` stands in, if it is for one: that of what it answers, or the one that it names, or, if
/// it answers nothing, the one that its text mentions. It is never silently for more people than it says: whoever mentions a
/// group that they are not in is told so.
///
/// # Errors
/// `NotFound` for a group that the author may not know of; `Invalid` if it names another group than it answers in, for two
/// groups, and for one that the author is not in; `Forbidden` if only moderators begin threads there.
pub(crate) fn of_new(
    tx: &mut Work<'_>,
    author: &Person,
    asked: &Asked<'_>,
    parent: Option<&Post>,
) -> Result<Option<GroupId>> {
    if !author.is_local() {
        return Ok(None);
    }
    let answered = match parent {
        Some(post) if post.visibility == Visibility::Group => rows::of_post(tx, post.id)?,
        _ => None,
    };
    let id = match (answered, asked.group) {
        (Some(answered), Some(named)) if answered != named => return Err(elsewhere()),
        (None, Some(_)) if parent.is_some() => return Err(elsewhere()),
        // Beside the group: those it is addressed to see of the thread what they may.
        (Some(_), None) if asked.visibility == Visibility::Direct => return Ok(None),
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) if asked.visibility == Visibility::Group => {
            return Err(DomainError::invalid(
                "a post for a group names it: group_id is missing",
            ));
        }
        (None, None) if parent.is_some() || asked.visibility == Visibility::Direct => return Ok(None),
        (None, None) => match asked.mentioned {
            [] => return Ok(None),
            [one] => *one,
            _ => return Err(DomainError::invalid("one group a post")),
        },
    };
    let known = rows::known_among(tx, author.id, &[id.get()])?;
    let group = rows::get(tx, id)?
        .filter(|group| group.state == GroupState::Active && known.contains(&group.id))
        .ok_or(DomainError::NotFound)?;
    // Who is removed at this very moment has written before that, or does not write.
    let Some(role) = rows::held(tx, id, author.id)?.and_then(|one| one.member()) else {
        if !group.kind.is_listed() {
            // What goes wrong later is logged, and a secret group is named nowhere.
            return Err(DomainError::invalid("join the group first"));
        }
        let name = accounts::by_id(tx, id.account())?.map_or_else(String::new, |account| account.username);
        return Err(DomainError::Invalid(format!("join @{name} first")));
    };
    may_begin(&group, role, parent.is_some())?;
    Ok(Some(id))
}

fn elsewhere() -> DomainError {
    DomainError::invalid("what it answers does not stand in that group")
}

fn may_begin(group: &Group, role: GroupRole, answers: bool) -> Result<()> {
    if !answers && group.posting == GroupPolicy::Moderators && role < GroupRole::Moderator {
        return Err(DomainError::Forbidden(
            "In this group moderators begin the threads".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a quoted post stands in the same place as the post that quotes it: what is said in a group is quoted there alone.
///
/// # Errors
/// `Invalid` if it does not.
pub(crate) fn same_group(tx: &mut Work<'_>, quoted: &Post, group: Option<GroupId>) -> Result<()> {
    if quoted.visibility != Visibility::Group || (group.is_some() && rows::of_post(tx, quoted.id)? == group) {
        return Ok(());
    }
    Err(DomainError::invalid(
        "A group's post can be quoted in that group alone",
    ))
}

/// That somebody may still say something where a post stands: who is in a group no longer sees what they wrote in it, but changes
/// nothing that its members read.
///
/// # Errors
/// `Forbidden` if it stands in a group that they are not in.
pub(crate) fn still_in(tx: &mut Work<'_>, person: AccountId, post: &Post) -> Result<()> {
    if post.visibility != Visibility::Group {
        return Ok(());
    }
    let membership = match rows::of_post(tx, post.id)? {
        Some(group) => rows::held(tx, group, person)?,
        None => None,
    };
    if membership.and_then(|one| one.member()).is_none() {
        return Err(DomainError::Forbidden(
            "You are not in this group any more".to_owned(),
        ));
    }
    Ok(())
}

/// Whether somebody is told of what becomes of a post: of a group's, if they are in the group. Who wrote it and was removed is
/// not to hear who is there.
pub(crate) fn reads(tx: &mut Work<'_>, person: AccountId, post: &Post) -> Result<bool> {
    if post.visibility != Visibility::Group {
        return Ok(true);
    }
    Ok(match rows::of_post(tx, post.id)? {
        Some(group) => !rows::members_among(tx, group, &[person.get()])?.is_empty(),
        None => false,
    })
}
