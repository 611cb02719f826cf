//! FEP-8b32 proofs.

use chrono::DateTime;
use entrenous_wire::{
    keys::{Ed25519KeyPair, PublicKey},
    proof::{self, ProofError},
};
use serde_json::{Value, json};

use crate::support::{ED25519, RSA, noon};

const METHOD: &str = "https://server.example/users/alice#ed25519-key";

fn vector() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"],
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": "https://server.example/users/alice",
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": "https://server.example/users/alice",
            "content": "Hello world",
            "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}
        }
    })
}

#[test]
fn the_fep_s_own_vector() {
    // The secret key of the FEP is a multikey: 0x8026 and the seed.
    let secret = bs58::decode("3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
        .into_vec()
        .unwrap();
    let prefix = [
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    let pair = Ed25519KeyPair::from_pkcs8(&[prefix.as_slice(), &secret[2..]].concat()).unwrap();
    let public = PublicKey::from_multibase("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2").unwrap();
    assert_eq!(pair.public_key().unwrap(), public);

    let mut document = vector();
    let created = DateTime::parse_from_rfc3339("2023-02-24T23:36:38Z")
        .unwrap()
        .to_utc();
    proof::attach(&mut document, &pair, METHOD, created).unwrap();
    assert_eq!(
        document["proof"],
        json!({
            "@context": vector()["@context"],
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": METHOD,
            "proofPurpose": "assertionMethod",
            "proofValue": "zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocuJ3m9KhKJEEg7z",
            "created": "2023-02-24T23:36:38Z"
        })
    );
    let parsed = proof::parse(&document).unwrap();
    assert_eq!(
        (parsed.verification_method(), parsed.created()),
        (METHOD, Some(created))
    );
    assert_eq!(parsed.verify(&public), Ok(()));
}

fn signed() -> Value {
    let mut document = vector();
    proof::attach(&mut document, &ED25519, METHOD, noon()).unwrap();
    document
}

#[test]
fn changed_documents_and_proofs_are_refused() {
    let key = ED25519.public_key().unwrap();
    assert_eq!(proof::parse(&signed()).unwrap().verify(&key), Ok(()));
    let changes: [(&str, Value); 7] = [
        ("/object/content", json!("Hello World")),
        ("/object/location/latitude", json!(25.273_963)),
        ("/id", json!("https://server.example/activities/2")),
        ("/@context", json!(["https://www.w3.org/ns/activitystreams"])),
        ("/proof/created", json!("2026-11-23T12:00:01Z")),
        (
            "/proof/verificationMethod",
            json!("https://server.example/users/bob#ed25519-key"),
        ),
        ("/proof/@context", json!([])),
    ];
    for (pointer, value) in changes {
        let mut document = signed();
        *document.pointer_mut(pointer).unwrap() = value;
        let result = proof::parse(&document).unwrap().verify(&key);
        assert_eq!(result, Err(ProofError::BadSignature), "{pointer}");
    }
    let mut document = signed();
    document["to"] = json!(["https://server.example/network"]);
    assert!(proof::parse(&document).unwrap().verify(&key).is_err());
    let mut document = signed();
    document["proof"]["nonce"] = json!("x");
    assert!(proof::parse(&document).unwrap().verify(&key).is_err());
    let other = Ed25519KeyPair::generate().unwrap().public_key().unwrap();
    assert_eq!(
        proof::parse(&signed()).unwrap().verify(&other),
        Err(ProofError::BadSignature)
    );
    assert_eq!(
        proof::parse(&signed())
            .unwrap()
            .verify(&RSA.public_key().unwrap()),
        Err(ProofError::Key)
    );
}

#[test]
fn other_kinds_are_refused() {
    for (name, value, expected) in [
        ("type", json!("Ed25519Signature2020"), ProofError::Unsupported),
        ("cryptosuite", json!("eddsa-rdfc-2022"), ProofError::Unsupported),
        ("cryptosuite", Value::Null, ProofError::Unsupported),
        ("proofPurpose", json!("authentication"), ProofError::Unsupported),
        ("expires", json!("2020-01-01T00:00:00Z"), ProofError::Unsupported),
        ("proofValue", json!("uAAAA"), ProofError::Malformed),
        ("proofValue", json!(7), ProofError::Malformed),
        ("created", json!("yesterday"), ProofError::Malformed),
        ("verificationMethod", json!({"id": "x"}), ProofError::Malformed),
    ] {
        let mut document = signed();
        document["proof"][name] = value;
        assert_eq!(proof::parse(&document).unwrap_err(), expected, "{name}");
    }
    let mut document = signed();
    document["proof"] = json!([document["proof"]]);
    assert_eq!(proof::parse(&document).unwrap_err(), ProofError::Malformed);
    assert_eq!(proof::parse(&vector()).unwrap_err(), ProofError::Missing);
    assert_eq!(proof::parse(&json!([1])).unwrap_err(), ProofError::Malformed);
    assert!(proof::create(&signed(), &ED25519, METHOD, noon()).is_err());
}

#[test]
fn detached_proofs_over_plain_objects() {
    // The endorsement of a person's keys: an object without a context.
    let statement = json!({"id": "https://server.example/people/ana", "keys": ["z6Mk", "pem"]});
    let endorsement = proof::create(&statement, &ED25519, METHOD, noon()).unwrap();
    let key = ED25519.public_key().unwrap();
    assert_eq!(
        proof::parse_detached(&statement, &endorsement)
            .unwrap()
            .verify(&key),
        Ok(())
    );
    let other = json!({"id": "https://server.example/people/eva", "keys": ["z6Mk", "pem"]});
    assert!(
        proof::parse_detached(&other, &endorsement)
            .unwrap()
            .verify(&key)
            .is_err()
    );
}
