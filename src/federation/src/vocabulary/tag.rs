//! Mentions and hashtags.

use super::{Id, Unreadable, bounds, field};
use serde_json::Value;

/// A mention of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// ActivityPub id of whom.
    pub id: Id,
    /// As written, such as `@name@peer`; may be empty.
    pub name: String,
}

/// The tags of an object that we know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// People mentioned, each once.
    pub mentions: Vec<Mention>,
    /// Hashtags without `#`, as written, each once.
    pub hashtags: Vec<String>,
}

impl Tags {
    /// Reads `tag`. Unknown kinds (custom emoji among them) and unreadable entries are left out.
    ///
    /// # Errors
    /// [`Unreadable::TooMany`] beyond 200 mentions or 200 hashtags.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let mut tags = Self::default();
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
