//! Actors.

use super::VOCABULARY;
use crate::keys::nodes;
use crate::{Corpus, LARGE, Target, input};
use entrenous_federation::endorsement;
use entrenous_federation::fuzzing::{is_called, pinned_keys};
use entrenous_federation::vocabulary::{Actor, Id, bounds};
use entrenous_wire::keys::PublicKey;
use std::collections::BTreeSet;

pub(crate) const TARGET: Target = Target {
    name: "actor",
    about: "Actor documents, their keys and endorsements",
    longest: LARGE,
    run,
    seeds,
    words: VOCABULARY,
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let actors = corpus.actors.iter().map(|text| text.as_bytes().to_vec());
    let posts = corpus.posts().filter(|post| {
        let text = String::from_utf8_lossy(post);
        text.contains("preferredUsername")
    });
    actors.chain(posts).collect()
}

fn run(data: &[u8]) {
    for document in input::documents(data) {
        let Ok(actor) = Actor::read(&document) else {
            continue;
        };
        check(&actor);
        let again = serde_json::to_vec(&document).map(|bytes| input::documents(&bytes));
        let again = again.unwrap_or_default().first().map(Actor::read);
        assert_eq!(again, Some(Ok(actor)));
    }
}

fn check(actor: &Actor) {
    let short = |text: &str, most: usize| assert!(text.chars().count() <= most, "{text:?}");
    short(&actor.name, bounds::NAME);
    short(&actor.summary, bounds::BIOGRAPHY);
    short(actor.username.as_deref().unwrap_or_default(), bounds::USERNAME);
    short(actor.webfinger.as_deref().unwrap_or_default(), 2 * bounds::NAME);
    assert!(!actor.name.chars().any(char::is_control));
    let authority = actor.id.origin().authority();
    if let Some(name) = &actor.username {
        assert!(!name.is_empty() && !name.contains(['@', '/', ' ', '<']));
        let _ = is_called(actor, name, authority);
    }
    assert!(!is_called(actor, "", authority) || actor.username.is_some());
    assert!(actor.fields.len() <= 8);
    for field in &actor.fields {
        short(&field.name, bounds::NAME);
        short(&field.value, 4 * bounds::SUMMARY);
    }
    for url in [Some(&actor.url), actor.icon.as_ref(), actor.image.as_ref()]
        .into_iter()
        .flatten()
    {
        assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
        assert!(url.len() <= bounds::ID);
    }
    keys(actor);
}

fn keys(actor: &Actor) {
    let ids: BTreeSet<&str> = actor.keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids.len(), actor.keys.len(), "one id, two keys");
    assert!(actor.keys.len() <= bounds::KEYS && actor.endorsements.len() <= bounds::KEYS);
    for key in &actor.keys {
        assert!(
            Id::parse(&key.id).is_ok_and(|id| id.origin() == actor.id.origin()),
            "{}",
            key.id
        );
        assert!(actor.key(&key.id).is_some());
    }
    if let Some(pinned) = pinned_keys(actor) {
        for text in pinned.ed25519.iter().chain(&pinned.rsa_pem) {
            let key = PublicKey::from_text(text);
            assert!(key.is_ok_and(|key| actor.keys.iter().any(|one| one.key == key)));
        }
    }
    // Nobody here has the key that would have to endorse them.
    let Some(nodes) = nodes() else { return };
    let keys: Vec<PublicKey> = actor.keys.iter().map(|key| key.key.clone()).collect();
    for word in &actor.endorsements {
        assert!(!endorsement::holds(
            word,
            &nodes.own.peer_keys(),
            actor.id.as_str(),
            &keys
        ));
    }
}
