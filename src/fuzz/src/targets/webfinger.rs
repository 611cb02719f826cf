//! WebFinger: what others ask, and what they answer.

use crate::input::{documents, lines};
use crate::{Corpus, Target};
use entrenous_federation::fuzzing::{webfinger_answer, webfinger_question};
use entrenous_federation::vocabulary::Id;
use entrenous_model::Origin;

pub(crate) const TARGET: Target = Target {
    name: "webfinger",
    about: "WebFinger: questions and answers",
    longest: 16 * 1024,
    run,
    seeds,
    words: &[
        "acct:",
        "@here.test",
        "https://here.test/people/",
        "https://here.test/@",
        "/actor",
        "\"links\":[{",
        "\"rel\":\"self\"",
        "\"type\":\"application/activity+json\"",
        "\"href\":\"https://",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = lines(&[
        "acct:ada@here.test",
        "acct:@ada@HERE.test",
        "acct:here.test@here.test",
        "https://here.test/people/ada",
        "https://here.test/@ada",
        "https://here.test/actor",
    ]);
    let asked = corpus
        .exchanges
        .iter()
        .filter(|exchange| exchange.target.contains("webfinger"));
    seeds.extend(
        asked
            .filter_map(|exchange| exchange.answer.clone())
            .map(String::into_bytes),
    );
    seeds
}

fn run(data: &[u8]) {
    for document in documents(data) {
        if let Some(id) = webfinger_answer(&document) {
            assert_eq!(Id::parse(id.as_str()).as_ref(), Ok(&id));
        }
    }
    let (Ok(text), Ok(origin)) = (std::str::from_utf8(data), Origin::parse("https://here.test")) else {
        return;
    };
    let Some(about) = webfinger_question(&origin, text) else {
        return;
    };
    assert!(
        text.starts_with(origin.as_str()) || text.to_ascii_lowercase().ends_with("@here.test"),
        "{text:?}"
    );
    if let Some(name) = about {
        assert!(text.contains(&name) && !(text.starts_with("https:") && name.contains('/')));
    }
}
