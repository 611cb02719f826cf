//! Objects with text: notes and what is shown like one.

use super::{Attached, Audience, CanQuote, Id, Question, Tags, Unreadable, bounds, field, question, quote};
use entrenous_model::Time;
use serde_json::Value;
use std::fmt::Write as _;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// A short text.
    Note,
    /// A long text with a title.
    Article,
    /// A page or link with a title (Lemmy).
    Page,
    /// A poll.
    Question,
}

impl NoteKind {
    /// From the ActivityStreams type.
    #[must_use]
    pub fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "Note" => Self::Note,
            "Article" => Self::Article,
            "Page" => Self::Page,
            "Question" => Self::Question,
            _ => return None,
        })
    }
}

/// A text by one author.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: Id,
    /// What kind.
    pub kind: NoteKind,
    /// Who wrote it.
    pub attributed_to: Id,
    /// HTML as sent, **not sanitised**; plain text is escaped. See [`Note::html`] for what is shown.
    pub content: String,
    /// Title, plain text.
    pub name: Option<String>,
    /// Content warning, plain text; empty if none.
    pub summary: String,
    /// Media start hidden.
    pub sensitive: bool,
    /// BCP 47.
    pub language: Option<String>,
    /// What it answers.
    pub in_reply_to: Option<Id>,
    /// Page for people, on any origin; the id if there is none.
    pub url: String,
    /// To whom it is addressed.
    pub audience: Audience,
    /// Mentions and hashtags.
    pub tags: Tags,
    /// When it was written.
    pub published: Option<Time>,
    /// When it was last edited.
    pub updated: Option<Time>,
    /// Files and links that came with it.
    pub attachments: Vec<Attached>,
    /// The poll of a question.
    pub question: Option<Question>,
    /// What it quotes.
    pub quote: Option<Id>,
    /// The stamp with which the quoted author lets it, as the note says.
    pub quote_authorization: Option<Id>,
    /// Who may quote it.
    pub can_quote: CanQuote,
}

impl Note {
    /// Reads a note, article, page or question.
    ///
    /// # Errors
    /// [`Unreadable::UnknownType`] for another type, [`Unreadable::Id`] without id or author,
    /// [`Unreadable::TooMany`] beyond the bounds, [`Unreadable::Malformed`] for content over 200,000 characters.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let kind = field::kind(value)
            .and_then(NoteKind::parse)
            .ok_or(Unreadable::UnknownType)?;
        let id = Id::parse(value.get("id").and_then(Value::as_str).ok_or(Unreadable::Id)?)?;
        let attributed_to = author(value).ok_or(Unreadable::Id)?;
        let (content, language) = field::natural(value, "content");
        let content = content.unwrap_or_default();
        if content.chars().count() > bounds::CONTENT {
            return Err(Unreadable::Malformed("content"));
        }
        let plain = field::text(value, "mediaType").is_some_and(|kind| kind.starts_with("text/plain"));
        let content = if plain { paragraphs(&content) } else { content };
        let (summary, summary_language) = field::natural(value, "summary");
        let url = value
            .get("url")
            .and_then(field::link)
            .unwrap_or_else(|| id.as_str().to_owned());
        Ok(Self {
            kind,
            attributed_to,
            content,
            name: natural_line(value, "name"),
            summary: bounds::line(&summary.unwrap_or_default(), bounds::SUMMARY),
            sensitive: field::flag(value, "sensitive"),
            language: language.or(summary_language),
            in_reply_to: Id::member(value, "inReplyTo"),
            url,
            audience: Audience::read(value)?,
            tags: Tags::read(value)?,
            published: field::time(value, "published"),
            updated: field::time(value, "updated"),
            attachments: Attached::read(value),
            question: (kind == NoteKind::Question)
                .then(|| Question::read(value))
                .flatten(),
            quote: quote::quoted(value),
            quote_authorization: Id::member(value, "quoteAuthorization"),
            can_quote: CanQuote::read(value),
            id,
        })
    }

    /// A vote in a poll: a note with a name and no content that answers something. It is no post.
    #[must_use]
    pub fn is_vote(&self) -> bool {
        self.kind == NoteKind::Note
            && question::is_vote(&self.content, self.name.as_deref(), self.in_reply_to.is_some())
    }

    /// The whole text as HTML, **not sanitised**: title, content, and links to what came with it and is no file of the
    /// author's origin, so that a reader sees that there is more.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = String::new();
        if let Some(name) = self.name.as_deref().filter(|_| self.kind != NoteKind::Note) {
            push(
                &mut html,
                format_args!("<p><strong>{}</strong></p>", escape(name)),
            );
        }
        html.push_str(&self.content);
        for link in self.attachments.iter().filter(|one| !self.is_own_file(one)) {
            let Attached { description, url, .. } = link;
            let text = if description.is_empty() { url } else { description };
            push(
                &mut html,
                format_args!("<p><a href=\"{}\">{}</a></p>", escape(url), escape(text)),
            );
        }
        html
    }
}

impl Note {
    /// Whether something that came with it is a file on the author's own origin: the only ones that are ever fetched.
    #[must_use]
    pub fn is_own_file(&self, one: &Attached) -> bool {
        one.is_file && self.attributed_to.origin().owns(&one.url)
    }
}

fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    let written = html.write_fmt(text);
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

/// Text that is safe inside an element or a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                other => out.push(other),
            }
            out
        })
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .map(|part| format!("<p>{}</p>", escape(part.trim()).replace('\n', "<br>")))
        .collect()
}

pub(super) fn natural_line(value: &Value, name: &str) -> Option<String> {
    let text = bounds::line(&field::natural(value, name).0?, bounds::NAME);
    (!text.is_empty()).then_some(text)
}

/// `attributedTo`: one actor, or the first person of several (Lemmy and video software name person and group).
fn author(value: &Value) -> Option<Id> {
    let all = field::many(value, "attributedTo");
    let person = all.iter().find(|item| field::kind(item) == Some("Person"));
    person.or_else(|| all.first()).and_then(Id::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn note(mut members: Value) -> Note {
        let base = json!({"id": "https://p.test/1", "attributedTo": "https://p.test/a"});
        for (name, value) in base.as_object().unwrap() {
            members
                .as_object_mut()
                .unwrap()
                .entry(name)
                .or_insert(value.clone());
        }
        Note::read(&members).unwrap()
    }

    #[test]
    fn text_is_whole_and_plain_text_is_escaped() {
        let page = note(json!({"type": "Page", "name": "A <b>", "content": "<p>x</p>",
            "attachment": {"type": "Link", "href": "https://e.test/?a=1&b=2"}}));
        assert_eq!(
            page.html(),
            "<p><strong>A &lt;b&gt;</strong></p><p>x</p>\
             <p><a href=\"https://e.test/?a=1&amp;b=2\">https://e.test/?a=1&amp;b=2</a></p>"
        );
        let plain = note(json!({"type": "Note", "content": "<i>\na\n\nb", "mediaType": "text/plain"}));
        assert_eq!(plain.html(), "<p>&lt;i&gt;<br>a</p><p>b</p>");
        let poll = note(
            json!({"type": "Question", "content": "q", "oneOf": [{"name": "x"}, {"name": 5}, {"name": "y"}]}),
        );
        assert_eq!(poll.html(), "q");
        assert_eq!(poll.question.unwrap().options.len(), 2);
    }

    #[test]
    fn authors_and_votes() {
        let both = json!([{"type": "Group", "id": "https://p.test/c"}, {"type": "Person", "id": "https://p.test/a"}]);
        assert_eq!(
            note(json!({"type": "Note", "attributedTo": both}))
                .attributed_to
                .as_str(),
            "https://p.test/a"
        );
        assert!(
            note(json!({"type": "Note", "name": "Red", "content": "<br>", "inReplyTo": "https://p.test/2"}))
                .is_vote()
        );
        assert!(!note(json!({"type": "Note", "content": "", "inReplyTo": "https://p.test/2"})).is_vote());
        assert_eq!(
            Note::read(&json!({"type": "Note", "id": "https://p.test/1"})),
            Err(Unreadable::Id)
        );
        assert_eq!(
            Note::read(&json!({"type": "Video"})),
            Err(Unreadable::UnknownType)
        );
    }
}
