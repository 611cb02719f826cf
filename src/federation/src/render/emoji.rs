//! Custom emoji, as they are named to peers.

use super::{Reader, time};
use crate::Federation;
use activitypub_federation::kinds::object::ImageType;
use entrenous_domain::custom_emoji;
use entrenous_domain::{Result, peers};
use entrenous_model::{Emoji, Software};
use serde_json::{Value, json};

impl Federation {
    /// The id of an emoji of this node.
    #[must_use]
    pub fn emoji_id(&self, shortcode: &str) -> String {
        self.ctx().origin().join(&format!("/emojis/{shortcode}"))
    }

    /// The tags of this node's emoji in texts. Whoever calls it has asked for all emoji a moment ago.
    pub(super) fn emoji_tags<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
        reader: Reader,
    ) -> Vec<Value> {
        custom_emoji::last_known(self.ctx())
            .used(None, texts)
            .iter()
            .filter_map(|emoji| self.own_emoji(emoji, reader.software))
            .collect()
    }

    /// An emoji of this node. A native peer fetches its picture with a signature, other software by a capability: valid
    /// this week and the next.
    pub(crate) fn own_emoji(&self, emoji: &Emoji, software: Software) -> Option<Value> {
        let id = self.emoji_id(&emoji.shortcode);
        let url = match software {
            Software::Native => format!("{id}/picture"),
            Software::Other => self.emoji_capability(emoji)?,
        };
        Some(document(emoji, &id, &url))
    }

    /// The emoji of a reaction: one of ours, or a peer's, under its own id with a picture that we have.
    pub(super) async fn reaction_tag(&self, name: &str, reader: Reader) -> Result<Option<Value>> {
        let Some(emoji) = custom_emoji::named(self.ctx(), name).await? else {
            return Ok(None);
        };
        let Some(peer) = emoji.peer else {
            return Ok(self.own_emoji(&emoji, reader.software));
        };
        let Some(peer) = peers::get(self.ctx(), peer).await? else {
            return Ok(None);
        };
        let made = || peer.origin.join(&format!("/emojis/{}", emoji.shortcode));
        let id = emoji.uri.clone().unwrap_or_else(made);
        let url = self.emoji_capability(&emoji);
        Ok(url.map(|url| document(&emoji, &id, &url)))
    }

    fn emoji_capability(&self, emoji: &Emoji) -> Option<String> {
        match custom_emoji::path_for_peers(self.ctx(), emoji) {
            Ok(path) => Some(self.ctx().origin().join(&path)),
            Err(error) => {
                tracing::error!(%error, "an emoji cannot be named to a peer");
                None
            }
        }
    }
}

fn document(emoji: &Emoji, id: &str, url: &str) -> Value {
    json!({
        "id": id,
        "type": "Emoji",
        "name": format!(":{}:", emoji.shortcode),
        "updated": time(emoji.updated_at),
        "icon": {"type": ImageType::default(), "mediaType": emoji.picture.content_type, "url": url},
    })
}
