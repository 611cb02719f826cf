//! The peer contract: what may cross between two nodes, in which direction.
//!
//! These are the words of the agreement. Whether something may cross is decided in [`crate::policy`] and nowhere else.

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

/// Which people a node makes known to the other; each gives more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryScope {
    /// Nobody.
    None,
    /// People in groups that both nodes share.
    Shared,
    /// Everyone who is discoverable.
    All,
}

/// What of a profile crosses beside name and handle, without which nobody could be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileScope {
    /// Profile picture and header.
    pub pictures: bool,
    /// The text about oneself.
    pub note: bool,
    /// Named fields: title, team, telephone and the like.
    pub fields: bool,
}

impl ProfileScope {
    /// Everything.
    pub const ALL: Self = Self {
        pictures: true,
        note: true,
        fields: true,
    };
    /// Name and handle alone.
    pub const NAME: Self = Self {
        pictures: false,
        note: false,
        fields: false,
    };
}

/// Which posts cross, and with them follows and reactions; each gives more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PostScope {
    /// None.
    None,
    /// Those addressed to people of the other node: its followers, and whom they mention.
    Addressed,
    /// Also those for the whole network.
    Network,
}

impl<'de> Deserialize<'de> for PostScope {
    /// The first contracts said yes or no.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Word {
            None,
            Addressed,
            Network,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Flag(bool),
            Word(Word),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Flag(false) | Either::Word(Word::None) => Self::None,
            Either::Flag(true) | Either::Word(Word::Network) => Self::Network,
            Either::Word(Word::Addressed) => Self::Addressed,
        })
    }
}

/// Which groups the other node's people can take part in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupScope {
    /// None.
    None,
    /// These, by their ActivityPub ids of at most 500 bytes; at most [`GroupScope::MOST`].
    Named(BTreeSet<String>),
    /// All that accept them.
    All,
}

impl GroupScope {
    /// Most groups that a contract names.
    pub const MOST: usize = 200;

    fn within(&self, most: &Self) -> bool {
        match (self, most) {
            (Self::None, _) | (_, Self::All) => true,
            (Self::Named(some), Self::Named(all)) => some.is_subset(all),
            (Self::Named(some), Self::None) => some.is_empty(),
            (Self::All, Self::None | Self::Named(_)) => false,
        }
    }
}

/// What becomes of what was given when the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// It is shown to nobody any more, and comes back if the two connect again.
    Hide,
    /// It is removed for good, and its giver is told how much that was.
    Purge,
}

/// What one side gives to the other. What a contract of an earlier version did not name is not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which people it makes known.
    pub directory: DirectoryScope,
    /// What of their profiles.
    #[serde(default = "earlier::profile")]
    pub profile: ProfileScope,
    /// Which posts, follows and reactions.
    pub posts: PostScope,
    /// Which groups.
    #[serde(default = "earlier::groups")]
    pub groups: GroupScope,
    /// Whether documents can be opened.
    #[serde(default)]
    pub documents: bool,
    /// Whether its people can be written to in chats, and write.
    #[serde(default)]
    pub chat: bool,
    /// Whether its people can be called, and call.
    #[serde(default)]
    pub calls: bool,
    /// Whether it makes nodes known that the other does not trust.
    #[serde(default)]
    pub introduces: bool,
    /// Largest file, in bytes; at most [`Terms::LARGEST_FILE`].
    #[serde(default = "earlier::largest_file")]
    pub largest_file: u64,
    /// Activities a minute; 1 to [`Terms::FASTEST`].
    #[serde(default = "earlier::rate")]
    pub rate: u32,
    /// What the other side does with it when the connection ends.
    #[serde(default = "earlier::at_end")]
    pub at_end: AtEnd,
}

/// What held before contracts said it.
mod earlier {
    use super::{AtEnd, GroupScope, ProfileScope, Terms};

    pub(super) const fn profile() -> ProfileScope {
        ProfileScope::ALL
    }
    pub(super) const fn groups() -> GroupScope {
        GroupScope::None
    }
    pub(super) const fn largest_file() -> u64 {
        Terms::LARGEST_FILE
    }
    pub(super) const fn rate() -> u32 {
        Terms::FASTEST
    }
    pub(super) const fn at_end() -> AtEnd {
        AtEnd::Hide
    }
}

/// What is wrong with terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermsError {
    /// No rate, or more than [`Terms::FASTEST`].
    Rate,
    /// Larger than [`Terms::LARGEST_FILE`].
    LargestFile,
    /// More groups than [`GroupScope::MOST`], or a name that is no ActivityPub id.
    Groups,
}

impl std::fmt::Display for TermsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rate => write!(f, "the rate is 1 to {} activities a minute", Terms::FASTEST),
            Self::LargestFile => write!(f, "the largest file has at most {} bytes", Terms::LARGEST_FILE),
            Self::Groups => write!(
                f,
                "a contract names at most {} groups, by their addresses",
                GroupScope::MOST
            ),
        }
    }
}

impl std::error::Error for TermsError {}

impl Terms {
    /// Largest file that any contract allows, in bytes: 1 GiB.
    pub const LARGEST_FILE: u64 = 1 << 30;
    /// Most activities a minute that any contract allows: 10,000 a second.
    pub const FASTEST: u32 = 600_000;
    /// Everything.
    pub const FULL: Self = Self {
        directory: DirectoryScope::All,
        profile: ProfileScope::ALL,
        posts: PostScope::Network,
        groups: GroupScope::All,
        documents: true,
        chat: true,
        calls: true,
        introduces: true,
        largest_file: Self::LARGEST_FILE,
        rate: Self::FASTEST,
        at_end: AtEnd::Hide,
    };
    /// Nothing.
    pub const NONE: Self = Self {
        directory: DirectoryScope::None,
        profile: ProfileScope::NAME,
        posts: PostScope::None,
        groups: GroupScope::None,
        documents: false,
        chat: false,
        calls: false,
        introduces: false,
        largest_file: 0,
        rate: Self::FASTEST,
        at_end: AtEnd::Purge,
    };
    /// A firm that works with people of the other, and sees what is meant for it. Its people are found by their whole names,
    /// since nobody could be written to otherwise: nodes tell each other no lists.
    pub const PARTNER: Self = Self {
        directory: DirectoryScope::All,
        profile: ProfileScope {
            pictures: true,
            note: false,
            fields: false,
        },
        posts: PostScope::Addressed,
        groups: GroupScope::Named(BTreeSet::new()),
        documents: true,
        chat: true,
        calls: true,
        introduces: false,
        largest_file: 50 << 20,
        rate: 6_000,
        at_end: AtEnd::Purge,
    };

    /// Whether everything that these give, `most` gives too.
    #[must_use]
    pub fn within(&self, most: &Self) -> bool {
        // Every field is looked at: one that is added must be thought of here.
        let Self {
            directory,
            profile,
            posts,
            groups,
            documents,
            chat,
            calls,
            introduces,
            largest_file,
            rate,
            at_end,
        } = self;
        let ProfileScope {
            pictures,
            note,
            fields,
        } = profile;
        *directory <= most.directory
            && *pictures <= most.profile.pictures
            && *note <= most.profile.note
            && *fields <= most.profile.fields
            && *posts <= most.posts
            && groups.within(&most.groups)
            && *documents <= most.documents
            && *chat <= most.chat
            && *calls <= most.calls
            && *introduces <= most.introduces
            && *largest_file <= most.largest_file
            && *rate <= most.rate
            && (*at_end == AtEnd::Purge || most.at_end == AtEnd::Hide)
    }

    /// The same, for another node: groups that are named were meant for the one that has these terms.
    #[must_use]
    pub fn for_another(&self) -> Self {
        let groups = match &self.groups {
            GroupScope::Named(_) => GroupScope::Named(BTreeSet::new()),
            other => other.clone(),
        };
        Self {
            groups,
            ..self.clone()
        }
    }

    /// # Errors
    /// The first bound that they break.
    pub fn check(&self) -> Result<(), TermsError> {
        if self.rate == 0 || self.rate > Self::FASTEST {
            return Err(TermsError::Rate);
        }
        if self.largest_file > Self::LARGEST_FILE {
            return Err(TermsError::LargestFile);
        }
        match &self.groups {
            GroupScope::Named(names)
                if names.len() > GroupScope::MOST || names.iter().any(|name| !is_address(name)) =>
            {
                Err(TermsError::Groups)
            }
            _ => Ok(()),
        }
    }
}

fn is_address(name: &str) -> bool {
    name.len() <= 500 && crate::Origin::of_text(name).is_some_and(|origin| origin.owns(name))
}

/// Contracts that administrators choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A site of the same organisation: everything, both ways.
    SameOrganisation,
    /// A partner firm: what is addressed to the other's people, both ways; purged at the end.
    PartnerFirm,
    /// We receive everything and give nothing.
    ReceiveOnly,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SameOrganisation, Self::PartnerFirm, Self::ReceiveOnly];

    /// As written on the command line and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameOrganisation => "same_organisation",
            Self::PartnerFirm => "partner_firm",
            Self::ReceiveOnly => "receive_only",
        }
    }

    /// From its written form, with `-` for `_` as well.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('-', "_");
        Self::ALL.into_iter().find(|preset| preset.as_str() == text)
    }

    /// The contract, seen from the node that offers it.
    #[must_use]
    pub const fn contract(self) -> Contract {
        match self {
            Self::SameOrganisation => Contract {
                version: 1,
                we_give: Terms::FULL,
                they_give: Terms::FULL,
            },
            Self::PartnerFirm => Contract {
                version: 1,
                we_give: Terms::PARTNER,
                they_give: Terms::PARTNER,
            },
            Self::ReceiveOnly => Contract {
                version: 1,
                we_give: Terms::NONE,
                they_give: Terms::FULL,
            },
        }
    }
}

/// Both directions, seen from one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Version of the agreement between the two nodes, from 1; each change raises it.
    pub version: u32,
    /// What this node gives to the peer (gates: send, serve).
    pub we_give: Terms,
    /// What the peer gives to this node (gates: receive, fetch).
    pub they_give: Terms,
}

impl Contract {
    /// Everything in both directions.
    pub const FULL: Self = Preset::SameOrganisation.contract();

    /// The same agreement as the other side writes it.
    #[must_use]
    pub fn mirrored(self) -> Self {
        Self {
            version: self.version,
            we_give: self.they_give,
            they_give: self.we_give,
        }
    }

    /// # Errors
    /// The first bound that it breaks.
    pub fn check(&self) -> Result<(), TermsError> {
        self.we_give.check()?;
        self.they_give.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_of_the_first_version_means_what_it_meant() {
        let old = r#"{"version":1,"we_give":{"directory":"all","posts":true},"they_give":{"directory":"none","posts":false}}"#;
        let read: Contract = serde_json::from_str(old).unwrap();
        assert_eq!(read.we_give.posts, PostScope::Network);
        assert_eq!(read.we_give.profile, ProfileScope::ALL);
        assert_eq!(read.they_give.posts, PostScope::None);
        // It gave no groups, documents, chats, calls or introductions.
        assert_eq!(read.we_give.groups, GroupScope::None);
        assert!(!read.we_give.documents && !read.we_give.chat && !read.we_give.introduces);
    }

    #[test]
    fn it_survives_being_written() {
        for preset in Preset::ALL {
            let contract = preset.contract();
            let text = serde_json::to_string(&contract).unwrap();
            assert_eq!(serde_json::from_str::<Contract>(&text).unwrap(), contract);
            assert_eq!(contract.clone().mirrored().mirrored(), contract);
            assert_eq!(Preset::parse(preset.as_str()), Some(preset));
            contract.check().unwrap();
        }
        assert_eq!(Preset::parse("partner-firm"), Some(Preset::PartnerFirm));
        assert_eq!(Preset::parse("all"), None);
    }

    #[test]
    fn within_is_everything_at_most() {
        let all = [Terms::NONE, Terms::PARTNER, Terms::FULL];
        for (place, terms) in all.iter().enumerate() {
            assert!(terms.within(terms));
            for wider in &all[place + 1..] {
                // The rate of nothing is not bounded, and a partner's is.
                let narrow = Terms {
                    rate: wider.rate,
                    ..terms.clone()
                };
                assert!(narrow.within(wider) && !wider.within(&narrow));
            }
        }
        let named = |name: &str| Terms {
            groups: GroupScope::Named([name.to_owned()].into()),
            ..Terms::FULL
        };
        assert!(named("https://a.test/1").within(&Terms::FULL));
        assert!(!named("https://a.test/1").within(&named("https://a.test/2")));
        assert!(
            named("https://a.test/1")
                .for_another()
                .within(&named("https://a.test/2"))
        );
        let hidden = Terms {
            at_end: AtEnd::Purge,
            ..Terms::FULL
        };
        assert!(hidden.within(&Terms::FULL) && !Terms::FULL.within(&hidden));
    }

    #[test]
    fn what_is_not_understood_is_not_agreed_to() {
        let mut value = serde_json::to_value(Contract::FULL).unwrap();
        value["we_give"]["telepathy"] = true.into();
        assert!(serde_json::from_value::<Contract>(value).is_err());
    }

    #[test]
    fn bounds() {
        let broken = [
            (
                Terms {
                    rate: 0,
                    ..Terms::FULL
                },
                TermsError::Rate,
            ),
            (
                Terms {
                    rate: Terms::FASTEST + 1,
                    ..Terms::FULL
                },
                TermsError::Rate,
            ),
            (
                Terms {
                    largest_file: Terms::LARGEST_FILE + 1,
                    ..Terms::FULL
                },
                TermsError::LargestFile,
            ),
            (
                Terms {
                    groups: GroupScope::Named(["not an address".to_owned()].into()),
                    ..Terms::FULL
                },
                TermsError::Groups,
            ),
        ];
        for (terms, error) in broken {
            assert_eq!(terms.check(), Err(error));
        }
        let named = GroupScope::Named(["https://a.test/groups/7".to_owned()].into());
        let terms = Terms {
            groups: named,
            ..Terms::FULL
        };
        assert_eq!(terms.check(), Ok(()));
    }
}
