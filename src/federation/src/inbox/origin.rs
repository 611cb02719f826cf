//! A peer speaks only for its own origin, and a person of it only for themselves (FEP-fe34). Decided on the activity
//! alone, before the database or the network is asked anything.

use crate::vocabulary::{Activity, ActivityKind, Id, Inbound, Note, Object};
use entrenous_model::Origin;

/// Whom a verified signature speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker<'a> {
    /// The peer's instance actor, by its id.
    Instance(&'a str),
    /// A person of the peer, by their id.
    Person(&'a str),
}

/// Why an activity is refused; stands in the audit trail and in the answer.
pub(super) type Reason = &'static str;

/// The activity's id is on another host than its sender.
const FOREIGN_ACTIVITY: Reason = "foreign_activity";
/// The signer is not the actor, or the actor is not whom the object is of.
const ACTOR_MISMATCH: Reason = "actor_mismatch";
/// The object is another host's.
const FOREIGN_OBJECT: Reason = "foreign_object";
/// The instance actor speaks for the node, not for people.
const INSTANCE_KEY: Reason = "instance_key";

/// Checks everything that can be known from the activity, its signer and the sender's origin.
///
/// `native` peers' instance actors may also say that one of their people has left, since a leaver has no key any more.
///
/// # Errors
/// The reason.
pub(super) fn check(
    peer: &Origin,
    native: bool,
    speaker: Speaker<'_>,
    inbound: &Inbound,
) -> Result<(), Reason> {
    if inbound.id.origin() != peer {
        return Err(FOREIGN_ACTIVITY);
    }
    if inbound.actor.origin() != peer {
        return Err(ACTOR_MISMATCH);
    }
    match speaker {
        Speaker::Person(person) if inbound.actor.as_str() != person => return Err(ACTOR_MISMATCH),
        Speaker::Person(_) => {}
        Speaker::Instance(instance) => by_instance(instance, native, inbound)?,
    }
    object(peer, &inbound.actor, &inbound.activity)
}

/// What the instance actor may say: new keys of its own, that a person has left, what it thinks of contracts, and that
/// something is wrong with somebody here.
fn by_instance(instance: &str, native: bool, inbound: &Inbound) -> Result<(), Reason> {
    let activity = &inbound.activity;
    let about_actor = activity.object.id().map(Id::as_str) == Some(inbound.actor.as_str());
    if inbound.actor.as_str() != instance {
        let leaver = native && activity.kind == ActivityKind::Delete && about_actor;
        return if leaver { Ok(()) } else { Err(ACTOR_MISMATCH) };
    }
    match activity.kind {
        ActivityKind::Update if about_actor => Ok(()),
        ActivityKind::Offer | ActivityKind::Accept | ActivityKind::Reject if native => Ok(()),
        // Of people of ours; which of them, the domain asks.
        ActivityKind::Flag => Ok(()),
        // Taken without effect.
        ActivityKind::Other | ActivityKind::Offer => Ok(()),
        _ => Err(INSTANCE_KEY),
    }
}

/// The object's own rules, by what is done to it.
fn object(peer: &Origin, actor: &Id, activity: &Activity) -> Result<(), Reason> {
    match activity.kind {
        ActivityKind::Create | ActivityKind::Update => content(peer, actor, &activity.object),
        ActivityKind::Delete => owned(peer, activity.object.id()),
        ActivityKind::Undo => undone(peer, actor, &activity.object),
        ActivityKind::Accept | ActivityKind::Reject => {
            owned(peer, activity.result.as_ref())?;
            answered(peer, actor, &activity.object)
        }
        ActivityKind::QuoteRequest => content(peer, actor, &activity.instrument),
        ActivityKind::Announce => announced(peer, &activity.object),
        ActivityKind::Follow
        | ActivityKind::Like
        | ActivityKind::Block
        | ActivityKind::Invite
        | ActivityKind::Offer
        | ActivityKind::Flag
        | ActivityKind::Other => Ok(()),
    }
}

fn owned(peer: &Origin, id: Option<&Id>) -> Result<(), Reason> {
    match id {
        Some(id) if id.origin() != peer => Err(FOREIGN_OBJECT),
        _ => Ok(()),
    }
}

/// What is created or updated is the actor's own.
fn content(peer: &Origin, actor: &Id, object: &Object) -> Result<(), Reason> {
    owned(peer, object.id())?;
    match object {
        Object::Note(note) => written_by(peer, actor, note),
        Object::Actor(updated) if updated.id != *actor => Err(ACTOR_MISMATCH),
        _ => Ok(()),
    }
}

fn written_by(peer: &Origin, actor: &Id, note: &Note) -> Result<(), Reason> {
    if note.attributed_to.origin() != peer {
        Err(FOREIGN_OBJECT)
    } else if note.attributed_to == *actor {
        Ok(())
    } else {
        Err(ACTOR_MISMATCH)
    }
}

/// Only one's own deeds are undone.
fn undone(peer: &Origin, actor: &Id, object: &Object) -> Result<(), Reason> {
    owned(peer, object.id())?;
    match object {
        Object::Activity(inner) => match &inner.actor {
            Some(who) if who.origin() != peer => Err(FOREIGN_OBJECT),
            Some(who) if who != actor => Err(ACTOR_MISMATCH),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Only a follow of oneself, and a quote of what is one's own, is accepted or rejected.
fn answered(peer: &Origin, actor: &Id, object: &Object) -> Result<(), Reason> {
    match object {
        Object::Activity(inner) if inner.kind == ActivityKind::QuoteRequest => owned(peer, inner.object.id()),
        Object::Activity(inner) if inner.kind == ActivityKind::Follow => match inner.object.id() {
            Some(followed) if followed != actor => Err(ACTOR_MISMATCH),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// An object embedded in an `Announce` is never believed; one that claims the sender's id for another's words is a forgery.
fn announced(peer: &Origin, object: &Object) -> Result<(), Reason> {
    match object {
        Object::Note(note) if note.id.origin() == peer && note.attributed_to.origin() != peer => {
            Err(FOREIGN_OBJECT)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const A: &str = "https://p.test/people/a";
    const INSTANCE: &str = "https://p.test/actor";

    fn judge(speaker: Speaker<'_>, native: bool, document: &Value) -> Result<(), Reason> {
        let inbound = Inbound::parse(&serde_json::to_vec(document).unwrap()).unwrap();
        check(
            &Origin::parse("https://p.test").unwrap(),
            native,
            speaker,
            &inbound,
        )
    }

    #[expect(clippy::needless_pass_by_value, reason = "the cases below read better")]
    fn activity(kind: &str, object: Value) -> Value {
        json!({"id": "https://p.test/activities/1", "type": kind, "actor": A, "object": object})
    }

    fn note(id: &str, author: &str) -> Value {
        json!({"type": "Note", "id": id, "attributedTo": author, "content": "x"})
    }

    fn quote_request(instrument: Value) -> Value {
        let mut request = activity("QuoteRequest", json!("https://n.test/posts/1"));
        request["instrument"] = instrument;
        request
    }

    fn quote_answer(quoted: &str, stamp: &str) -> Value {
        let request = json!({"type": "QuoteRequest", "actor": "https://n.test/people/x", "object": quoted,
            "instrument": "https://n.test/posts/1"});
        let mut answer = activity("Accept", request);
        answer["result"] = json!(stamp);
        answer
    }

    #[test]
    fn genuine_activities_pass() {
        let good = [
            activity("Create", note("https://p.test/posts/1", A)),
            activity("Update", note("https://p.test/posts/1", A)),
            activity("Update", json!({"type": "Person", "id": A})),
            activity("Delete", json!("https://p.test/posts/1")),
            activity(
                "Delete",
                json!({"type": "Tombstone", "id": "https://p.test/posts/1"}),
            ),
            activity("Delete", json!(A)),
            activity("Follow", json!("https://n.test/people/x")),
            activity("Accept", json!("https://n.test/activities/7")),
            activity(
                "Accept",
                json!({"type": "Follow", "actor": "https://n.test/people/x", "object": A}),
            ),
            quote_request(note("https://p.test/posts/1", A)),
            quote_request(json!("https://p.test/posts/1")),
            quote_answer("https://p.test/posts/2", "https://p.test/stamps/1"),
            activity("Undo", json!("https://p.test/likes/1")),
            activity(
                "Undo",
                json!({"type": "Like", "actor": A, "object": "https://n.test/posts/1"}),
            ),
            activity("Like", json!("https://n.test/posts/1")),
            activity("Announce", json!("https://n.test/posts/1")),
            activity("Block", json!("https://n.test/people/x")),
        ];
        for document in good {
            assert_eq!(judge(Speaker::Person(A), false, &document), Ok(()), "{document}");
        }
    }

    #[test]
    fn forgeries_have_their_reason() {
        let mut foreign_id = activity("Create", note("https://p.test/posts/1", A));
        foreign_id["id"] = json!("https://q.test/activities/1");
        let mut other_port = activity("Follow", json!("https://n.test/people/x"));
        other_port["id"] = json!("https://p.test:8443/activities/1");
        let mut other_actor = activity(
            "Create",
            note("https://p.test/posts/1", "https://p.test/people/b"),
        );
        other_actor["actor"] = json!("https://p.test/people/b");
        let mut foreign_actor = activity("Follow", json!("https://n.test/people/x"));
        foreign_actor["actor"] = json!("https://q.test/people/a");
        let bad = [
            (foreign_id, FOREIGN_ACTIVITY),
            (other_port, FOREIGN_ACTIVITY),
            (other_actor, ACTOR_MISMATCH),
            (foreign_actor, ACTOR_MISMATCH),
            (
                activity("Create", note("https://q.test/posts/1", A)),
                FOREIGN_OBJECT,
            ),
            (
                activity("Create", note("https://p.test/posts/1", "https://u.test/a")),
                FOREIGN_OBJECT,
            ),
            (
                activity(
                    "Create",
                    note("https://p.test/posts/1", "https://p.test/people/b"),
                ),
                ACTOR_MISMATCH,
            ),
            (
                activity("Update", note("https://n.test/posts/1", A)),
                FOREIGN_OBJECT,
            ),
            (
                activity(
                    "Update",
                    json!({"type": "Person", "id": "https://p.test/people/b"}),
                ),
                ACTOR_MISMATCH,
            ),
            (
                activity(
                    "Update",
                    json!({"type": "Person", "id": "https://q.test/people/b"}),
                ),
                FOREIGN_OBJECT,
            ),
            (
                activity("Delete", json!("https://n.test/posts/1")),
                FOREIGN_OBJECT,
            ),
            (
                activity(
                    "Delete",
                    json!({"type": "Tombstone", "id": "https://q.test/posts/1"}),
                ),
                FOREIGN_OBJECT,
            ),
            (
                activity("Delete", json!("https://q.test/people/a")),
                FOREIGN_OBJECT,
            ),
            (activity("Undo", json!("https://q.test/likes/1")), FOREIGN_OBJECT),
            (
                activity(
                    "Undo",
                    json!({"type": "Like", "actor": "https://q.test/b", "object": "https://n.test/1"}),
                ),
                FOREIGN_OBJECT,
            ),
            (
                activity(
                    "Undo",
                    json!({"type": "Follow", "actor": "https://p.test/people/b", "object": A}),
                ),
                ACTOR_MISMATCH,
            ),
            (
                activity(
                    "Accept",
                    json!({"type": "Follow", "actor": "https://n.test/x", "object": "https://q.test/b"}),
                ),
                ACTOR_MISMATCH,
            ),
            (quote_request(note("https://q.test/posts/1", A)), FOREIGN_OBJECT),
            (
                quote_request(note("https://p.test/posts/1", "https://p.test/people/b")),
                ACTOR_MISMATCH,
            ),
            (quote_request(json!("https://q.test/posts/1")), FOREIGN_OBJECT),
            (
                quote_answer("https://q.test/posts/2", "https://p.test/stamps/1"),
                FOREIGN_OBJECT,
            ),
            (
                quote_answer("https://p.test/posts/2", "https://q.test/stamps/1"),
                FOREIGN_OBJECT,
            ),
            (
                activity(
                    "Announce",
                    note("https://p.test/posts/1", "https://u.test/people/u"),
                ),
                FOREIGN_OBJECT,
            ),
        ];
        for (document, reason) in bad {
            assert_eq!(
                judge(Speaker::Person(A), false, &document),
                Err(reason),
                "{document}"
            );
        }
    }

    #[test]
    fn the_instance_speaks_for_the_node() {
        let by = Speaker::Instance(INSTANCE);
        let leaver = activity("Delete", json!(A));
        assert_eq!(judge(by, true, &leaver), Ok(()));
        assert_eq!(judge(by, false, &leaver), Err(ACTOR_MISMATCH));
        assert_eq!(
            judge(by, true, &activity("Delete", json!("https://p.test/posts/1"))),
            Err(ACTOR_MISMATCH)
        );
        assert_eq!(
            judge(by, true, &activity("Create", note("https://p.test/posts/1", A))),
            Err(ACTOR_MISMATCH)
        );
        let own = |kind: &str, object: Value| {
            let mut document = activity(kind, object);
            document["actor"] = json!(INSTANCE);
            document
        };
        assert_eq!(
            judge(
                by,
                true,
                &own("Update", json!({"type": "Application", "id": INSTANCE}))
            ),
            Ok(())
        );
        assert_eq!(
            judge(by, true, &own("Create", note("https://p.test/posts/1", INSTANCE))),
            Err(INSTANCE_KEY)
        );
        assert_eq!(
            judge(by, true, &own("Follow", json!("https://n.test/people/x"))),
            Err(INSTANCE_KEY)
        );
        assert_eq!(
            judge(
                Speaker::Person(A),
                true,
                &own("Follow", json!("https://n.test/x"))
            ),
            Err(ACTOR_MISMATCH)
        );
    }
}
