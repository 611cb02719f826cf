//! What a peer answers: what it says it is, and what is in it.

use super::VOCABULARY;
use crate::input::{Bytes, headers};
use crate::{Corpus, Exchange, LARGE, Target};
use entrenous_federation::vocabulary::{self, Object};
use http::header;
use std::fmt::Write as _;

pub(crate) const TARGET: Target = Target {
    name: "answer",
    about: "Answers of peers: media types, and objects of any kind",
    longest: LARGE,
    run,
    seeds,
    words: VOCABULARY,
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    corpus.exchanges.iter().filter_map(answer).collect()
}

fn answer(exchange: &Exchange) -> Option<Vec<u8>> {
    let body = exchange.answer.as_deref().filter(|body| !body.is_empty())?;
    let mut text = String::new();
    for (name, value) in &exchange.answer_headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    Some(format!("{text}\n{body}").into_bytes())
}

fn run(data: &[u8]) {
    let mut bytes = Bytes(data);
    let headers = headers(&mut bytes);
    let [activity, jrd, json] = [
        entrenous_egress::is_activity_json(&headers),
        entrenous_egress::is_jrd_json(&headers),
        entrenous_egress::is_json(&headers),
    ];
    // A document that may be an actor is never what anything else may be, and a type said twice is none.
    assert!(!activity || !(jrd || json));
    assert!(jrd || !json);
    let said = headers.get_all(header::CONTENT_TYPE).iter().count();
    assert!(said == 1 || !(activity || jrd || json));
    if let Some(kind) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
    {
        assert!(!activity || kind.to_ascii_lowercase().contains("json"));
    }

    let Ok(document) = vocabulary::read(bytes.rest()) else {
        return;
    };
    let object = Object::read(&document);
    let _ = (object.id(), object.is_embedded());
    let again = vocabulary::read(document.to_string().as_bytes()).map(|again| Object::read(&again));
    assert_eq!(again, Ok(object));
}
