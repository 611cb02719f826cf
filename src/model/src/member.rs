//! The node's own people as the node knows them: credentials, role, preferences, and invitations to join.

use crate::{AccountId, InviteId, QuoteChoice, Time, Visibility};
use serde::{Deserialize, Serialize};

/// What a person may do on their node. Ordered: each role can what the one before it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes part only where invited.
    Guest,
    /// An ordinary colleague.
    Member,
    /// Handles reports and removes posts.
    Moderator,
    /// Runs the node: people and peers.
    Administrator,
    /// Administrator who cannot be removed by one.
    Owner,
}

impl Role {
    /// As stored and as written on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Administrator => "administrator",
            Self::Owner => "owner",
        }
    }

    /// True for those who handle reports: moderators and above.
    #[must_use]
    pub fn moderates(self) -> bool {
        self >= Self::Moderator
    }

    /// True for administrators and owners.
    #[must_use]
    pub fn administers(self) -> bool {
        self >= Self::Administrator
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "guest" => Self::Guest,
            "member" => Self::Member,
            "moderator" => Self::Moderator,
            "administrator" | "admin" => Self::Administrator,
            "owner" => Self::Owner,
            _ => return Err("a role is one of: guest, member, moderator, administrator, owner".to_owned()),
        })
    }
}

/// A person with a login on this node.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account this login is for.
    pub account: AccountId,
    /// What they may do.
    pub role: Role,
    /// Argon2id, PHC string format.
    pub password_hash: String,
    /// Interface language: `en` or `fr`.
    pub locale: String,
    /// Visibility a new post starts with.
    pub default_visibility: Visibility,
    /// Whether media start hidden.
    pub default_sensitive: bool,
    /// Language a new post starts with (BCP 47).
    pub default_language: Option<String>,
    /// When the login was made.
    pub created_at: Time,
    /// When it was disabled.
    pub disabled_at: Option<Time>,
    /// Who may quote a new post.
    pub default_quote_choice: QuoteChoice,
}

/// A personal invitation to sign up. The code itself is never stored, only its SHA-256.
#[derive(Debug, Clone)]
pub struct Invite {
    /// Local id.
    pub id: InviteId,
    /// The role a person who accepts gets.
    pub role: Role,
    /// Who made it; `None` for the command line.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: Time,
    /// Not valid from then on.
    pub expires_at: Time,
    /// How many people may use it, 1 to 1,000.
    pub max_uses: i32,
    /// How many did.
    pub uses: i32,
    /// When it was withdrawn.
    pub revoked_at: Option<Time>,
}
