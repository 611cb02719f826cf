//! `Account`, `CredentialAccount`, and what hangs on them.

use super::{CustomEmoji, Faces, stamp};
use entrenous_domain::text;
use entrenous_model::{self as model, AccountKind, Member};
use schemars::JsonSchema;
use serde::Serialize;

/// A person, of this node or of a peer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(crate) struct Account {
    /// Local id.
    pub(crate) id: String,
    /// Name before the `@`.
    pub(crate) username: String,
    /// `name` for people of this node, `name@authority` for others.
    pub(crate) acct: String,
    /// Name shown; may be empty.
    pub(crate) display_name: String,
    /// Follow requests wait for approval.
    pub(crate) locked: bool,
    /// An automated account.
    pub(crate) bot: bool,
    /// Listed in the directory.
    pub(crate) discoverable: bool,
    /// Public posts may be found by search.
    pub(crate) indexable: bool,
    /// A group actor.
    pub(crate) group: bool,
    /// When it appeared here.
    pub(crate) created_at: String,
    /// Biography, HTML.
    pub(crate) note: String,
    /// Page for humans.
    pub(crate) url: String,
    /// ActivityPub id.
    pub(crate) uri: String,
    /// Picture; always a URL.
    pub(crate) avatar: String,
    /// Picture that does not move; the same here.
    pub(crate) avatar_static: String,
    /// Description of the picture.
    pub(crate) avatar_description: String,
    /// Header picture; always a URL.
    pub(crate) header: String,
    /// Header picture that does not move; the same here.
    pub(crate) header_static: String,
    /// Description of the header picture.
    pub(crate) header_description: String,
    /// Accepted followers known here.
    pub(crate) followers_count: i64,
    /// Accepted follows known here.
    pub(crate) following_count: i64,
    /// Posts known here.
    pub(crate) statuses_count: i64,
    /// Day of the last post.
    pub(crate) last_status_at: Option<String>,
    /// Whether follows are hidden from others.
    pub(crate) hide_collections: bool,
    /// Search engines are to leave it alone: always, since nothing here is public to the world.
    pub(crate) noindex: bool,
    /// Custom emoji used in the profile.
    pub(crate) emojis: Vec<CustomEmoji>,
    /// Roles shown as badges.
    pub(crate) roles: Vec<Role>,
    /// Table on the profile.
    pub(crate) fields: Vec<Field>,
    /// What only Entrenous clients know: the organisation of a person of a peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entrenous: Option<AccountExtension>,
}

/// One line of the table on a profile.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Field {
    /// Label.
    pub(crate) name: String,
    /// Value, HTML.
    pub(crate) value: String,
    /// When a link back was found; never here.
    pub(crate) verified_at: Option<String>,
}

/// What Entrenous adds to an account.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct AccountExtension {
    /// The organisation a person of a peer belongs to.
    pub(crate) organisation: Organisation,
}

/// A connected organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Organisation {
    /// Its name.
    pub(crate) name: String,
    /// `host` or `host:port`, as in handles.
    pub(crate) authority: String,
}

/// A role on this node.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Role {
    /// Id, the same for all people with the role.
    pub(crate) id: String,
    /// `guest`, `member`, `moderator`, `administrator` or `owner`.
    pub(crate) name: String,
    /// Mastodon's bit mask of permissions. Always `0`: its administration pages do not exist here.
    pub(crate) permissions: String,
    /// Colour of the badge, or empty.
    pub(crate) color: String,
    /// Shown as a badge.
    pub(crate) highlighted: bool,
}

/// The signed-in person: an account with what only they see.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct CredentialAccount {
    /// The account as all see it.
    #[serde(flatten)]
    pub(crate) account: Account,
    /// What they typed and their preferences.
    pub(crate) source: Source,
    /// Their role.
    pub(crate) role: Role,
}

/// The raw values of a profile and a person's preferences.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(crate) struct Source {
    /// Visibility a new post starts with.
    pub(crate) privacy: String,
    /// Media start hidden.
    pub(crate) sensitive: bool,
    /// Language a new post starts with, or empty.
    pub(crate) language: String,
    /// Biography as typed.
    pub(crate) note: String,
    /// Table as typed.
    pub(crate) fields: Vec<Field>,
    /// Follow requests waiting, counted to 80 at most.
    pub(crate) follow_requests_count: i64,
    /// Whether follows are hidden from others.
    pub(crate) hide_collections: bool,
    /// Listed in the directory.
    pub(crate) discoverable: bool,
    /// Public posts may be found by search.
    pub(crate) indexable: bool,
    /// Who may quote a new post: `public`, `followers` or `nobody`.
    pub(crate) quote_policy: String,
    /// Sites that may name the person as author: none.
    pub(crate) attribution_domains: Vec<String>,
}

impl Role {
    /// The entity of a role.
    pub(crate) fn of(role: model::Role) -> Self {
        let rank = match role {
            model::Role::Guest => "0",
            model::Role::Member => "1",
            model::Role::Moderator => "2",
            model::Role::Administrator => "3",
            model::Role::Owner => "4",
        };
        Self {
            id: rank.to_owned(),
            name: role.as_str().to_owned(),
            permissions: "0".to_owned(),
            color: String::new(),
            highlighted: role >= model::Role::Moderator,
        }
    }
}

impl Faces {
    /// An account as everyone sees it.
    pub(crate) fn account(&self, account: &model::Account) -> Account {
        let avatar = self.avatar(account);
        let header = self.header(account);
        Account {
            id: account.id.to_string(),
            username: account.username.clone(),
            acct: account.acct(),
            display_name: account.display_name.clone(),
            locked: account.locked,
            bot: matches!(account.kind, AccountKind::Service | AccountKind::Application),
            discoverable: account.discoverable,
            indexable: account.discoverable,
            group: account.kind == AccountKind::Group,
            created_at: stamp(account.created_at),
            note: account.note.clone(),
            url: account.url.clone(),
            uri: account.uri.clone(),
            avatar_static: avatar.clone(),
            avatar,
            avatar_description: String::new(),
            header_static: header.clone(),
            header,
            header_description: String::new(),
            followers_count: account.followers_count,
            following_count: account.following_count,
            statuses_count: account.statuses_count,
            last_status_at: account.last_posted_at.map(|at| at.format("%Y-%m-%d").to_string()),
            hide_collections: false,
            noindex: true,
            emojis: self.emojis_of(account),
            roles: Vec::new(),
            fields: account
                .fields
                .iter()
                .map(|field| Field {
                    name: field.name.clone(),
                    value: field.value.clone(),
                    verified_at: None,
                })
                .collect(),
            entrenous: self
                .organisation(account)
                .map(|organisation| AccountExtension { organisation }),
        }
    }

    /// The signed-in person as they see themselves.
    pub(crate) fn credentials(
        &self,
        account: &model::Account,
        member: &Member,
        follow_requests: i64,
    ) -> CredentialAccount {
        CredentialAccount {
            account: self.account(account),
            source: Source {
                privacy: member.default_visibility.as_str().to_owned(),
                sensitive: member.default_sensitive,
                language: member.default_language.clone().unwrap_or_default(),
                note: account.note_source.clone(),
                fields: account
                    .fields
                    .iter()
                    .map(|field| Field {
                        name: field.name.clone(),
                        value: text::plain(&field.value),
                        verified_at: None,
                    })
                    .collect(),
                follow_requests_count: follow_requests,
                hide_collections: false,
                discoverable: account.discoverable,
                indexable: account.discoverable,
                quote_policy: member.default_quote_choice.as_str().to_owned(),
                attribution_domains: Vec::new(),
            },
            role: Role::of(member.role),
        }
    }
}
