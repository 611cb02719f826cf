//! Recorded documents of GoToSocial, Lemmy, Mitra and snac (`federation-tests/payloads`).

use entrenous_federation::vocabulary::{self, ActivityKind, Actor, ActorKind, Inbound, Object, Recipient};
use entrenous_model::{Origin, Visibility};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../federation-tests/payloads")
}

fn json_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

fn softwares() -> Vec<PathBuf> {
    let found = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    found.filter(|path| path.is_dir()).collect()
}

/// Every exchange with its name, `software/file.json`.
pub(crate) fn recorded() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for file in softwares().iter().flat_map(|software| json_files(software)) {
        let name = file.strip_prefix(directory()).unwrap();
        let name = name.to_str().unwrap().to_owned();
        all.push((name, serde_json::from_slice(&fs::read(file).unwrap()).unwrap()));
    }
    assert_eq!(all.len(), 607, "the corpus is there");
    all
}

/// The actor documents of all signers.
pub(crate) fn actors() -> Vec<Value> {
    let files = softwares();
    let files = files
        .iter()
        .flat_map(|software| json_files(&software.join("actors")));
    files
        .map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
        .collect()
}

/// `like` of `snac/048-like.json`, `create-note` of `mitra/024-create-note.json`.
fn kind(name: &str) -> &str {
    name.trim_end_matches(".json").split_once('-').unwrap().1
}

#[test]
fn every_posted_activity_is_read() {
    let mut seen = 0;
    for (name, exchange) in recorded() {
        if exchange["method"] != "POST" {
            continue;
        }
        let body = exchange["body_text"].as_str().unwrap_or_default();
        let inbound = Inbound::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        seen += 1;
        assert_eq!(inbound.id.origin(), inbound.actor.origin(), "{name}");
        let sender = Origin::of_text(inbound.actor.as_str()).unwrap();
        let (activity, kind) = (&inbound.activity, kind(&name));
        match kind {
            _ if kind.starts_with("create-note")
                || kind.starts_with("create-question")
                || kind.starts_with("create-page") =>
            {
                let Object::Note(note) = &activity.object else {
                    panic!("{name}: {:?}", activity.object)
                };
                assert_eq!(activity.kind, ActivityKind::Create, "{name}");
                assert_eq!(
                    (&note.attributed_to, note.id.origin()),
                    (&inbound.actor, &sender),
                    "{name}"
                );
                assert!(note.is_vote() || note.published.is_some(), "{name}");
                assert_eq!(kind.contains("vote"), note.is_vote(), "{name}");
                let says = !note.html().is_empty() || !note.attachments.is_empty();
                assert!(note.is_vote() || says, "{name}");
                assert!(
                    !kind.contains("mention") || !note.tags.mentions.is_empty(),
                    "{name}"
                );
                assert!(
                    !kind.contains("hashtag") || !note.tags.hashtags.is_empty(),
                    "{name}"
                );
                assert!(!kind.contains("reply") || note.in_reply_to.is_some(), "{name}");
                assert!(!kind.contains("-cw") || !note.summary.is_empty(), "{name}");
                assert!(!kind.contains("question") || note.question.is_some(), "{name}");
                let followers = format!("{}/followers", inbound.actor);
                let visibility = note.audience.visibility(&sender, &followers);
                if kind.contains("direct") {
                    assert_eq!(visibility, Visibility::Direct, "{name}");
                } else if kind.contains("followers") {
                    assert_eq!(visibility, Visibility::Private, "{name}");
                } else if kind == "create-note" {
                    assert_eq!(visibility, Visibility::Public, "{name}");
                    assert!(note.audience.to.contains(&Recipient::Public), "{name}");
                }
            }
            "follow" => {
                assert_eq!(activity.kind, ActivityKind::Follow, "{name}");
                assert!(matches!(activity.object, Object::Id(_)), "{name}");
            }
            "like" | "like-rfc9421" => assert_eq!(activity.kind, ActivityKind::Like, "{name}"),
            "accept-follow" | "undo-follow" | "undo-like" | "undo-announce" => {
                let Object::Activity(inner) = &activity.object else {
                    panic!("{name}: {:?}", activity.object)
                };
                assert!(inner.object.id().is_some(), "{name}");
            }
            _ if kind.starts_with("announce-create") => {
                let Object::Activity(inner) = &activity.object else {
                    panic!("{name}")
                };
                assert!(matches!(inner.object, Object::Note(_)), "{name}");
            }
            "update-person" | "update-service" | "announce-update-group" => {
                let actor = match &activity.object {
                    Object::Activity(inner) => &inner.object,
                    other => other,
                };
                assert!(matches!(actor, Object::Actor(_)), "{name}: {actor:?}");
            }
            _ if kind.starts_with("delete") => assert!(activity.object.id().is_some(), "{name}"),
            _ => {}
        }
    }
    assert_eq!(seen, 386);
}

#[test]
fn every_actor_is_read_with_its_keys() {
    let mut seen = 0;
    for file in softwares()
        .iter()
        .flat_map(|software| json_files(&software.join("actors")))
    {
        let name = file.display().to_string();
        let document = vocabulary::read(&fs::read(&file).unwrap()).unwrap();
        let actor = Actor::read(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        seen += 1;
        assert!(!actor.keys.is_empty(), "{name}");
        assert!(actor.username.is_some() && actor.inbox.is_some(), "{name}");
        assert!(
            actor.keys.iter().all(|key| actor.key(&key.id) == Some(&key.key)),
            "{name}"
        );
        assert!(!actor.native, "{name}");
        let mitra = name.contains("/mitra");
        assert_eq!(
            actor.keys.len() >= 2,
            mitra,
            "{name}: only Mitra has Ed25519 keys"
        );
        if name.ends_with("_c_rusty.json") {
            assert_eq!(actor.kind, ActorKind::Group);
            assert_eq!(actor.shared_inbox.unwrap().as_str(), "https://lemmy.test/inbox");
        }
    }
    assert_eq!(seen, 22);
}

#[test]
fn every_answer_is_read_or_refused() {
    for (name, exchange) in recorded() {
        if exchange["method"] != "GET" || exchange["response"]["status"] != 200 {
            continue;
        }
        let Some(body) = exchange["response"]["body_text"].as_str() else {
            continue;
        };
        let kind = kind(&name);
        let Ok(document) = vocabulary::read(body.as_bytes()) else {
            assert!(
                !kind.starts_with("get-object") && !kind.starts_with("get-actor"),
                "{name}"
            );
            continue;
        };
        let object = Object::read(&document);
        if kind.starts_with("get-object-note")
            || kind.starts_with("get-object-page")
            || kind == "get-object-question"
        {
            assert!(matches!(object, Object::Note(_)), "{name}: {object:?}");
        } else if kind.starts_with("get-actor") {
            assert!(matches!(object, Object::Actor(_)), "{name}: {object:?}");
        } else if kind == "get-object-create" {
            assert!(matches!(object, Object::Activity(_)), "{name}: {object:?}");
        }
    }
}
