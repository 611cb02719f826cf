//! `Group` and what one is to a group, as Soapbox and Pleroma's forks have them.

use super::{Account, CustomEmoji, Faces, stamp};
use crate::state::ApiState;
use entrenous_domain::groups::{Banned, Relation, Someone, View};
use entrenous_domain::{Ctx, Result};
use entrenous_model::{self as model, GroupKind, GroupRole, MemberState};
use schemars::JsonSchema;
use serde::Serialize;

/// A group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Group {
    /// The id of its account.
    id: String,
    /// ActivityPub id.
    uri: String,
    /// Page for humans.
    url: String,
    /// Name shown.
    display_name: String,
    /// What it is about, HTML.
    note: String,
    /// The same as typed.
    source: GroupSource,
    /// Picture; always a URL.
    avatar: String,
    /// Picture that does not move; the same here.
    avatar_static: String,
    /// Description of the picture.
    avatar_description: String,
    /// Header picture; always a URL.
    header: String,
    /// Header picture that does not move; the same here.
    header_static: String,
    /// Description of the header picture.
    header_description: String,
    /// When it was made.
    created_at: String,
    /// Always null: one that has ended is not shown.
    deleted_at: Option<String>,
    /// The node it is on.
    domain: String,
    /// Custom emoji in its name and words.
    emojis: Vec<CustomEmoji>,
    /// One does not join it at once.
    locked: bool,
    /// Always: what stands in it is for its members.
    membership_required: bool,
    /// Who learns of it: `everyone`, or `members_only`.
    group_visibility: &'static str,
    /// Who reads it: always `members_only`.
    statuses_visibility: &'static str,
    /// How many are in it.
    members_count: i64,
    /// Who has owned it longest.
    owner: Option<GroupOwner>,
    /// What it is called by `@`.
    slug: String,
    /// Always empty.
    tags: Vec<String>,
    /// What only Entrenous clients know.
    entrenous: GroupExtension,
}

/// What was typed of a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct GroupSource {
    /// What it is about.
    note: String,
}

/// Who owns a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct GroupOwner {
    /// Local id of the account.
    id: String,
}

/// What Entrenous adds to a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct GroupExtension {
    /// `open`, `closed` (a moderator lets people in) or `secret` (by invitation, and nobody else knows of it).
    kind: &'static str,
    /// Always `active`.
    state: &'static str,
    /// Rules of its own, HTML; may be empty.
    rules: String,
    /// The rules as typed.
    rules_source: String,
    /// Who begins threads: `members` or `moderators`. Every member answers.
    posting: &'static str,
    /// Who invites: `members` or `moderators`.
    invites: &'static str,
    /// The organisation that hosts it; null for this one.
    host: Option<String>,
}

impl Faces {
    /// A group as everyone sees it who may know of it.
    pub(crate) fn group(&self, ctx: &Ctx, view: &View) -> Group {
        let (group, account) = (&view.group, &*view.account);
        let (avatar, header) = (self.avatar(account), self.header(account));
        Group {
            id: group.id.to_string(),
            uri: account.uri.clone(),
            url: account.url.clone(),
            display_name: account.display_name.clone(),
            note: account.note.clone(),
            source: GroupSource {
                note: account.note_source.clone(),
            },
            avatar_static: avatar.clone(),
            avatar,
            avatar_description: String::new(),
            header_static: header.clone(),
            header,
            header_description: String::new(),
            created_at: stamp(account.created_at),
            deleted_at: None,
            domain: ctx.origin().authority().to_owned(),
            emojis: self.emojis_of(account),
            locked: group.kind != GroupKind::Open,
            membership_required: true,
            group_visibility: if group.kind.is_listed() {
                "everyone"
            } else {
                "members_only"
            },
            statuses_visibility: "members_only",
            members_count: group.members,
            owner: group.owner.map(|id| GroupOwner { id: id.to_string() }),
            slug: account.username.clone(),
            tags: Vec::new(),
            entrenous: GroupExtension {
                kind: group.kind.as_str(),
                state: group.state.as_str(),
                rules: group.rules.clone(),
                rules_source: group.rules_source.clone(),
                posting: group.posting.as_str(),
                invites: group.invites.as_str(),
                host: None,
            },
        }
    }
}

/// Groups, in the order given.
///
/// # Errors
/// Only the store's.
pub(crate) async fn groups(state: &ApiState, views: &[View]) -> Result<Vec<Group>> {
    let faces = Faces::of(state.ctx(), views.iter().map(|view| &*view.account)).await?;
    Ok(views.iter().map(|view| faces.group(state.ctx(), view)).collect())
}

/// What I am to a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the API is a list of flags"
)]
pub(crate) struct GroupRelationship {
    /// The id of the group.
    id: String,
    /// I am in it.
    member: bool,
    /// I have asked to be let in.
    requested: bool,
    /// People wait for me to let them in.
    pending_requests: bool,
    /// `owner`, `admin` (who moderates it) or `user`; null for who is not in it.
    role: Option<&'static str>,
    /// I am banned.
    blocked_by: bool,
    /// Always false.
    muting: bool,
    /// Always null.
    notifying: Option<bool>,
    /// I may begin a thread; every member answers.
    can_post: bool,
    /// What only Entrenous clients know.
    entrenous: GroupRelationshipExtension,
}

/// What Entrenous adds to what one is to a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct GroupRelationshipExtension {
    /// I was invited, and have not joined yet.
    invited: bool,
    /// Who invited me.
    invited_by: Option<String>,
    /// I may invite.
    can_invite: bool,
    /// I am a guest in it.
    guest: bool,
    /// What I said when I asked to be let in.
    request_note: String,
}

/// A role as clients read it.
pub(crate) const fn role_word(role: GroupRole) -> &'static str {
    match role {
        GroupRole::Owner => "owner",
        GroupRole::Moderator => "admin",
        GroupRole::Member | GroupRole::Guest => "user",
    }
}

impl GroupRelationship {
    /// The entity.
    pub(crate) fn of(relation: &Relation) -> Self {
        let one = relation.membership.as_ref();
        let state = one.map(|one| one.state);
        let role = one.and_then(model::Membership::member);
        Self {
            id: relation.group.to_string(),
            member: role.is_some(),
            requested: state == Some(MemberState::Requested),
            pending_requests: relation.pending,
            role: role.map(role_word),
            blocked_by: relation.banned,
            muting: false,
            notifying: None,
            can_post: relation.can_post,
            entrenous: GroupRelationshipExtension {
                invited: state == Some(MemberState::Invited),
                invited_by: one.and_then(|one| one.invited_by).map(|id| id.to_string()),
                can_invite: relation.can_invite,
                guest: role == Some(GroupRole::Guest),
                request_note: one.map(|one| one.note.clone()).unwrap_or_default(),
            },
        }
    }
}

/// Somebody who asks to be let into a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GroupRequest {
    /// For paging.
    id: String,
    /// Who.
    account: Account,
    /// What they say; plain text.
    note: String,
    /// Since when.
    created_at: String,
}

/// Somebody who was invited into a group, and has not answered.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GroupInvitation {
    /// For paging.
    id: String,
    /// Who.
    account: Account,
    /// Who invited them; null if they are gone.
    invited_by: Option<Account>,
    /// When.
    created_at: String,
}

/// A group that I was invited into.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GroupInvitationOfMine {
    /// Of this invitation.
    id: String,
    /// Which.
    group: Group,
    /// Who invited me; null if they are gone.
    invited_by: Option<Account>,
    /// When.
    created_at: String,
}

impl Faces {
    /// Of people of a group: everyone who is shown with them.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn of_someone(ctx: &Ctx, people: &[Someone]) -> Result<Self> {
        let all = people
            .iter()
            .flat_map(|one| std::iter::once(&one.account).chain(&one.invited_by));
        let all: Vec<&model::Account> = all.map(AsRef::as_ref).collect();
        Self::of(ctx, all).await
    }

    /// Somebody who asks to be let in.
    pub(crate) fn group_request(&self, one: &Someone) -> GroupRequest {
        GroupRequest {
            id: one.membership.id.to_string(),
            account: self.account(&one.account),
            note: one.membership.note.clone(),
            created_at: stamp(one.membership.created_at),
        }
    }

    /// Somebody who was invited.
    pub(crate) fn group_invitation(&self, one: &Someone) -> GroupInvitation {
        GroupInvitation {
            id: one.membership.id.to_string(),
            account: self.account(&one.account),
            invited_by: one.invited_by.as_ref().map(|by| self.account(by)),
            created_at: stamp(one.membership.created_at),
        }
    }
}

impl GroupInvitationOfMine {
    /// What somebody was invited to, in the order given.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn all(state: &ApiState, found: &[(Someone, View)]) -> Result<Vec<Self>> {
        let ctx = state.ctx();
        let all = found
            .iter()
            .flat_map(|(one, view)| std::iter::once(&view.account).chain(&one.invited_by));
        let all: Vec<&model::Account> = all.map(AsRef::as_ref).collect();
        let faces = Faces::of(ctx, all).await?;
        Ok(found
            .iter()
            .map(|(one, view)| Self {
                id: one.membership.id.to_string(),
                group: faces.group(ctx, view),
                invited_by: one.invited_by.as_ref().map(|by| faces.account(by)),
                created_at: stamp(one.membership.created_at),
            })
            .collect())
    }
}

/// Somebody who is in a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GroupMembership {
    /// For paging.
    id: String,
    /// Who.
    account: Account,
    /// `owner`, `admin` (who moderates it) or `user`.
    role: &'static str,
    /// What only Entrenous clients know.
    entrenous: GroupMembershipExtension,
}

/// What Entrenous adds to who is in a group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct GroupMembershipExtension {
    /// They are a guest in it.
    guest: bool,
}

/// Somebody who may not join a group again.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct GroupBan {
    /// For paging; the id of the account.
    id: String,
    /// Who.
    account: Account,
    /// Who said so; null if they are gone.
    by: Option<Account>,
    /// Why; plain text, may be empty.
    reason: String,
    /// Since when.
    created_at: String,
}

impl Faces {
    /// Somebody who is in a group.
    pub(crate) fn group_membership(&self, one: &Someone) -> GroupMembership {
        GroupMembership {
            id: one.membership.id.to_string(),
            account: self.account(&one.account),
            role: role_word(one.membership.role),
            entrenous: GroupMembershipExtension {
                guest: one.membership.role == GroupRole::Guest,
            },
        }
    }

    /// Of people who are banned: everyone who is shown with them.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn of_banned(ctx: &Ctx, people: &[Banned]) -> Result<Self> {
        let all = people
            .iter()
            .flat_map(|one| std::iter::once(&one.account).chain(&one.by));
        let all: Vec<&model::Account> = all.map(AsRef::as_ref).collect();
        Self::of(ctx, all).await
    }

    /// Somebody who may not join a group again.
    pub(crate) fn group_ban(&self, one: &Banned) -> GroupBan {
        GroupBan {
            id: one.account.id.to_string(),
            account: self.account(&one.account),
            by: one.by.as_ref().map(|by| self.account(by)),
            reason: one.ban.reason.clone(),
            created_at: stamp(one.ban.created_at),
        }
    }
}
