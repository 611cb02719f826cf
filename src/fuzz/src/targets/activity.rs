//! Activities, as they come into an inbox, and the rules of origin.

use super::VOCABULARY;
use crate::{Corpus, LARGE, Target};
use entrenous_federation::fuzzing::{allowed, offered};
use entrenous_federation::vocabulary::{ActivityKind, Audience, Inbound, Object, bounds};
use entrenous_model::Origin;

pub(crate) const TARGET: Target = Target {
    name: "activity",
    about: "Activities in the inbox, and the rules of origin",
    longest: LARGE,
    run,
    seeds,
    words: VOCABULARY,
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    corpus.posts().chain(corpus.documents()).collect()
}

fn run(data: &[u8]) {
    let Ok(inbound) = Inbound::parse(data) else { return };
    // What is read is written, kept and read again elsewhere: as the same.
    let written = inbound.document.to_string();
    assert_eq!(
        Inbound::parse(written.as_bytes()),
        Ok(inbound.clone()),
        "{written}"
    );

    let activity = &inbound.activity;
    assert_bounded(&activity.audience);
    assert!(activity.kind_name.chars().count() <= 50);
    assert!(activity.content.as_deref().unwrap_or_default().chars().count() <= 50);
    let _ = offered(&inbound);
    origins(&inbound);
}

fn assert_bounded(audience: &Audience) {
    assert!(audience.to.len() + audience.cc.len() <= bounds::RECIPIENTS);
}

/// Nobody speaks for another.
fn origins(inbound: &Inbound) {
    let (peer, actor) = (inbound.actor.origin(), inbound.actor.as_str());
    let somebody = format!("{peer}/somebody-else");
    if let Ok(other) = Origin::parse("https://another.test")
        && other != *peer
    {
        for instance in [false, true] {
            assert!(allowed(&other, true, actor, instance, inbound).is_err());
        }
    }
    for native in [false, true] {
        if allowed(peer, native, actor, false, inbound).is_ok() {
            assert_own(inbound);
        }
        if allowed(peer, native, actor, true, inbound).is_ok() {
            assert_own(inbound);
        }
        if actor != somebody {
            assert!(allowed(peer, native, &somebody, false, inbound).is_err());
            // An instance actor says of its people only that they have left.
            if allowed(peer, native, &somebody, true, inbound).is_ok() {
                assert!(native && inbound.activity.kind == ActivityKind::Delete);
                assert_own(inbound);
            }
        }
    }
}

/// What an activity that the rules of origin let in may say.
fn assert_own(inbound: &Inbound) {
    let peer = inbound.actor.origin();
    assert_eq!(inbound.id.origin(), peer, "the activity is another's");
    let activity = &inbound.activity;
    let object = &activity.object;
    let id_is_own = object.id().is_none_or(|id| id.origin() == peer);
    match activity.kind {
        ActivityKind::Create | ActivityKind::Update => {
            assert!(id_is_own, "the object is another's");
            if let Object::Note(note) = object {
                assert_eq!(note.attributed_to, inbound.actor);
            }
            if let Object::Actor(actor) = object {
                assert_eq!(actor.id, inbound.actor);
            }
        }
        ActivityKind::QuoteRequest => {
            let instrument = &activity.instrument;
            assert!(instrument.id().is_none_or(|id| id.origin() == peer));
            if let Object::Note(note) = instrument {
                assert_eq!(note.attributed_to, inbound.actor);
            }
        }
        ActivityKind::Accept | ActivityKind::Reject => {
            assert!(activity.result.as_ref().is_none_or(|id| id.origin() == peer));
        }
        ActivityKind::Delete | ActivityKind::Undo => assert!(id_is_own, "the object is another's"),
        _ => {}
    }
    if activity.kind == ActivityKind::Undo
        && let Object::Activity(inner) = object
    {
        assert!(inner.actor.as_ref().is_none_or(|who| *who == inbound.actor));
    }
}
