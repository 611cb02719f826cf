//! OAuth 2 clients, scopes and tokens (RFC 6749; scopes as Mastodon names them).

use crate::{AccountId, AppId, Time, TokenId};
use serde::{Deserialize, Serialize};

/// One scope, such as `read`, `write:statuses` or `admin:read`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

/// Every scope that can be granted. A parent (`read`) holds its children (`read:accounts`).
pub const KNOWN_SCOPES: &[&str] = &[
    "profile",
    "read",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:collections",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:groups",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:collections",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:groups",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "follow",
    "push",
    "admin:read",
    "admin:read:accounts",
    "admin:read:reports",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:canonical_email_blocks",
    "admin:write",
    "admin:write:accounts",
    "admin:write:reports",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:canonical_email_blocks",
];

/// What `follow` stood for before Mastodon 3.5, and still does.
const FOLLOW_HOLDS: &[&str] = &[
    "read:blocks",
    "write:blocks",
    "read:follows",
    "write:follows",
    "read:mutes",
    "write:mutes",
];

impl Scope {
    /// The scope of that name, if it is known.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        KNOWN_SCOPES.contains(&name).then(|| Self(name.to_owned()))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A set of scopes: sorted, without doubles; stored and sent as names with a space between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Parses names with spaces or `+` between.
    ///
    /// # Errors
    /// The first name that is not a known scope.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut scopes = Vec::new();
        for name in text.split([' ', '+', ',', '\n']).filter(|name| !name.is_empty()) {
            scopes.push(Scope::parse(name).ok_or_else(|| name.to_owned())?);
        }
        scopes.sort();
        scopes.dedup();
        Ok(Self(scopes))
    }

    /// True if `needed` (a full scope name such as `write:statuses`) is granted, itself or by a parent.
    #[must_use]
    pub fn grants(&self, needed: &str) -> bool {
        self.0.iter().any(|scope| {
            let have = scope.as_str();
            have == needed
                || needed
                    .strip_prefix(have)
                    .is_some_and(|rest| rest.starts_with(':'))
                || (have == "follow" && FOLLOW_HOLDS.contains(&needed))
                || (needed == "profile" && (have == "read" || have == "read:accounts"))
        })
    }

    /// True if every scope of `other` is granted by this set.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|scope| self.grants(scope.as_str()))
    }

    /// True if no scope is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scopes {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct App {
    /// Local id.
    pub id: AppId,
    /// Public identifier.
    pub client_id: String,
    /// SHA-256 of the client secret, hexadecimal.
    pub client_secret_hash: String,
    /// Name shown on the consent page and under posts.
    pub name: String,
    /// Page of the client.
    pub website: Option<String>,
    /// Exact redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The most it may ask for.
    pub scopes: Scopes,
    /// When it registered.
    pub created_at: Time,
}

/// An access token. The token itself is never stored, only its SHA-256.
#[derive(Debug, Clone)]
pub struct Token {
    /// Local id.
    pub id: TokenId,
    /// The client it was issued to; `None` for tokens of the command line.
    pub app: Option<AppId>,
    /// The person it acts for; `None` for client credentials.
    pub account: Option<AccountId>,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was issued.
    pub created_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_and_follow() {
        let scopes = Scopes::parse("read follow").unwrap();
        assert!(scopes.grants("read:statuses"));
        assert!(scopes.grants("write:follows"));
        assert!(!scopes.grants("write:statuses"));
        assert!(!scopes.grants("readx"));
        assert!(!Scopes::parse("read:accounts").unwrap().grants("read"));
        assert_eq!(
            Scopes::parse("write read write").unwrap().to_string(),
            "read write"
        );
        assert_eq!(Scopes::parse("read nonsense"), Err("nonsense".to_owned()));
    }
}
