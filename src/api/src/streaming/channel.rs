//! What a stream can be subscribed to.

use entrenous_domain::timelines::Timeline;

/// Something a stream can be subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Channel {
    /// The home timeline, and notifications.
    User,
    /// Notifications alone.
    UserNotification,
    /// Posts that everyone on the network may see.
    Public {
        /// Whose.
        whose: Whose,
        /// Only with files.
        media: bool,
    },
    /// Posts with a hashtag, lower-case.
    Hashtag(String),
    /// Those of this node.
    HashtagLocal(String),
    /// A list of the listener's own, by its id.
    List(String),
    /// Conversations.
    Direct,
}

/// Whose posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    /// Of this node and its peers.
    All,
    /// Of this node.
    Local,
    /// Of peers.
    Remote,
}

impl Channel {
    /// By its name in the Mastodon API, with the tag or list it needs.
    pub(crate) fn parse(name: &str, tag: Option<&str>, list: Option<&str>) -> Option<Self> {
        let tag = || {
            let tag = tag?.trim_start_matches('#').to_lowercase();
            (!tag.is_empty() && tag.chars().count() <= 100).then_some(tag)
        };
        let public = |whose, media| Self::Public { whose, media };
        Some(match name {
            "user" => Self::User,
            "user:notification" => Self::UserNotification,
            "public" => public(Whose::All, false),
            "public:media" => public(Whose::All, true),
            "public:local" => public(Whose::Local, false),
            "public:local:media" => public(Whose::Local, true),
            "public:remote" => public(Whose::Remote, false),
            "public:remote:media" => public(Whose::Remote, true),
            "hashtag" => Self::Hashtag(tag()?),
            "hashtag:local" => Self::HashtagLocal(tag()?),
            "list" => Self::List(list.filter(|id| id.len() <= 20)?.to_owned()),
            "direct" => Self::Direct,
            _ => return None,
        })
    }

    /// The same, only with files; `None` if it is no timeline of posts that everyone may see.
    pub(crate) const fn with_files(&self) -> Option<Self> {
        match self {
            Self::Public { whose, .. } => Some(Self::Public {
                whose: *whose,
                media: true,
            }),
            _ => None,
        }
    }

    /// What it is called in messages: its name, then its tag or list.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::User => vec!["user"],
            Self::UserNotification => vec!["user:notification"],
            Self::Public { whose, media } => vec![match (whose, media) {
                (Whose::All, false) => "public",
                (Whose::All, true) => "public:media",
                (Whose::Local, false) => "public:local",
                (Whose::Local, true) => "public:local:media",
                (Whose::Remote, false) => "public:remote",
                (Whose::Remote, true) => "public:remote:media",
            }],
            Self::Hashtag(tag) => vec!["hashtag", tag],
            Self::HashtagLocal(tag) => vec!["hashtag:local", tag],
            Self::List(id) => vec!["list", id],
            Self::Direct => vec!["direct"],
        }
    }

    /// The scope it needs.
    pub(crate) const fn scope(&self) -> &'static str {
        match self {
            Self::UserNotification => "read:notifications",
            Self::List(_) => "read:lists",
            _ => "read:statuses",
        }
    }

    /// The timeline whose new posts it brings, if there is one.
    pub(crate) fn timeline(&self) -> Option<Timeline> {
        let tag = |name: &String, local| Timeline::Tag {
            name: name.clone(),
            local,
        };
        Some(match self {
            Self::User => Timeline::Home,
            Self::Public { whose, media } => Timeline::Network {
                local: *whose == Whose::Local,
                remote: *whose == Whose::Remote,
                media: *media,
            },
            Self::Hashtag(name) => tag(name, false),
            Self::HashtagLocal(name) => tag(name, true),
            Self::List(id) => Timeline::List(id.parse().ok()?),
            Self::UserNotification | Self::Direct => return None,
        })
    }

    /// One's own home timeline.
    pub(crate) fn is_home(&self) -> bool {
        *self == Self::User
    }

    /// One's own conversations.
    pub(crate) fn is_direct(&self) -> bool {
        *self == Self::Direct
    }

    /// One of one's own lists.
    pub(crate) const fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// A timeline that many people share.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(
            self,
            Self::Public { .. } | Self::Hashtag(_) | Self::HashtagLocal(_)
        )
    }

    /// What carries notifications.
    pub(crate) const fn notifies(&self) -> bool {
        matches!(self, Self::User | Self::UserNotification)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_is_called_as_it_was_asked_for() {
        for name in [
            "user",
            "user:notification",
            "public",
            "public:media",
            "public:local",
            "public:local:media",
            "public:remote",
            "public:remote:media",
            "direct",
        ] {
            assert_eq!(Channel::parse(name, None, None).unwrap().names(), [name]);
        }
        let tagged = Channel::parse("hashtag:local", Some("#Pump"), None).unwrap();
        assert_eq!(tagged.names(), ["hashtag:local", "pump"]);
        for (name, tag, list) in [
            ("hashtag", Some("#"), None),
            ("list", None, Some("123456789012345678901")),
            ("nothing", None, None),
        ] {
            assert_eq!(Channel::parse(name, tag, list), None);
        }
    }
}
