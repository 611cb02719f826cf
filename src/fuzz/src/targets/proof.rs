//! Proofs of documents (FEP-8b32).

use super::VOCABULARY;
use crate::keys::{keys, noon};
use crate::{Corpus, LARGE, Target};
use entrenous_federation::vocabulary;
use entrenous_wire::proof::{attach, parse};
use serde_json::{Value, json};

pub(crate) const TARGET: Target = Target {
    name: "proof",
    about: "Proofs of documents (FEP-8b32), and documents changed under them",
    longest: LARGE,
    run,
    seeds,
    words: VOCABULARY,
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let proven = corpus
        .posts()
        .filter(|post| String::from_utf8_lossy(post).contains("\"proof\""));
    let few = corpus.posts().step_by(25);
    proven.chain(few).collect()
}

fn run(data: &[u8]) {
    let Ok(mut document) = vocabulary::read(data) else {
        return;
    };
    let Some(keys) = keys() else { return };
    if let Ok(theirs) = parse(&document) {
        assert!(
            theirs.verify(&keys.ed25519_public).is_err(),
            "a proof that nobody made"
        );
        assert!(theirs.verify(&keys.rsa_public).is_err());
        let _ = theirs.created();
    }
    let Some(members) = document.as_object_mut() else {
        return;
    };
    members.remove("proof");
    if attach(
        &mut document,
        &keys.ed25519,
        "https://peer.test/actor#key",
        noon(),
    )
    .is_err()
    {
        return;
    }
    assert!(holds(&document), "{document}");
    // Written and read again, the proof holds.
    let again = vocabulary::read(document.to_string().as_bytes());
    assert!(again.is_ok_and(|again| holds(&again)), "{document}");
    changed(&document);
}

fn holds(document: &Value) -> bool {
    keys().is_some_and(|keys| parse(document).is_ok_and(|proof| proof.verify(&keys.ed25519_public).is_ok()))
}

/// Anything else under the same proof is another document. (Of the context the beginning is what is signed: section 3.3.2.)
fn changed(document: &Value) {
    let Some(members) = document.as_object() else {
        return;
    };
    let mut more = members.clone();
    more.insert(
        format!("{}x", members.keys().max().map_or("", String::as_str)),
        json!(1),
    );
    assert!(!holds(&Value::Object(more)), "one member more: {document}");
    for name in members
        .keys()
        .filter(|name| *name != "proof" && *name != "@context")
        .take(8)
    {
        let mut less = members.clone();
        less.remove(name);
        assert!(!holds(&Value::Object(less)), "{name} less: {document}");
        let mut other = members.clone();
        other.insert(name.clone(), json!(["something else"]));
        assert!(!holds(&Value::Object(other)), "another {name}: {document}");
    }
}
