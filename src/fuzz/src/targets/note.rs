//! Posts of peers: text, attachments, polls, tags.

use super::VOCABULARY;
use crate::html::assert_safe;
use crate::{Corpus, LARGE, Target, input};
use entrenous_domain::text::{hashtag, plain, sanitise};
use entrenous_federation::vocabulary::{Attached, Note, Question, bounds, escape};
use entrenous_model::Poll;

pub(crate) const TARGET: Target = Target {
    name: "note",
    about: "Notes, articles, pages and questions, with attachments, tags and polls",
    longest: LARGE,
    run,
    seeds,
    words: VOCABULARY,
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let all = corpus.posts().chain(corpus.documents());
    all.filter(|bytes| String::from_utf8_lossy(bytes).contains("attributedTo"))
        .collect()
}

fn run(data: &[u8]) {
    for document in input::documents(data) {
        let Ok(note) = Note::read(&document) else { continue };
        check(&note);
        let again = serde_json::to_vec(&document).map(|bytes| input::documents(&bytes));
        let again = again.unwrap_or_default().first().map(Note::read);
        assert_eq!(again, Some(Ok(note)));
    }
}

fn check(note: &Note) {
    let short = |text: &str, most: usize| assert!(text.chars().count() <= most, "{text:?}");
    short(note.name.as_deref().unwrap_or_default(), bounds::NAME);
    short(&note.summary, bounds::SUMMARY);
    assert!(note.url.len() <= bounds::ID && note.url.starts_with("http"));
    assert!(note.audience.to.len() + note.audience.cc.len() <= bounds::RECIPIENTS);
    assert!(note.tags.mentions.len() <= bounds::TAGS && note.tags.hashtags.len() <= bounds::TAGS);
    for tag in &note.tags.hashtags {
        short(tag, bounds::HASHTAG);
        if let Some(kept) = hashtag(tag) {
            assert_eq!(hashtag(&kept).as_ref(), Some(&kept), "{tag:?}");
        }
    }
    assert!(note.attachments.len() <= bounds::ATTACHMENTS);
    note.attachments.iter().for_each(attached);
    if let Some(question) = &note.question {
        poll(question);
    }
    let html = note.html();
    let clean = sanitise(&html);
    assert_safe(&clean);
    let _ = (plain(&html), note.is_vote());
    let escaped = escape(&note.content);
    assert!(!escaped.contains(['<', '>', '"', '\'']));
    assert!(!note.is_vote() || note.in_reply_to.is_some());
}

fn attached(file: &Attached) {
    assert!(
        file.url.starts_with("http://") || file.url.starts_with("https://"),
        "{}",
        file.url
    );
    if let Some(poster) = &file.poster {
        assert!(
            poster.starts_with("http://") || poster.starts_with("https://"),
            "{poster}"
        );
    }
    if let Some(length) = file.duration {
        assert!((1..86_400_000).contains(&length), "{length}");
    }
    assert!(file.description.chars().count() <= 1_500 && file.media_type.len() <= 127);
    assert!(
        file.blurhash
            .as_ref()
            .is_none_or(|text| text.len() <= 100 && text.is_ascii())
    );
    assert!(
        file.pixels
            .is_none_or(|(width, height)| width > 0 && height > 0 && width.max(height) <= 100_000)
    );
}

fn poll(question: &Question) {
    assert!((1..=Poll::MOST_OPTIONS).contains(&question.options.len()));
    for (option, _) in &question.options {
        assert!(!option.is_empty() && option.chars().count() <= bounds::NAME);
    }
}
