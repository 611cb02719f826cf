//! `Status` and what is read of one.

use super::account::Account;
use super::emoji::{CustomEmoji, EmojiReaction, ReactionUrls, StatusPleroma};
use super::filter::FilterResult;
use super::group::Group;
use super::poll::{EarlierPoll, Poll};
use super::{Faces, MediaAttachment, stamp};
use entrenous_domain::custom_emoji::Emojis;
use entrenous_domain::posts::{Body, Mention as Mentioned, PostView, Version};
use entrenous_domain::{Ctx, Result};
use entrenous_model::{AccountId, Origin};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A post or boost, for one viewer: JSON text, put together from what is the same for everyone and what is the
/// viewer's own (see `fragments`).
#[derive(Debug, Clone)]
pub(crate) struct Status(String);

impl Status {
    /// The JSON.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes JSON that the fragments have put together.
    pub(super) const fn of(json: String) -> Self {
        Self(json)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl JsonSchema for Status {
    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Shared::json_schema(generator).to_value();
        let mine = Mine::json_schema(generator).to_value();
        let account = generator.subschema_for::<Account>();
        let reblog = generator.subschema_for::<Option<Box<Self>>>();
        let quote = generator.subschema_for::<Option<AnyQuote>>();
        let group = generator.subschema_for::<Option<Group>>();
        for part in ["properties", "required"] {
            match (schema.get_mut(part), mine.get(part)) {
                (Some(Value::Object(all)), Some(Value::Object(more))) => all.extend(more.clone()),
                (Some(Value::Array(all)), Some(Value::Array(more))) => all.extend(more.iter().cloned()),
                _ => {}
            }
        }
        if let Some(Value::Object(all)) = schema.get_mut("properties") {
            all.insert("account".to_owned(), described(account, "Author, or booster."));
            all.insert("reblog".to_owned(), described(reblog, "The boosted post."));
            all.insert("quote".to_owned(), described(quote, "What it quotes."));
            all.insert(
                "group".to_owned(),
                described(group, "The group it stands in, for whose members it is."),
            );
            let text = generator.subschema_for::<String>();
            let about = "Text as typed; only in the answer to a deletion, for \"delete and redraft\".";
            all.insert("text".to_owned(), described(text, about));
        }
        if let Some(Value::Array(all)) = schema.get_mut("required") {
            all.extend(["account", "reblog", "quote", "group"].map(Value::from));
        }
        if let Some(all) = schema.as_object_mut() {
            all.insert(
                "description".to_owned(),
                Value::from("A post or boost, for one viewer."),
            );
        }
        Schema::try_from(schema).unwrap_or_default()
    }
}

fn described(mut schema: Schema, text: &str) -> Value {
    schema.insert("description".to_owned(), Value::from(text));
    schema.to_value()
}

/// What of a post is the same for everyone who may see it, without its people.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Shared<'a> {
    /// Local id.
    id: String,
    /// ActivityPub id.
    uri: &'a str,
    /// Page for humans.
    url: &'a str,
    /// When it was written.
    created_at: String,
    /// When it was last edited.
    edited_at: Option<String>,
    /// HTML; empty for a boost.
    content: &'a str,
    /// `public` (the network of this node, never the world), `unlisted`, `private` (also what stands in a group) or `direct`.
    visibility: &'a str,
    /// Media start hidden.
    sensitive: bool,
    /// Content warning.
    spoiler_text: &'a str,
    /// Files.
    media_attachments: Vec<MediaAttachment>,
    /// The client it was written with, if known.
    application: Option<Application>,
    /// People mentioned.
    mentions: Vec<Mention>,
    /// Hashtags.
    tags: Vec<StatusTag>,
    /// Custom emoji.
    emojis: Vec<CustomEmoji>,
    /// Boosts known here.
    reblogs_count: i64,
    /// Favourites known here.
    favourites_count: i64,
    /// Replies known here.
    replies_count: i64,
    /// Quotes known here that its author lets.
    quotes_count: i64,
    /// The post this one answers.
    in_reply_to_id: Option<String>,
    /// The author of the post this one answers.
    in_reply_to_account_id: Option<String>,
    /// Preview of a link; always null: no strange server is contacted for one.
    card: Option<Value>,
    /// BCP 47.
    language: Option<&'a str>,
}

/// What of a post is the viewer's own.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(super) struct Mine<'a> {
    /// The viewer favourited it.
    favourited: bool,
    /// The viewer boosted it.
    reblogged: bool,
    /// The viewer muted the conversation.
    muted: bool,
    /// The viewer bookmarked it.
    bookmarked: bool,
    /// Pinned by the viewer, who is its author; absent for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<bool>,
    /// Who may quote it.
    quote_approval: QuoteApproval,
    /// Its poll. What time does to it is in no piece that is kept.
    poll: Option<Poll>,
    /// Emoji that it was answered with, as glitch-soc has them.
    reactions: Vec<EmojiReaction>,
    /// What Pleroma's clients look for.
    pleroma: StatusPleroma,
    /// Filters of the viewer's that match it, wherever they apply.
    filtered: &'a [FilterResult],
}

impl<'a> Shared<'a> {
    /// Of a post, and of the post it boosts if it is a boost.
    ///
    /// # Errors
    /// The vault's.
    pub(super) fn of(ctx: &Ctx, emojis: &Emojis, body: &'a Body, boosted: Option<&'a Body>) -> Result<Self> {
        let (post, origin) = (&body.post, ctx.origin());
        // A boost shows the counters of what it boosts: clients act on the outer one.
        let counted = boosted.map_or(post, |inner| &inner.post);
        let titles = body.poll.iter().flat_map(|poll| &poll.options);
        let texts = [post.content.as_str(), counted.spoiler.as_str()];
        let texts = texts
            .into_iter()
            .chain(titles.map(|option| option.title.as_str()));
        Ok(Self {
            id: post.id.to_string(),
            uri: &post.uri,
            url: &post.url,
            created_at: stamp(post.created_at),
            edited_at: post.edited_at.map(stamp),
            content: &post.content,
            visibility: post.visibility.as_read(),
            sensitive: counted.sensitive,
            spoiler_text: &counted.spoiler,
            media_attachments: MediaAttachment::all(ctx, &body.files)?,
            application: None,
            mentions: body.mentions.iter().map(Mention::of).collect(),
            tags: body
                .tags
                .iter()
                .map(|tag| StatusTag {
                    name: tag.clone(),
                    url: tag_url(origin, tag),
                })
                .collect(),
            emojis: CustomEmoji::used(ctx, emojis, counted.peer, texts)?,
            reblogs_count: counted.boosts_count,
            favourites_count: counted.favourites_count,
            replies_count: counted.replies_count,
            quotes_count: counted.quotes_count,
            in_reply_to_id: post.in_reply_to.map(|id| id.to_string()),
            in_reply_to_account_id: post.in_reply_to_account.map(|id| id.to_string()),
            card: None,
            language: counted.language.as_deref(),
        })
    }
}

impl<'a> Mine<'a> {
    /// Whether one's own post is pinned.
    pub(super) fn pinned(viewer: AccountId, view: &PostView) -> Option<bool> {
        let own = view.post.account == viewer && view.post.boost_of.is_none();
        own.then_some(view.post.pinned_at.is_some())
    }

    /// Of a viewer.
    ///
    /// # Errors
    /// The vault's.
    pub(super) fn of(
        ctx: &Ctx,
        (emojis, urls): (&Emojis, &ReactionUrls),
        viewer: AccountId,
        view: &PostView,
        filtered: &'a [FilterResult],
    ) -> Result<Self> {
        let flags = view.flags;
        let reactions = EmojiReaction::all(view, urls);
        Ok(Self {
            favourited: flags.favourited,
            reblogged: flags.boosted,
            muted: flags.muted,
            bookmarked: flags.bookmarked,
            pinned: Self::pinned(viewer, view),
            quote_approval: QuoteApproval::of(view),
            poll: Poll::of(ctx, emojis, viewer, view)?,
            pleroma: StatusPleroma {
                emoji_reactions: reactions.clone(),
            },
            reactions,
            filtered,
        })
    }
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

/// Who may quote a post. Its author always may.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct QuoteApproval {
    /// Whose quotes are let at once: `public`, `followers`; `unsupported_policy` for others.
    pub(crate) automatic: &'static [&'static str],
    /// Whose quotes the author looks at first, in the same words. Only of posts of other software.
    pub(crate) manual: &'static [&'static str],
    /// The viewer: `automatic`, `manual`, `denied` or `unknown`.
    pub(crate) current_user: &'static str,
}

impl QuoteApproval {
    fn of(view: &PostView) -> Self {
        let policy = view.boosted.as_deref().unwrap_or(view).post.quote_policy;
        Self {
            automatic: policy.automatic.words(),
            manual: policy.manual.words(),
            current_user: view.flags.quote.as_str(),
        }
    }
}

/// What a post quotes. Put together by hand, like the post itself: this is its shape.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum AnyQuote {
    /// Of a post itself.
    Quote(Quote),
    /// Of a quoted post.
    Shallow(ShallowQuote),
}

/// What a post quotes.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Quote {
    /// `pending`, `accepted`, `rejected`, `revoked`, `deleted`, `unauthorized` (I may not see the quoted post),
    /// `blocked_account`, `blocked_domain` (I hide its author's node), `muted_account`.
    state: String,
    /// The quoted post; null unless it is accepted, or I block or mute its author, or hide their node.
    quoted_status: Option<Box<Status>>,
}

/// What a quoted post quotes in turn.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct ShallowQuote {
    /// As in `Quote`.
    state: String,
    /// The id of the quoted post; null as in `Quote`.
    quoted_status_id: Option<String>,
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
    /// Its poll.
    pub(crate) poll: Option<EarlierPoll>,
    /// Files.
    pub(crate) media_attachments: Vec<MediaAttachment>,
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
pub(crate) fn tag_url(origin: &Origin, tag: &str) -> String {
    format!(
        "{}/tags/{}",
        origin.as_str(),
        utf8_percent_encode(tag, NON_ALPHANUMERIC)
    )
}

impl Faces {
    /// The versions of a post.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn edits(
        &self,
        ctx: &Ctx,
        emojis: &Emojis,
        view: &PostView,
        versions: Vec<Version>,
    ) -> Result<Vec<StatusEdit>> {
        let account = self.account(&view.account);
        versions
            .into_iter()
            .map(|version| {
                let titles = version.poll.iter().flatten().map(String::as_str);
                let texts = [version.content.as_str(), version.spoiler.as_str()];
                let texts = texts.into_iter().chain(titles);
                Ok(StatusEdit {
                    emojis: CustomEmoji::used(ctx, emojis, view.post.peer, texts)?,
                    content: version.content,
                    spoiler_text: version.spoiler,
                    sensitive: version.sensitive,
                    created_at: stamp(version.at),
                    account: account.clone(),
                    poll: version.poll.map(EarlierPoll::of),
                    media_attachments: MediaAttachment::all(ctx, &version.files)?,
                })
            })
            .collect()
    }
}
