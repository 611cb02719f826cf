//! `Status` and what is read of one.

use super::account::{Account, CustomEmoji};
use super::{Faces, stamp};
use entrenous_domain::posts::{Mention as Mentioned, PostView, Version};
use entrenous_model::{AccountId, Origin};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;

/// A post or boost, for one viewer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(crate) struct Status {
    /// Local id.
    pub(crate) id: String,
    /// ActivityPub id.
    pub(crate) uri: String,
    /// Page for humans.
    pub(crate) url: String,
    /// When it was written.
    pub(crate) created_at: String,
    /// When it was last edited.
    pub(crate) edited_at: Option<String>,
    /// Author, or booster.
    pub(crate) account: Account,
    /// HTML; empty for a boost.
    pub(crate) content: String,
    /// Text as typed; only in the answer to a deletion, for "delete and redraft".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// `public` (the network of this node, never the world), `unlisted`, `private` or `direct`.
    pub(crate) visibility: String,
    /// Media start hidden.
    pub(crate) sensitive: bool,
    /// Content warning.
    pub(crate) spoiler_text: String,
    /// Files.
    pub(crate) media_attachments: Vec<serde_json::Value>,
    /// The client it was written with, if known.
    pub(crate) application: Option<Application>,
    /// People mentioned.
    pub(crate) mentions: Vec<Mention>,
    /// Hashtags.
    pub(crate) tags: Vec<StatusTag>,
    /// Custom emoji.
    pub(crate) emojis: Vec<CustomEmoji>,
    /// Boosts known here.
    pub(crate) reblogs_count: i64,
    /// Favourites known here.
    pub(crate) favourites_count: i64,
    /// Replies known here.
    pub(crate) replies_count: i64,
    /// Quotes; there are none.
    pub(crate) quotes_count: i64,
    /// The post this one answers.
    pub(crate) in_reply_to_id: Option<String>,
    /// The author of the post this one answers.
    pub(crate) in_reply_to_account_id: Option<String>,
    /// The boosted post.
    pub(crate) reblog: Option<Box<Status>>,
    /// Poll; always null so far.
    pub(crate) poll: Option<serde_json::Value>,
    /// Preview of a link; always null: no strange server is contacted for one.
    pub(crate) card: Option<serde_json::Value>,
    /// Quoted post; always null.
    pub(crate) quote: Option<serde_json::Value>,
    /// Who may quote it: nobody.
    pub(crate) quote_approval: QuoteApproval,
    /// BCP 47.
    pub(crate) language: Option<String>,
    /// The viewer favourited it.
    pub(crate) favourited: bool,
    /// The viewer boosted it.
    pub(crate) reblogged: bool,
    /// The viewer muted the conversation.
    pub(crate) muted: bool,
    /// The viewer bookmarked it.
    pub(crate) bookmarked: bool,
    /// Pinned by the viewer, who is its author; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pinned: Option<bool>,
    /// Filters that matched; none.
    pub(crate) filtered: Vec<serde_json::Value>,
}

/// A client.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Application {
    /// Its name.
    pub(crate) name: String,
    /// Its page.
    pub(crate) website: Option<String>,
}

/// A person mentioned in a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Mention {
    /// Local id of the account.
    pub(crate) id: String,
    /// Name before the `@`.
    pub(crate) username: String,
    /// Page for humans.
    pub(crate) url: String,
    /// Handle.
    pub(crate) acct: String,
}

/// A hashtag in a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StatusTag {
    /// Without `#`.
    pub(crate) name: String,
    /// Page for humans.
    pub(crate) url: String,
}

/// Who may quote a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct QuoteApproval {
    /// Without asking: nobody.
    pub(crate) automatic: Vec<String>,
    /// On request: nobody.
    pub(crate) manual: Vec<String>,
    /// The viewer: `denied`.
    pub(crate) current_user: &'static str,
}

/// What comes before and after a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Context {
    /// Oldest first.
    pub(crate) ancestors: Vec<Status>,
    /// Thread order.
    pub(crate) descendants: Vec<Status>,
}

/// The text of a post as typed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StatusSource {
    /// Local id of the post.
    pub(crate) id: String,
    /// Text as typed.
    pub(crate) text: String,
    /// Content warning.
    pub(crate) spoiler_text: String,
}

/// One version of a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StatusEdit {
    /// HTML.
    pub(crate) content: String,
    /// Content warning.
    pub(crate) spoiler_text: String,
    /// Media start hidden.
    pub(crate) sensitive: bool,
    /// When it was written.
    pub(crate) created_at: String,
    /// Author.
    pub(crate) account: Account,
    /// Poll; always null so far.
    pub(crate) poll: Option<serde_json::Value>,
    /// Files.
    pub(crate) media_attachments: Vec<serde_json::Value>,
    /// Custom emoji.
    pub(crate) emojis: Vec<CustomEmoji>,
}

impl Mention {
    fn of(mention: &Mentioned) -> Self {
        Self {
            id: mention.account.to_string(),
            username: mention.username.clone(),
            url: mention.url.clone(),
            acct: mention.acct.clone(),
        }
    }
}

/// The page of a hashtag on this node.
pub(super) fn tag_url(origin: &Origin, tag: &str) -> String {
    format!(
        "{}/tags/{}",
        origin.as_str(),
        utf8_percent_encode(tag, NON_ALPHANUMERIC)
    )
}

impl Faces {
    /// A post for one viewer.
    pub(crate) fn status(&self, viewer: AccountId, view: &PostView) -> Status {
        let post = view.post.as_ref();
        let boosted = view.boosted.as_deref();
        // A boost shows the counters and flags of what it boosts: clients act on the outer one.
        let counted = boosted.map_or(post, |inner| inner.post.as_ref());
        let flags = boosted.map_or(view.flags, |inner| inner.flags);
        Status {
            id: post.id.to_string(),
            uri: post.uri.clone(),
            url: post.url.clone(),
            created_at: stamp(post.created_at),
            edited_at: post.edited_at.map(stamp),
            account: self.account(&view.account),
            content: post.content.clone(),
            text: None,
            visibility: post.visibility.as_str().to_owned(),
            sensitive: counted.sensitive,
            spoiler_text: counted.spoiler.clone(),
            media_attachments: Vec::new(),
            application: None,
            mentions: view.mentions.iter().map(Mention::of).collect(),
            tags: view
                .tags
                .iter()
                .map(|tag| StatusTag {
                    name: tag.clone(),
                    url: tag_url(self.origin(), tag),
                })
                .collect(),
            emojis: Vec::new(),
            reblogs_count: counted.boosts_count,
            favourites_count: counted.favourites_count,
            replies_count: counted.replies_count,
            quotes_count: 0,
            in_reply_to_id: post.in_reply_to.map(|id| id.to_string()),
            in_reply_to_account_id: post.in_reply_to_account.map(|id| id.to_string()),
            reblog: boosted.map(|inner| Box::new(self.status(viewer, inner))),
            poll: None,
            card: None,
            quote: None,
            quote_approval: QuoteApproval {
                automatic: Vec::new(),
                manual: Vec::new(),
                current_user: "denied",
            },
            language: counted.language.clone(),
            favourited: flags.favourited,
            reblogged: flags.boosted,
            muted: flags.muted,
            bookmarked: flags.bookmarked,
            pinned: (post.account == viewer && post.boost_of.is_none()).then_some(false),
            filtered: Vec::new(),
        }
    }

    /// The versions of a post.
    pub(crate) fn edits(&self, view: &PostView, versions: Vec<Version>) -> Vec<StatusEdit> {
        let account = self.account(&view.account);
        versions
            .into_iter()
            .map(|version| StatusEdit {
                content: version.content,
                spoiler_text: version.spoiler,
                sensitive: version.sensitive,
                created_at: stamp(version.at),
                account: account.clone(),
                poll: None,
                media_attachments: Vec::new(),
                emojis: Vec::new(),
            })
            .collect()
    }
}
