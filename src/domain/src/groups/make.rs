//! Making a group.

use super::{MEMBERS, OF_ONE, ON_NODE, bounded, forbidden};
use crate::people::check_username;
use crate::work::{self, Work};
use crate::{Ctx, DomainError, Result, text};
use entrenous_model::{
    Account, AccountId, AccountKind, Event, Group, GroupId, GroupKind, GroupPolicy, GroupRole, GroupState,
    MemberState, Membership, Origin, Role,
};
use entrenous_store::{StoreError, accounts, groups as rows, members, words::folded};

/// Longest name shown, in characters.
pub(super) const NAME: usize = 100;
/// Longest description, in characters.
pub(super) const ABOUT: usize = 1_000;
/// Longest rules, in characters.
pub(super) const RULES: usize = 5_000;
/// Names that are tried for a group of whose name nothing is said.
const TRIES: u32 = 50;

/// A group to be made.
#[derive(Debug, Clone)]
pub struct New {
    /// What it is called by `@`: a username as people have them. Made of the name shown if none is said; a secret group has one
    /// of random letters, since that a name is taken would tell of it.
    pub username: Option<String>,
    /// Name shown: 1 to 100 characters, one line.
    pub display_name: String,
    /// What it is about, as typed, at most 1,000 characters.
    pub note: String,
    /// Rules of its own, as typed, at most 5,000 characters.
    pub rules: String,
    /// Who learns of it, and how one joins.
    pub kind: GroupKind,
    /// Who begins threads.
    pub posting: GroupPolicy,
    /// Who invites.
    pub invites: GroupPolicy,
}

/// Makes a group, with `owner` as its only member.
///
/// # Errors
/// `Forbidden` for a guest of the node; `Invalid` for a name that is none or too long, and beyond the bounds of people and of
/// the node; `Conflict` if the name is taken or reserved.
pub async fn create(ctx: &Ctx, owner: AccountId, new: New) -> Result<GroupId> {
    let display_name = check_name(&new.display_name)?;
    let note = bounded(&new.note, ABOUT, "Note")?;
    let rules = bounded(&new.rules, RULES, "Rules")?;
    let wanted = match (new.kind, new.username.filter(|name| !name.is_empty())) {
        (GroupKind::Secret, _) => Name::Given(random_name(ctx)),
        (_, Some(name)) => {
            check_username(ctx, &name)?;
            Name::Given(name)
        }
        (_, None) => Name::Like(slug(&display_name)),
    };
    let (kind, posting, invites) = (new.kind, new.posting, new.invites);
    let checking = ctx.clone();
    let origin = ctx.origin().clone();
    work::write(ctx, move |tx| {
        // Two at once would both find room.
        members::lock(tx, owner)?;
        let member = members::by_account(tx, owner)?
            .filter(|member| member.disabled_at.is_none())
            .ok_or(DomainError::NotFound)?;
        if member.role == Role::Guest {
            return Err(forbidden());
        }
        if rows::of_person(tx, owner, MemberState::Member)?.len() >= OF_ONE {
            return Err(DomainError::Invalid(format!(
                "a person is in at most {OF_ONE} groups"
            )));
        }
        if rows::count_all(tx)? >= ON_NODE {
            return Err(DomainError::Invalid(format!(
                "this node has at most {ON_NODE} groups"
            )));
        }
        let username = free(tx, &checking, &wanted)?;
        let id = GroupId(tx.next_id());
        let account = Account {
            display_name: display_name.clone(),
            note: text::to_html(&note, &[], &origin),
            note_source: note.clone(),
            locked: kind != GroupKind::Open,
            ..blank(&origin, id, username, tx.now())
        };
        accounts::insert(tx, &account).map_err(|error| match error {
            StoreError::Conflict { .. } => taken(),
            other => other.into(),
        })?;
        let group = Group {
            id,
            kind,
            rules: text::to_html(&rules, &[], &origin),
            rules_source: rules.clone(),
            posting,
            invites,
            state: GroupState::Active,
            members: 0,
            owner: None,
        };
        rows::insert(tx, &group)?;
        let now = tx.now();
        let first = Membership {
            id: tx.next_id(),
            group: id,
            account: owner,
            role: GroupRole::Owner,
            state: MemberState::Member,
            note: String::new(),
            invited_by: None,
            created_at: now,
            joined_at: Some(now),
        };
        rows::insert_member(tx, &first)?;
        tx.tell(Event::AccountUpdated {
            account: id.account(),
        })?;
        Ok(id)
    })
    .await
}

/// An account of a group that says nothing yet.
fn blank(origin: &Origin, id: GroupId, username: String, now: entrenous_model::Time) -> Account {
    let uri = origin.join(&format!("/groups/{id}"));
    Account {
        id: id.account(),
        username,
        peer: None,
        origin: None,
        kind: AccountKind::Group,
        display_name: String::new(),
        note: String::new(),
        note_source: String::new(),
        fields: Vec::new(),
        avatar: None,
        header: None,
        locked: true,
        discoverable: false,
        url: origin.join(&format!("/g/{id}")),
        inbox_uri: format!("{uri}/inbox"),
        shared_inbox_uri: Some(origin.join("/inbox")),
        followers_uri: format!("{uri}/followers"),
        featured_uri: None,
        uri,
        created_at: now,
        updated_at: now,
        last_posted_at: None,
        disabled_at: None,
        statuses_count: 0,
        followers_count: 0,
        following_count: 0,
    }
}

/// What a group is to be called by `@`.
enum Name {
    /// This, or not at all.
    Given(String),
    /// This, or with a number behind it.
    Like(String),
}

fn free(tx: &mut Work<'_>, ctx: &Ctx, wanted: &Name) -> Result<String> {
    let like = match wanted {
        Name::Given(name) => {
            return match accounts::local_by_username(tx, name)? {
                Some(_) => Err(taken()),
                None => Ok(name.clone()),
            };
        }
        Name::Like(like) => like,
    };
    for number in 1..=TRIES {
        let name = match number {
            1 => like.clone(),
            number => format!("{like}{number}"),
        };
        if check_username(ctx, &name).is_ok() && accounts::local_by_username(tx, &name)?.is_none() {
            return Ok(name);
        }
    }
    Err(taken())
}

/// Whether a group could be called so.
///
/// # Errors
/// `Invalid` with what to change, `Conflict` if it is taken or reserved.
pub async fn name_is_free(ctx: &Ctx, name: &str) -> Result<()> {
    check_username(ctx, name)?;
    let name = name.to_owned();
    let found = ctx
        .store()
        .read(move |conn| accounts::local_by_username(conn, &name));
    match found.await? {
        Some(_) => Err(taken()),
        None => Ok(()),
    }
}

fn taken() -> DomainError {
    DomainError::Conflict("this name is taken; choose another".to_owned())
}

/// A name shown.
pub(super) fn check_name(name: &str) -> Result<String> {
    let name = bounded(name, NAME, "Name")?;
    if name.is_empty() {
        return Err(DomainError::invalid("Name can't be blank"));
    }
    if name.chars().any(char::is_control) {
        return Err(DomainError::invalid("a name is one line of text"));
    }
    Ok(name)
}

/// A username made of a name: its letters and digits without accents, at most 26 of them.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in folded(name).chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug: String = slug.chars().take(26).collect();
    match slug.trim_end_matches('_') {
        "" => "group".to_owned(),
        slug => slug.to_owned(),
    }
}

/// `g` and twelve random letters.
fn random_name(ctx: &Ctx) -> String {
    let letters = ctx.random::<12>();
    let letters = letters.iter().map(|byte| char::from(b'a' + byte % 26));
    std::iter::once('g').chain(letters).collect()
}

/// Whether a group has room for one more, and a person for one more group.
///
/// # Errors
/// `Conflict` if not.
pub(super) fn room(tx: &mut Work<'_>, group: &Group, account: AccountId) -> Result<()> {
    if group.members >= MEMBERS {
        return Err(DomainError::Conflict(format!(
            "a group has at most {MEMBERS} members"
        )));
    }
    if rows::of_person(tx, account, MemberState::Member)?.len() >= OF_ONE {
        return Err(DomainError::Conflict(format!(
            "a person is in at most {OF_ONE} groups"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_name_is_made_of_what_is_shown() {
        assert_eq!(slug("Équipe d’été (Lyon)"), "equipe_d_ete_lyon");
        assert_eq!(slug("  «  » "), "group");
        assert_eq!(slug(&"ab ".repeat(40)), "ab_ab_ab_ab_ab_ab_ab_ab_ab");
    }
}
