//! Posts as notes.

use super::{Addressed, Reader, question, quote, time};
use crate::Federation;
use activitypub_federation::kinds::link::MentionType;
use activitypub_federation::kinds::object::NoteType;
use chrono::Datelike as _;
use entrenous_domain::posts::PostView;
use entrenous_model::Software;
use serde_json::{Map, Value, json};

impl Federation {
    /// The note, or question, of a post of this node, without `@context`. The reader decides how the audience is
    /// written, and which files it has.
    #[must_use]
    pub fn note(&self, view: &PostView, reader: Reader) -> Value {
        let (post, author) = (&view.post, &view.account);
        let origin = self.ctx().origin();
        let addressed = self.addressed(view, reader.software);
        let mut note = Map::new();
        let mut put = |name: &str, value: Value| {
            note.insert(name.to_owned(), value);
        };
        put("id", json!(post.uri));
        put("type", json!(NoteType::default()));
        put("attributedTo", json!(author.uri));
        let content = quote::content(post);
        if let Some(language) = &post.language {
            put("contentMap", json!({language: content}));
        }
        put("content", json!(content));
        if !post.spoiler.is_empty() {
            put("summary", json!(post.spoiler));
        }
        put("sensitive", json!(post.sensitive));
        put("inReplyTo", json!(post.in_reply_to_uri));
        put("published", json!(time(post.created_at)));
        if let Some(edited) = post.edited_at {
            put("updated", json!(time(edited)));
        }
        put("url", json!(post.url));
        put("to", json!(addressed.to));
        put("cc", json!(addressed.cc));
        let conversation = post.conversation;
        put(
            "conversation",
            json!(format!(
                "tag:{},{}:conversation:{conversation}",
                origin.authority(),
                post.created_at.year()
            )),
        );
        put("replies", json!(format!("{}/replies", post.uri)));
        put("tag", self.tags(view, reader));
        put("interactionPolicy", self.can_quote(view, reader.software));
        let files = self.attachments(view, reader);
        if !files.is_empty() {
            put("attachment", Value::Array(files));
        }
        quote::put(&mut note, post);
        if let Some(poll) = &view.poll {
            question::put(&mut note, poll, self.ctx().now());
        }
        Value::Object(note)
    }

    /// To whom a post or boost of this node is addressed.
    #[must_use]
    pub(crate) fn addressed(&self, view: &PostView, software: Software) -> Addressed {
        let people: Vec<String> = view.mentions.iter().map(|mention| mention.uri.clone()).collect();
        Addressed::of(
            view.post.visibility,
            self.ctx().origin(),
            &view.account.followers_uri,
            &people,
            software,
        )
    }

    fn tags(&self, view: &PostView, reader: Reader) -> Value {
        let origin = self.ctx().origin();
        let mentions = view.mentions.iter().map(|mention| {
            let name = if mention.acct.contains('@') {
                format!("@{}", mention.acct)
            } else {
                format!("@{}@{}", mention.acct, origin.authority())
            };
            json!({"type": MentionType::default(), "href": mention.uri, "name": name})
        });
        let hashtags = view.tags.iter().map(|tag| {
            json!({"type": "Hashtag", "href": origin.join(&format!("/tags/{}", path_segment(tag))), "name": format!("#{tag}")})
        });
        let options = view.poll.iter().flat_map(|poll| &poll.options);
        let texts = [view.post.content.as_str(), view.post.spoiler.as_str()];
        let texts = texts
            .into_iter()
            .chain(options.map(|option| option.title.as_str()));
        let emojis = self.emoji_tags(texts, reader);
        Value::Array(mentions.chain(hashtags).chain(emojis).collect())
    }
}

/// A text as one segment of a path.
fn path_segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
