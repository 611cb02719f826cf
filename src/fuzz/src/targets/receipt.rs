//! Receipts for purge orders, and the orders' notices.

use crate::keys::{keys, nodes, noon};
use crate::{Corpus, Target, input};
use entrenous_federation::fuzzing;
use serde_json::{Value, json};

pub(crate) const TARGET: Target = Target {
    name: "receipt",
    about: "Receipts for purge orders",
    longest: 16 * 1024,
    run,
    seeds,
    words: &[
        "\"type\":\"PurgeReceipt\"",
        "\"actor\":\"https://peer.test/actor\"",
        "\"to\":[\"https://here.test/actor\"]",
        "\"nonce\":\"one\"",
        "\"how\":\"purge\"",
        "\"how\":\"hide\"",
        "\"tally\":{",
        "\"posts\":18446744073709551615",
        "\"proof\":{",
    ],
};

const OWN: &str = "https://here.test/actor";
const NONCE: &str = "one";

fn receipt() -> Value {
    json!({
        "type": "PurgeReceipt", "actor": "https://peer.test/actor", "to": [OWN], "nonce": NONCE, "how": "purge",
        "tally": {"posts": 7, "files": 0, "people": 1, "follows": 2, "notifications": 3},
        "startTime": "2026-11-23T14:05:00Z", "endTime": "2026-11-23T14:05:00Z",
    })
}

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let parts = [
        receipt(),
        json!({"nonce": "two"}),
        json!({"to": ["https://third.test/actor"]}),
        json!({"how": "hide", "tally": {"posts": 1, "files": 1, "people": 1, "follows": 1, "notifications": 1, "votes": 4}}),
    ];
    parts.iter().map(|part| part.to_string().into_bytes()).collect()
}

fn run(data: &[u8]) {
    let (Some(nodes), Some(keys)) = (nodes(), keys()) else {
        return;
    };
    let Some(pinned) = &nodes.peer.keys else { return };
    let read = |document: &Value| fuzzing::receipt(document, pinned, OWN, NONCE);
    for document in input::documents(data) {
        assert!(read(&document).is_err(), "nobody has signed it");
        // Its members over those of a receipt, signed by the peer.
        let mut said = receipt();
        let (Some(members), Some(parts)) = (said.as_object_mut(), document.as_object()) else {
            continue;
        };
        members.extend(parts.clone());
        members.remove("proof");
        if entrenous_wire::proof::attach(&mut said, &keys.ed25519, "https://peer.test/actor#key", noon())
            .is_err()
        {
            continue;
        }
        let Ok(receipt) = read(&said) else { continue };
        assert_eq!(said.get("nonce"), Some(&json!(NONCE)));
        assert_eq!(said.get("to"), Some(&json!([OWN])));
        assert_eq!(said.get("actor"), Some(&json!(pinned.actor)));
        assert_eq!(said.get("how"), Some(&json!(receipt.0)));
        assert!(fuzzing::receipt(&said, pinned, OWN, "two").is_err());
        assert!(fuzzing::receipt(&said, &nodes.own.peer_keys(), OWN, NONCE).is_err());
    }
}
