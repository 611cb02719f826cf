//! Mentions, hashtags, custom emoji.

use super::{Id, Unreadable, bounds, field};
use entrenous_model::Time;
use entrenous_model::emoji::is_shortcode;
use serde_json::Value;

/// A mention of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// ActivityPub id of whom.
    pub id: Id,
    /// As written, such as `@name@peer`; may be empty.
    pub name: String,
}

/// A custom emoji. Nothing in it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmojiTag {
    /// Name without colons; two to 64 of `[a-zA-Z0-9_]`.
    pub shortcode: String,
    /// Its id, if it says one.
    pub id: Option<Id>,
    /// Its picture.
    pub url: Option<String>,
    /// When it was changed.
    pub updated: Option<Time>,
}

impl EmojiTag {
    fn read(tag: &Value) -> Option<Self> {
        let name = field::text(tag, "name")?.trim();
        let name = name
            .strip_prefix(':')
            .and_then(|name| name.strip_suffix(':'))
            .unwrap_or(name);
        is_shortcode(name).then(|| Self {
            shortcode: name.to_owned(),
            id: Id::member(tag, "id"),
            url: tag.get("icon").and_then(field::link),
            updated: field::time(tag, "updated"),
        })
    }

    /// Those of `tag`, each shortcode once, the first 64.
    pub(super) fn all(value: &Value) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let tags = field::many(value, "tag").iter();
        for tag in tags.filter(|tag| field::kind(tag) == Some("Emoji")) {
            if found.len() >= bounds::EMOJIS {
                break;
            }
            if let Some(emoji) = Self::read(tag)
                && !found.iter().any(|known| known.shortcode == emoji.shortcode)
            {
                found.push(emoji);
            }
        }
        found
    }
}

/// The tags of an object that we know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// People mentioned, each once.
    pub mentions: Vec<Mention>,
    /// Hashtags without `#`, as written, each once.
    pub hashtags: Vec<String>,
    /// Custom emoji, each once, at most 64.
    pub emojis: Vec<EmojiTag>,
}

impl Tags {
    /// Reads `tag`. Unknown kinds and unreadable entries are left out.
    ///
    /// # Errors
    /// [`Unreadable::TooMany`] beyond 200 mentions or 200 hashtags.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let mut tags = Self {
            emojis: EmojiTag::all(value),
            ..Self::default()
        };
        let (mut mentions, mut hashtags) = (0_usize, 0_usize);
        for tag in field::many(value, "tag") {
            match field::kind(tag) {
                Some("Mention") => {
                    mentions += 1;
                    tags.add_mention(tag);
                }
                Some("Hashtag") => {
                    hashtags += 1;
                    tags.add_hashtag(tag);
                }
                _ => {}
            }
            if mentions > bounds::TAGS || hashtags > bounds::TAGS {
                return Err(Unreadable::TooMany);
            }
        }
        Ok(tags)
    }

    fn add_mention(&mut self, tag: &Value) {
        let Some(id) = tag
            .get("href")
            .and_then(Value::as_str)
            .and_then(|href| Id::parse(href).ok())
        else {
            return;
        };
        if self.mentions.iter().any(|known| known.id == id) {
            return;
        }
        let name = bounds::line(field::text(tag, "name").unwrap_or_default(), 2 * bounds::NAME);
        self.mentions.push(Mention { id, name });
    }

    fn add_hashtag(&mut self, tag: &Value) {
        let name = field::text(tag, "name")
            .unwrap_or_default()
            .trim_start_matches('#')
            .trim();
        let fits = !name.is_empty()
            && name.chars().count() <= bounds::HASHTAG
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '·'));
        if fits && !self.hashtags.iter().any(|known| known == name) {
            self.hashtags.push(name.to_owned());
        }
    }
}
