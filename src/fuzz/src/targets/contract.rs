//! Contracts, and whether an instance has signed what it offers.

use crate::keys::{keys, nodes, noon};
use crate::{Corpus, Target, input};
use entrenous_federation::fuzzing;
use entrenous_model::{Contract, Preset};
use serde_json::{Value, json};

pub(crate) const TARGET: Target = Target {
    name: "contract",
    about: "Contracts that are offered, and whether they are signed",
    longest: 16 * 1024,
    run,
    seeds,
    words: &[
        "\"contract\":{",
        "\"version\":1",
        "\"we_give\":{",
        "\"they_give\":{",
        "\"directory\":\"shared\"",
        "\"posts\":\"addressed\"",
        "\"posts\":true",
        "\"groups\":\"all\"",
        "\"groups\":{\"named\":[",
        "\"profile\":{",
        "\"at_end\":\"purge\"",
        "\"rate\":",
        "\"largest_file\":",
        "18446744073709551615",
    ],
};

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for preset in Preset::ALL {
        let object = json!({"type": "Contract", "contract": preset.contract(), "summary": "Hello"});
        let offer = json!({"type": "Offer", "id": "https://peer.test/actor#contract-1", "actor": "https://peer.test/actor",
            "to": ["https://here.test/actor"], "object": object});
        seeds.push(object.to_string().into_bytes());
        seeds.push(offer.to_string().into_bytes());
    }
    seeds.extend(input::lines(&[
        r#"{"contract":{"version":1,"we_give":{"directory":"all","posts":true},"they_give":{"directory":"none","posts":false}}}"#,
        r#"{"contract":{"version":2,"we_give":{"directory":"shared","posts":"addressed","groups":{"named":["https://a.test/g"]}},"they_give":{"directory":"none","posts":"none"}}}"#,
    ]));
    seeds
}

fn run(data: &[u8]) {
    for document in input::documents(data) {
        if let Ok(contract) = fuzzing::contract(&document) {
            check(&contract);
        }
        signed(&document);
    }
}

fn check(contract: &Contract) {
    assert_eq!(contract.clone().mirrored().mirrored(), *contract);
    let written = json!({ "contract": contract });
    assert_eq!(fuzzing::contract(&written).ok().as_ref(), Some(contract));
    assert_eq!(
        contract.check().is_ok(),
        contract.clone().mirrored().check().is_ok()
    );
    for terms in [&contract.we_give, &contract.they_give] {
        assert!(terms.within(terms));
    }
}

/// Only what the pinned key has signed, whole, is agreed.
fn signed(document: &Value) {
    let (Some(nodes), Some(keys)) = (nodes(), keys()) else {
        return;
    };
    assert!(fuzzing::signed_by(&nodes.peer, document).is_err());
    let mut document = document.clone();
    let Some(members) = document.as_object_mut() else {
        return;
    };
    members.remove("proof");
    let method = "https://peer.test/actor#key";
    if entrenous_wire::proof::attach(&mut document, &keys.ed25519, method, noon()).is_err() {
        return;
    }
    assert!(fuzzing::signed_by(&nodes.peer, &document).is_ok(), "{document}");
    if let Some(members) = document.as_object_mut() {
        let more = members.get("contract-").is_none();
        members.insert("contract-".to_owned(), json!(more));
    }
    assert!(fuzzing::signed_by(&nodes.peer, &document).is_err(), "{document}");
}
