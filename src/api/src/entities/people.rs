//! Small entities about people, hashtags and reading.

use super::account::{Account, Field};
use super::stamp;
use super::status::{Status, tag_url};
use entrenous_domain::notifications;
use entrenous_model::{self as model, AccountId, Member, Origin};
use schemars::JsonSchema;
use serde::Serialize;

/// What the signed-in person is to another.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(crate) struct Relationship {
    /// The other's local id.
    pub(crate) id: String,
    /// Follows them.
    pub(crate) following: bool,
    /// …with boosts.
    pub(crate) showing_reblogs: bool,
    /// …with notifications for each post.
    pub(crate) notifying: bool,
    /// …in these languages; null for all.
    pub(crate) languages: Option<Vec<String>>,
    /// Is followed by them.
    pub(crate) followed_by: bool,
    /// Blocks them.
    pub(crate) blocking: bool,
    /// Is blocked by them.
    pub(crate) blocked_by: bool,
    /// Mutes them.
    pub(crate) muting: bool,
    /// …their notifications too.
    pub(crate) muting_notifications: bool,
    /// When the mute ends; null for never, or no mute.
    pub(crate) muting_expires_at: Option<String>,
    /// Has asked to follow them.
    pub(crate) requested: bool,
    /// Is asked by them.
    pub(crate) requested_by: bool,
    /// Hides everyone of their node.
    pub(crate) domain_blocking: bool,
    /// Features them on the profile.
    pub(crate) endorsed: bool,
    /// Private note about them.
    pub(crate) note: String,
}

impl Relationship {
    /// The entity of a relationship, with the private note.
    pub(crate) fn of(target: AccountId, relationship: &model::Relationship, note: String) -> Self {
        Self {
            id: target.to_string(),
            following: relationship.following,
            showing_reblogs: relationship.showing_boosts,
            notifying: relationship.notifying,
            languages: None,
            followed_by: relationship.followed_by,
            blocking: relationship.blocking,
            blocked_by: relationship.blocked_by,
            muting: relationship.muting,
            muting_notifications: relationship.muting_notifications,
            muting_expires_at: None,
            requested: relationship.requested,
            requested_by: relationship.requested_by,
            domain_blocking: relationship.domain_blocking,
            endorsed: relationship.endorsed,
            note,
        }
    }
}

/// A hashtag.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Tag {
    /// The name; also its id.
    pub(crate) id: String,
    /// Without `#`.
    pub(crate) name: String,
    /// Page for humans.
    pub(crate) url: String,
    /// Use in the last seven days, newest first.
    pub(crate) history: Vec<TagDay>,
    /// The signed-in person follows it.
    pub(crate) following: bool,
    /// The signed-in person features it.
    pub(crate) featuring: bool,
}

/// A hashtag on someone's profile.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct FeaturedTag {
    /// Local id.
    pub(crate) id: String,
    /// Without `#`.
    pub(crate) name: String,
    /// Page for humans.
    pub(crate) url: String,
    /// Their posts with it that the network may see, as text.
    pub(crate) statuses_count: String,
    /// The day of the last of them.
    pub(crate) last_status_at: Option<String>,
}

impl FeaturedTag {
    /// The entity of a featured hashtag.
    pub(crate) fn of(origin: &Origin, tag: &model::FeaturedTag) -> Self {
        Self {
            id: tag.id.to_string(),
            name: tag.tag.clone(),
            url: tag_url(origin, &tag.tag),
            statuses_count: tag.posts.to_string(),
            last_status_at: tag.last_posted_at.map(|at| at.format("%Y-%m-%d").to_string()),
        }
    }
}

/// Somebody whom one could follow.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Suggestion {
    /// Why, in one word of old versions of the API: `global` or `past_interactions`.
    pub(crate) source: &'static str,
    /// Why: `most_interactions` for colleagues of this node, `friends_of_friends`.
    pub(crate) sources: Vec<&'static str>,
    /// Who.
    pub(crate) account: Account,
}

/// Use of a hashtag on one day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct TagDay {
    /// Midnight UTC, seconds since 1970, as text.
    pub(crate) day: String,
    /// Posts, as text.
    pub(crate) uses: String,
    /// People, as text.
    pub(crate) accounts: String,
}

impl Tag {
    /// A hashtag with its use per day: (posts, people), today first.
    pub(crate) fn new(origin: &Origin, name: &str, now: model::Time, use_per_day: &[(i64, i64)]) -> Self {
        let today = now.timestamp() - now.timestamp().rem_euclid(86_400);
        let history = (0_i64..7)
            .zip(use_per_day.iter().copied().chain(std::iter::repeat((0, 0))))
            .map(|(back, (uses, accounts))| TagDay {
                day: (today - back * 86_400).to_string(),
                uses: uses.to_string(),
                accounts: accounts.to_string(),
            })
            .collect();
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            url: tag_url(origin, name),
            history,
            following: false,
            featuring: false,
        }
    }
}

/// What a search found.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct Search {
    /// People.
    pub(crate) accounts: Vec<Account>,
    /// Posts.
    pub(crate) statuses: Vec<Status>,
    /// Hashtags.
    pub(crate) hashtags: Vec<Tag>,
}

/// How far a timeline was read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Marker {
    /// Last id read.
    pub(crate) last_read_id: String,
    /// Raised by each change.
    pub(crate) version: i32,
    /// When.
    pub(crate) updated_at: String,
}

impl Marker {
    /// The entity of a marker.
    pub(crate) fn of(marker: &notifications::Marker) -> Self {
        Self {
            last_read_id: marker.last_read_id.to_string(),
            version: marker.version,
            updated_at: stamp(marker.updated_at),
        }
    }
}

/// Preferences as other clients should follow them.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Preferences {
    /// Visibility a new post starts with.
    #[serde(rename = "posting:default:visibility")]
    pub(crate) visibility: String,
    /// Media start hidden.
    #[serde(rename = "posting:default:sensitive")]
    pub(crate) sensitive: bool,
    /// Language a new post starts with.
    #[serde(rename = "posting:default:language")]
    pub(crate) language: Option<String>,
    /// Who may quote a new post.
    #[serde(rename = "posting:default:quote_policy")]
    pub(crate) quote_policy: &'static str,
    /// How media are shown.
    #[serde(rename = "reading:expand:media")]
    pub(crate) expand_media: &'static str,
    /// Whether content warnings start open.
    #[serde(rename = "reading:expand:spoilers")]
    pub(crate) expand_spoilers: bool,
    /// Whether moving pictures start by themselves.
    #[serde(rename = "reading:autoplay:gifs")]
    pub(crate) autoplay_gifs: bool,
}

impl Preferences {
    /// The preferences of a member.
    pub(crate) fn of(member: &Member) -> Self {
        Self {
            visibility: member.default_visibility.as_str().to_owned(),
            sensitive: member.default_sensitive,
            language: member.default_language.clone(),
            quote_policy: member.default_quote_choice.as_str(),
            expand_media: "default",
            expand_spoilers: false,
            autoplay_gifs: false,
        }
    }
}

/// Followers of an account that the signed-in person follows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct FamiliarFollowers {
    /// The account.
    pub(crate) id: String,
    /// Its followers whom the signed-in person follows.
    pub(crate) accounts: Vec<Account>,
}

/// The own profile as it is edited (Mastodon 4.6).
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(crate) struct Profile {
    /// Local id.
    pub(crate) id: String,
    /// Name shown.
    pub(crate) display_name: String,
    /// Biography as typed.
    pub(crate) note: String,
    /// Table as typed.
    pub(crate) fields: Vec<Field>,
    /// Picture; null if none was set.
    pub(crate) avatar: Option<String>,
    /// Picture that does not move.
    pub(crate) avatar_static: Option<String>,
    /// Description of the picture.
    pub(crate) avatar_description: String,
    /// Header picture; null if none was set.
    pub(crate) header: Option<String>,
    /// Header picture that does not move.
    pub(crate) header_static: Option<String>,
    /// Description of the header picture.
    pub(crate) header_description: String,
    /// Follow requests wait for approval.
    pub(crate) locked: bool,
    /// An automated account.
    pub(crate) bot: bool,
    /// Whether follows are hidden from others.
    pub(crate) hide_collections: bool,
    /// Listed in the directory.
    pub(crate) discoverable: bool,
    /// Public posts may be found by search.
    pub(crate) indexable: bool,
    /// The profile has a tab of media.
    pub(crate) show_media: bool,
    /// …with those of replies.
    pub(crate) show_media_replies: bool,
    /// The profile has a tab of featured things.
    pub(crate) show_featured: bool,
    /// Sites that may name the person as author: none.
    pub(crate) attribution_domains: Vec<String>,
    /// Featured hashtags.
    pub(crate) featured_tags: Vec<Tag>,
}
