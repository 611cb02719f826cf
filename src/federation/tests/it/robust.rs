//! Whatever a peer sends is read or refused, and never panics.

use entrenous_federation::vocabulary::{self, Actor, Inbound, Note, Object, escape};
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Members that the readers look at, so that random documents come further than the first check.
const NAMES: [&str; 44] = [
    "id",
    "type",
    "actor",
    "object",
    "to",
    "cc",
    "content",
    "contentMap",
    "summary",
    "name",
    "nameMap",
    "url",
    "href",
    "tag",
    "attachment",
    "attributedTo",
    "published",
    "updated",
    "inReplyTo",
    "sensitive",
    "publicKey",
    "publicKeyPem",
    "assertionMethod",
    "publicKeyMultibase",
    "owner",
    "controller",
    "endpoints",
    "sharedInbox",
    "inbox",
    "outbox",
    "followers",
    "icon",
    "image",
    "preferredUsername",
    "value",
    "mediaType",
    "oneOf",
    "anyOf",
    "endorsement",
    "implements",
    "webfinger",
    "discoverable",
    "manuallyApprovesFollowers",
    "@context",
];
const TEXTS: [&str; 18] = [
    "Create",
    "Note",
    "Person",
    "Undo",
    "Tombstone",
    "Question",
    "Mention",
    "Hashtag",
    "Multikey",
    "Image",
    "Link",
    "https://p.test/a",
    "https://p.test/a#k",
    "https://www.w3.org/ns/activitystreams#Public",
    "text/html",
    "2026-11-23T14:08:13Z",
    "#täg",
    "z6Mkjuw96ayyECdD5AuXs99XU2i7dmxctk7Tq6fGiCQxZqf1",
];

fn document() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        3 => proptest::sample::select(TEXTS.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        4 => text.prop_map(Value::from),
    ];
    let name = prop_oneof![
        5 => proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    leaf.prop_recursive(6, 80, 12, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..6).prop_map(Value::Array),
            3 => hash_map(name.clone(), inner, 0..12).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_document_is_read_or_refused(value in document(), kind in proptest::sample::select(TEXTS.to_vec())) {
        let mut value = value;
        if let Some(members) = value.as_object_mut() {
            members.insert("type".to_owned(), json!(kind));
            members.entry("id").or_insert(json!("https://p.test/1"));
        }
        let object = Object::read(&value);
        let _ = (object.id(), object.is_embedded());
        let _ = Actor::read(&value);
        if let Ok(note) = Note::read(&value) {
            let _ = (note.html(), note.is_vote());
        }
        let _ = Inbound::parse(value.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..500)) {
        let _ = vocabulary::read(&bytes);
        let _ = Inbound::parse(&bytes);
    }

    #[test]
    fn escaped_text_holds_no_markup(text in any::<String>()) {
        let escaped = escape(&text);
        prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
    }
}
