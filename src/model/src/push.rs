//! Web Push (RFC 8030): where a client of a person wants to be told, and of what.

use crate::{AccountId, NotificationKind, PushSubscriptionId, Time, TokenId};
use std::fmt;
use std::str::FromStr;

/// One client's wish to be told of notifications when nobody looks at it.
#[derive(Clone, PartialEq, Eq)]
pub struct PushSubscription {
    /// Local id.
    pub id: PushSubscriptionId,
    /// The token it was made with, and goes with.
    pub token: TokenId,
    /// Whose.
    pub account: AccountId,
    /// Where the push service takes messages for this one browser. Whoever knows it can send there: it is a secret.
    pub endpoint: String,
    /// What messages are encrypted with.
    pub keys: PushKeys,
    /// Of what.
    pub alerts: PushAlerts,
    /// From whom.
    pub policy: PushPolicy,
    /// When it was made.
    pub created_at: Time,
}

impl fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushSubscription")
            .field("id", &self.id)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// The keys of a browser (RFC 8291, section 3.1 and 3.2).
#[derive(Clone, PartialEq, Eq)]
pub struct PushKeys {
    /// A point on P-256, uncompressed: 65 bytes.
    pub p256dh: Vec<u8>,
    /// The shared secret: 16 bytes.
    pub auth: Vec<u8>,
}

impl fmt::Debug for PushKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushKeys(…)")
    }
}

/// What a client wants to be told of. All kinds that clients know are kept, also those that do not occur here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushAlerts(Vec<&'static str>);

impl PushAlerts {
    /// The kinds that clients name.
    pub const ALL: [&'static str; 13] = [
        "mention",
        "status",
        "reblog",
        "follow",
        "follow_request",
        "favourite",
        "poll",
        "update",
        "quote",
        "quoted_update",
        "admin.sign_up",
        "admin.report",
        "pleroma:emoji_reaction",
    ];

    /// Those for which `wanted` says so.
    pub fn of(wanted: impl Fn(&str) -> bool) -> Self {
        Self(Self::ALL.into_iter().filter(|kind| wanted(kind)).collect())
    }

    /// Whether a kind is wanted.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.0.contains(&kind)
    }

    /// As it is stored: each kind between two spaces.
    #[must_use]
    pub fn stored(&self) -> String {
        format!(" {} ", self.0.join(" "))
    }

    /// From the stored form; what is no kind any more is left out.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self::of(|kind| text.split(' ').any(|word| word == kind))
    }

    /// What the stored form of everyone who wants this kind contains.
    #[must_use]
    pub fn needle(kind: NotificationKind) -> String {
        format!(" {} ", kind.as_str())
    }
}

/// From whom a client wants to be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PushPolicy {
    /// Everyone.
    #[default]
    All,
    /// People one follows.
    Followed,
    /// People who follow one.
    Follower,
    /// Nobody.
    None,
}

impl PushPolicy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::All, Self::Followed, Self::Follower, Self::None];

    /// As stored, and as clients write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Followed => "followed",
            Self::Follower => "follower",
            Self::None => "none",
        }
    }
}

impl FromStr for PushPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or_else(|| "a policy is one of: all, followed, follower, none".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_found_in_what_is_stored() {
        let some = PushAlerts::of(|kind| ["follow_request", "poll"].contains(&kind));
        assert_eq!(some.stored(), " follow_request poll ");
        assert_eq!(PushAlerts::from_stored(&some.stored()), some);
        assert!(
            some.stored()
                .contains(&PushAlerts::needle(NotificationKind::Poll))
        );
        assert!(
            !some
                .stored()
                .contains(&PushAlerts::needle(NotificationKind::Follow))
        );
        let none = PushAlerts::default();
        assert_eq!(PushAlerts::from_stored(&none.stored()), none);
        assert!(!none.wants("mention"));
        assert_eq!(
            PushAlerts::from_stored(" poll gone "),
            PushAlerts::of(|kind| kind == "poll")
        );
        for kind in NotificationKind::ALL {
            assert!(PushAlerts::ALL.contains(&kind.as_str()));
        }
    }
}
