//! Quotes: a post that shows another one, if that one's author lets it (FEP-044f).

use crate::PostId;
use serde::{Deserialize, Serialize};

/// What a post quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The quoted post, if it is known here. It may be a tombstone.
    pub post: Option<PostId>,
    /// Its ActivityPub id.
    pub uri: String,
    /// What its author says to that.
    pub state: QuoteState,
    /// ActivityPub id of the stamp with which they let it. What one quotes of oneself needs none.
    pub stamp: Option<String>,
}

impl Quote {
    /// Whether the quoted post is shown in the other one, to those who may see it.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self.state, QuoteState::Accepted)
    }
}

/// What the author of a quoted post says to the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuoteState {
    /// Nothing yet.
    Pending,
    /// It may be shown.
    Accepted,
    /// No.
    Rejected,
    /// Not any more.
    Revoked,
}

impl QuoteState {
    /// As stored and as in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }
}

impl std::str::FromStr for QuoteState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "pending" => Self::Pending,
            "accepted" => Self::Accepted,
            "rejected" => Self::Rejected,
            "revoked" => Self::Revoked,
            other => return Err(format!("an unknown state of a quote: {other}")),
        })
    }
}

/// Who may quote a post, as authors choose it here. The author may always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteChoice {
    /// All who may see it.
    #[default]
    Public,
    /// The author's followers.
    Followers,
    /// Nobody else.
    Nobody,
}

impl QuoteChoice {
    /// As stored and as in the Mastodon API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Followers => "followers",
            Self::Nobody => "nobody",
        }
    }
}

impl std::str::FromStr for QuoteChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "public" => Self::Public,
            "followers" => Self::Followers,
            "nobody" => Self::Nobody,
            _ => return Err("a quote policy is one of: public, followers, nobody".to_owned()),
        })
    }
}

/// Some of those who may quote a post. The author is not named: they may always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Quoters {
    /// All who may see it.
    pub everyone: bool,
    /// The author's followers.
    pub followers: bool,
    /// Others, whom this node does not tell apart.
    pub others: bool,
}

impl Quoters {
    fn bits(self) -> i64 {
        i64::from(self.everyone) | (i64::from(self.followers) << 1) | (i64::from(self.others) << 2)
    }

    const fn of_bits(bits: i64) -> Self {
        Self {
            everyone: bits & 1 != 0,
            followers: bits & 2 != 0,
            others: bits & 4 != 0,
        }
    }

    /// The words of the Mastodon API for them.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match (self.everyone, self.followers, self.others) {
            (false, false, false) => &[],
            (true, false, false) => &["public"],
            (false, true, false) => &["followers"],
            (false, false, true) => &["unsupported_policy"],
            (true, true, false) => &["public", "followers"],
            (true, false, true) => &["public", "unsupported_policy"],
            (false, true, true) => &["followers", "unsupported_policy"],
            (true, true, true) => &["public", "followers", "unsupported_policy"],
        }
    }
}

/// Who may quote a post, as it is kept: of peers' posts, as they say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct QuotePolicy {
    /// Whose quotes are let at once.
    pub automatic: Quoters,
    /// Whose quotes the author looks at first.
    pub manual: Quoters,
}

impl QuotePolicy {
    /// As stored.
    #[must_use]
    pub fn bits(self) -> i64 {
        self.automatic.bits() | (self.manual.bits() << 8)
    }

    /// From the stored form.
    #[must_use]
    pub const fn of_bits(bits: i64) -> Self {
        Self {
            automatic: Quoters::of_bits(bits),
            manual: Quoters::of_bits(bits >> 8),
        }
    }
}

impl QuotePolicy {
    /// The choice that comes nearest, and gives no more.
    #[must_use]
    pub const fn choice(self) -> QuoteChoice {
        if self.automatic.everyone {
            QuoteChoice::Public
        } else if self.automatic.followers {
            QuoteChoice::Followers
        } else {
            QuoteChoice::Nobody
        }
    }
}

impl From<QuoteChoice> for QuotePolicy {
    fn from(choice: QuoteChoice) -> Self {
        let automatic = Quoters {
            everyone: choice == QuoteChoice::Public,
            followers: choice == QuoteChoice::Followers,
            others: false,
        };
        Self {
            automatic,
            manual: Quoters::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_as_they_were_stored() {
        for bits in (0..8).flat_map(|automatic| (0..8).map(move |manual| automatic | (manual << 8))) {
            assert_eq!(QuotePolicy::of_bits(bits).bits(), bits);
        }
        for choice in [QuoteChoice::Public, QuoteChoice::Followers, QuoteChoice::Nobody] {
            assert_eq!(choice.as_str().parse(), Ok(choice));
            assert_eq!(QuotePolicy::from(choice).choice(), choice);
        }
        assert_eq!(QuotePolicy::from(QuoteChoice::Nobody), QuotePolicy::default());
        assert_eq!(
            QuotePolicy::from(QuoteChoice::Public).automatic.words(),
            ["public"]
        );
        assert_eq!(
            QuotePolicy::from(QuoteChoice::Followers).automatic.words(),
            ["followers"]
        );
    }
}
