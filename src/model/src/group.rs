//! Groups: what people say to each other in a place of their own.

use crate::{AccountId, GroupId, Time};
use std::str::FromStr;

impl GroupId {
    /// The account that the group is.
    #[must_use]
    pub const fn account(self) -> AccountId {
        AccountId(self.0)
    }
}

impl From<AccountId> for GroupId {
    fn from(account: AccountId) -> Self {
        Self(account.0)
    }
}

/// Who learns of a group, and how one becomes a member. What stands in it is for its members, whatever its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// Listed; who wants to join is a member at once.
    Open,
    /// Listed; a moderator lets people in.
    Closed,
    /// Known to its members and to those invited; nobody else can tell it from none.
    Secret,
}

impl GroupKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Secret];

    /// As stored, and as clients write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Secret => "secret",
        }
    }

    /// Whether people who are not in it learn of it.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::Secret)
    }
}

impl FromStr for GroupKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            "secret" => Ok(Self::Secret),
            _ => Err("kind is one of: open, closed, secret".to_owned()),
        }
    }
}

/// What a member may do in a group; each may do what those before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupRole {
    /// Reads and writes.
    Guest,
    /// Invites as well, where members may.
    Member,
    /// Lets people in, removes and bans.
    Moderator,
    /// Changes the group and everyone's role, and ends it.
    Owner,
}

impl GroupRole {
    /// All roles, the smallest first.
    pub const ALL: [Self; 4] = [Self::Guest, Self::Member, Self::Moderator, Self::Owner];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for GroupRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "guest" => Ok(Self::Guest),
            "member" => Ok(Self::Member),
            "moderator" => Ok(Self::Moderator),
            "owner" => Ok(Self::Owner),
            _ => Err("role is one of: guest, member, moderator, owner".to_owned()),
        }
    }
}

/// Which members may do something that is not for everybody in every group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupPolicy {
    /// All of them.
    Members,
    /// Moderators and owners.
    Moderators,
}

impl GroupPolicy {
    /// As stored, and as clients write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Moderators => "moderators",
        }
    }
}

impl FromStr for GroupPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "members" => Ok(Self::Members),
            "moderators" => Ok(Self::Moderators),
            _ => Err("it is one of: members, moderators".to_owned()),
        }
    }
}

/// Whether a group still is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupState {
    /// It is.
    Active,
    /// It has ended, and nobody sees it any more.
    Ended,
}

impl GroupState {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
        }
    }
}

impl FromStr for GroupState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self::Active),
            "ended" => Ok(Self::Ended),
            _ => Err(format!("an unknown state of a group: {text}")),
        }
    }
}

/// A group, beside its account, which has its name, its words and its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The number of its account.
    pub id: GroupId,
    /// Who learns of it, and how one joins.
    pub kind: GroupKind,
    /// Rules of its own, safe HTML; empty if there are none.
    pub rules: String,
    /// The rules as typed.
    pub rules_source: String,
    /// Who begins threads; every member answers.
    pub posting: GroupPolicy,
    /// Who invites.
    pub invites: GroupPolicy,
    /// Whether it still is one.
    pub state: GroupState,
    /// How many members it has; those who were disabled do not count.
    pub members: i64,
    /// The owner who has been a member longest.
    pub owner: Option<AccountId>,
}

/// What somebody is to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// Asks to be let in.
    Requested,
    /// May join, and has not yet.
    Invited,
    /// Is in it.
    Member,
}

impl MemberState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Requested, Self::Invited, Self::Member];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Invited => "invited",
            Self::Member => "member",
        }
    }
}

impl FromStr for MemberState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "requested" => Ok(Self::Requested),
            "invited" => Ok(Self::Invited),
            "member" => Ok(Self::Member),
            _ => Err(format!("an unknown state of a member: {text}")),
        }
    }
}

/// Somebody and a group: a member, one who was invited, or one who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Number of the row, for paging: a later one was made later.
    pub id: i64,
    /// The group.
    pub group: GroupId,
    /// Who.
    pub account: AccountId,
    /// What they may do in it, or would, once they are in it.
    pub role: GroupRole,
    /// What they are to it.
    pub state: MemberState,
    /// What they said when they asked to be let in; plain text, at most 500 characters.
    pub note: String,
    /// Who invited them.
    pub invited_by: Option<AccountId>,
    /// Since when there is anything between them.
    pub created_at: Time,
    /// Since when they are a member.
    pub joined_at: Option<Time>,
}

impl Membership {
    /// The role of a member; `None` for who is not in it.
    #[must_use]
    pub fn member(&self) -> Option<GroupRole> {
        (self.state == MemberState::Member).then_some(self.role)
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupKind, GroupRole, MemberState};

    #[test]
    fn words_are_read_as_they_are_written() {
        for kind in GroupKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for role in GroupRole::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        for state in MemberState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!(GroupRole::ALL.is_sorted());
    }
}
