//! Messages of clients on the WebSocket of streams.

use crate::input::lines;
use crate::{Corpus, Target};
use entrenous_api::fuzzing::stream_message;
use entrenous_model::oauth::Scopes;

pub(crate) const TARGET: Target = Target {
    name: "stream",
    about: "Messages on the WebSocket of streams",
    longest: 16 * 1024,
    run,
    seeds,
    words: &[
        "{\"type\":\"subscribe\"",
        "\"stream\":\"user\"",
        "\"stream\":\"hashtag:local\"",
        "\"stream\":\"list\"",
        "\"tag\":\"#",
        "\"list\":\"7\"",
        "\"unsubscribe\"",
        "public:remote:media",
        "user:notification",
        "\\u0130",
        "[[[[",
    ],
};

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    lines(&[
        r#"{"type":"subscribe","stream":"user"}"#,
        r##"{"type":"unsubscribe","stream":"hashtag:local","tag":"#\u00c9t\u00e9"}"##,
        r#"{"type":"subscribe","stream":"list","list":"7"}"#,
        r#"{"type":"subscribe","stream":"public:remote:media"}"#,
    ])
}

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Some((_, names, scope)) = stream_message(text) else {
        return;
    };
    assert!((1..=2).contains(&names.len()));
    assert!(Scopes::parse(scope).is_ok());
    if let [name, of] = names.as_slice() {
        assert!(matches!(name.as_str(), "hashtag" | "hashtag:local" | "list"));
        assert!(of.chars().count() <= 100 && (name != "list" || of.len() <= 20));
    }
}
