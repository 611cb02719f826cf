//! Introductions: what a sponsor states, and that the other node has accepted.

use crate::keys::{nodes, noon};
use crate::{Corpus, Target, input};
use entrenous_federation::fuzzing;
use entrenous_model::{Introduction, IntroductionId, IntroductionState, PeerId, Terms};
use serde_json::{Value, json};

pub(crate) const TARGET: Target = Target {
    name: "introduction",
    about: "Introductions of nodes, and their acceptance",
    longest: 16 * 1024,
    run,
    seeds,
    words: &[
        "\"type\":\"Introduction\"",
        "\"actor\":\"https://peer.test/actor\"",
        "\"nodes\":[",
        "\"endTime\":\"2026-12-23T14:05:00Z\"",
        "\"origin\":\"https://third.test\"",
        "\"origin\":\"https://here.test\"",
        "\"sharedInbox\":\"https://third.test/inbox\"",
        "\"gives\":{",
        "\"ed25519\":",
        "\"rsa\":",
        "\"type\":\"Accept\"",
    ],
};

/// The third node, which is introduced.
const THIRD: &str = "https://third.test";

fn party(origin: &str, ed25519: Option<&str>, rsa: Option<&str>) -> Value {
    json!({
        "id": format!("{origin}/actor"), "origin": origin, "name": "Node", "ed25519": ed25519, "rsa": rsa,
        "sharedInbox": format!("{origin}/inbox"), "gives": Terms::PARTNER,
    })
}

/// A statement of the peer about this node and the third, which is read.
fn statement() -> Option<Value> {
    let nodes = nodes()?;
    let (own, theirs) = (nodes.own.peer_keys(), nodes.peer.keys.as_ref()?);
    Some(json!({
        "id": "https://peer.test/actor#introduction-1", "type": "Introduction", "actor": "https://peer.test/actor",
        "summary": "Meet", "endTime": "2026-12-23T14:05:00Z",
        "nodes": [
            party("https://here.test", own.ed25519.as_deref(), own.rsa_pem.as_deref()),
            party(THIRD, theirs.ed25519.as_deref(), theirs.rsa_pem.as_deref()),
        ],
    }))
}

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let Some(whole) = statement() else {
        return Vec::new();
    };
    let accept = json!({"type": "Accept", "actor": "https://third.test/actor", "object": whole});
    // Parts of it, which are put over one that is read.
    let parts = [
        whole.clone(),
        accept,
        json!({"nodes": [party("https://here.test", None, None), party(THIRD, None, None)]}),
        json!({"endTime": "tomorrow"}),
        json!({"id": "https://other.test/actor#introduction-1"}),
    ];
    parts.iter().map(|part| part.to_string().into_bytes()).collect()
}

fn run(data: &[u8]) {
    for document in input::documents(data) {
        check(&document);
        let (Some(mut whole), Some(parts)) = (statement(), document.as_object()) else {
            continue;
        };
        if let Some(members) = whole.as_object_mut() {
            members.extend(parts.clone());
        }
        check(&whole);
    }
}

fn check(document: &Value) {
    let Some(nodes) = nodes() else { return };
    let own = nodes.own.origin();
    let Ok(read) = fuzzing::statement(document, &nodes.peer, &nodes.own) else {
        return;
    };
    let other = &read.node.origin;
    assert!(other != own && *other != nodes.peer.origin, "{other}");
    assert_eq!(read.node.keys.actor, other.join("/actor"));
    assert!(other.owns(&read.node.shared_inbox) && nodes.peer.origin.owns(&read.uri));
    assert!(read.node.name.chars().count() <= 200 && !read.node.name.chars().any(char::is_control));
    assert_eq!(read.contract.version, 1);
    // Nobody has signed that it is accepted.
    let one = Introduction {
        id: IntroductionId(1),
        peer: PeerId(1),
        by_us: false,
        uri: read.uri,
        offer: String::new(),
        contract: read.contract,
        note: String::new(),
        state: IntroductionState::Open,
        other_confirmed: false,
        made_at: noon(),
        expires_at: read.expires_at,
        answered_at: None,
        document: document.to_string(),
        node: read.node,
    };
    let said = json!({"type": "Accept", "actor": one.node.keys.actor, "object": document});
    assert!(!fuzzing::acceptance(&said, &one, &one.node.keys));
    assert!(!fuzzing::acceptance(document, &one, &one.node.keys));
}
