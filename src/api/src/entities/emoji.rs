//! `CustomEmoji`, and the emoji that posts are answered with.

use entrenous_domain::custom_emoji::{self, Emojis, Urls};
use entrenous_domain::posts::{PostView, ShownReaction};
use entrenous_domain::{Ctx, Result};
use entrenous_model::{Emoji, PeerId};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// A custom emoji.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct CustomEmoji {
    /// Name between the colons.
    pub(crate) shortcode: String,
    /// Picture.
    pub(crate) url: String,
    /// Picture that does not move.
    pub(crate) static_url: String,
    /// Offered in pickers.
    pub(crate) visible_in_picker: bool,
    /// Heading in pickers; null without one.
    pub(crate) category: Option<String>,
}

impl CustomEmoji {
    /// The entity of an emoji.
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn of(ctx: &Ctx, emoji: &Emoji) -> Result<Self> {
        let urls = custom_emoji::urls(ctx, emoji)?;
        Ok(Self {
            shortcode: emoji.shortcode.clone(),
            url: urls.moving,
            static_url: urls.still,
            visible_in_picker: emoji.visible_in_picker,
            category: Some(emoji.category.clone()).filter(|category| !category.is_empty()),
        })
    }

    /// Those used in texts that people of a node wrote (`None`: of this one).
    ///
    /// # Errors
    /// The vault's.
    pub(crate) fn used<'a>(
        ctx: &Ctx,
        emojis: &Emojis,
        peer: Option<PeerId>,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>> {
        emojis
            .used(peer, texts)
            .iter()
            .map(|emoji| Self::of(ctx, emoji))
            .collect()
    }
}

/// An emoji that a post was answered with.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct EmojiReaction {
    /// The emoji, the shortcode of a custom one of this node, or `shortcode@authority` of a peer's.
    pub(crate) name: String,
    /// How many people.
    pub(crate) count: i64,
    /// The viewer is among them.
    pub(crate) me: bool,
    /// Picture of a custom emoji; null for others, and for one that is gone.
    pub(crate) url: Option<String>,
    /// The same, not moving.
    pub(crate) static_url: Option<String>,
    /// Some of the people, at most twenty.
    pub(crate) account_ids: Vec<String>,
}

/// What Pleroma's clients look for in a post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StatusPleroma {
    /// Emoji that it was answered with.
    pub(crate) emoji_reactions: Vec<EmojiReaction>,
}

/// Where the pictures of reactions are, by the names of these.
pub(crate) type ReactionUrls = HashMap<String, Urls>;

impl EmojiReaction {
    /// The entity of a reaction.
    pub(crate) fn of(one: ShownReaction, urls: &ReactionUrls) -> Self {
        let picture = urls.get(&one.name);
        Self {
            url: picture.map(|urls| urls.moving.clone()),
            static_url: picture.map(|urls| urls.still.clone()),
            name: one.name,
            count: one.count,
            me: one.me,
            account_ids: one.people.iter().map(ToString::to_string).collect(),
        }
    }

    /// All of a post as its viewer sees it.
    pub(super) fn all(view: &PostView, urls: &ReactionUrls) -> Vec<Self> {
        view.shown_reactions()
            .into_iter()
            .map(|one| Self::of(one, urls))
            .collect()
    }
}

/// The pictures of the custom emoji among these names.
///
/// # Errors
/// The store's and the vault's.
pub(crate) async fn reaction_urls(ctx: &Ctx, names: &[&str]) -> Result<ReactionUrls> {
    let mut urls = ReactionUrls::new();
    for name in names.iter().copied() {
        // Unicode emoji have no letter; custom ones have nothing else.
        if !name.is_ascii() || urls.contains_key(name) {
            continue;
        }
        if let Some(emoji) = custom_emoji::named(ctx, name).await? {
            urls.insert(name.to_owned(), custom_emoji::urls(ctx, &emoji)?);
        }
    }
    Ok(urls)
}

/// The names of the reactions to these posts, and to those that are quoted in them.
pub(super) fn reaction_names(views: &[PostView]) -> Vec<&str> {
    views
        .iter()
        .flat_map(|view| {
            let proper = view.boosted.as_deref().unwrap_or(view);
            let quoted = proper.quote.as_deref().and_then(|quote| quote.post.as_ref());
            std::iter::once(proper).chain(quoted)
        })
        .flat_map(|view| &view.body.reactions)
        .map(|one| one.name.as_str())
        .collect()
}
