//! Every recorded exchange of GoToSocial, Lemmy, Mitra and snac (`federation-tests/payloads`), byte for byte, with the
//! recorded clock and the recorded receiver's authority.

mod changed;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use entrenous_wire::{
    digest::{verify_content_digest, verify_digest},
    keys::PublicKey,
    proof,
    signature::{Form, Refusal, Window},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::support::Received;

/// The one request that a correct verifier refuses: snac signed a fragment of the URL, which is never sent.
const SIGNS_A_FRAGMENT: &str = "gotosocial/147-get-other-404.json";

struct Recorded {
    /// `software/file.json`.
    name: String,
    request: Received,
    expected: String,
    at: DateTime<Utc>,
}

impl Recorded {
    fn is_signed(&self) -> bool {
        self.request.headers.contains_key("signature")
    }

    /// Whether the query is signed, or the refusal.
    fn check(&self, key: &PublicKey) -> Result<bool, Refusal> {
        self.request
            .check(key, &self.expected, self.at, Window::OTHER)
            .map(|verified| verified.query_signed)
    }
}

fn json_files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

fn softwares() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../federation-tests/payloads");
    let found = ["gotosocial", "lemmy", "mitra", "snac"];
    found.iter().map(|name| directory.join(name)).collect()
}

/// Public keys by the id of the key, from the recorded actor documents.
fn keys() -> BTreeMap<String, PublicKey> {
    let mut keys = BTreeMap::new();
    for file in softwares()
        .iter()
        .flat_map(|software| json_files(&software.join("actors")))
    {
        let actor: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pem = text(&actor["publicKey"]["publicKeyPem"]);
        keys.insert(
            text(&actor["publicKey"]["id"]),
            PublicKey::from_pem(&pem).unwrap(),
        );
        for method in actor["assertionMethod"].as_array().into_iter().flatten() {
            let key = PublicKey::from_multibase(&text(&method["publicKeyMultibase"])).unwrap();
            keys.insert(text(&method["id"]), key);
        }
    }
    keys
}

fn recorded() -> Vec<Recorded> {
    let mut all = Vec::new();
    for software in softwares() {
        for file in json_files(&software) {
            all.push(read(&software, &file));
        }
    }
    assert_eq!(all.len(), 607);
    all
}

fn read(software: &Path, file: &Path) -> Recorded {
    let exchange: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let text = |name: &str| exchange[name].as_str().unwrap().to_owned();
    let last = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut headers = HeaderMap::new();
    for line in exchange["headers"].as_array().unwrap() {
        headers.append(
            HeaderName::from_bytes(line[0].as_str().unwrap().as_bytes()).unwrap(),
            HeaderValue::from_str(line[1].as_str().unwrap()).unwrap(),
        );
    }
    Recorded {
        name: format!("{}/{}", last(software), last(file)),
        request: Received {
            method: Method::from_bytes(text("method").as_bytes()).unwrap(),
            target: text("target"),
            headers,
            body: STANDARD.decode(text("body_base64")).unwrap(),
        },
        expected: format!("https://{}", text("receiver_host")),
        at: DateTime::parse_from_rfc3339(&text("received_at"))
            .unwrap()
            .with_timezone(&Utc),
    }
}

#[test]
fn every_recorded_signature_verifies() {
    let keys = keys();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for exchange in recorded() {
        let name = &exchange.name;
        if !exchange.is_signed() {
            assert_eq!(exchange.request.parse().unwrap_err(), Refusal::Unsigned, "{name}");
            *counts.entry("unsigned").or_default() += 1;
            continue;
        }
        let parsed = exchange
            .request
            .parse()
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        let outcome = match (parsed.form(), exchange.check(&keys[parsed.key_id()])) {
            (Form::Cavage, Ok(true)) => "cavage",
            (Form::Cavage, Ok(false)) => {
                assert!(name.starts_with("gotosocial/") && exchange.request.target.contains('?'));
                assert!(parsed.key_id().starts_with("https://mitra.test/"), "{name}");
                "cavage without the query"
            }
            (Form::Cavage, Err(Refusal::BadSignature)) if name == SIGNS_A_FRAGMENT => "refused",
            (Form::Rfc9421, Ok(true)) => "rfc9421",
            (form, other) => panic!("{name}: {form:?} {other:?}"),
        };
        *counts.entry(outcome).or_default() += 1;
    }
    let expected = [
        ("cavage", 504),
        ("cavage without the query", 7),
        ("refused", 1),
        ("rfc9421", 2),
        ("unsigned", 93),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn every_recorded_digest_is_that_of_its_body() {
    let (mut digests, mut content_digests) = (0, 0);
    for exchange in recorded() {
        let (request, name) = (&exchange.request, &exchange.name);
        if request.headers.contains_key("digest") {
            let stated = request.get("digest");
            assert_eq!(verify_digest(&stated, &request.body), Ok(()), "{name}");
            assert!(request.parse().unwrap().covers_digest(), "{name}");
            for other in changed::bodies(&exchange) {
                assert!(verify_digest(&stated, &other).is_err(), "{name}");
            }
            digests += 1;
        }
        if request.headers.contains_key("content-digest") {
            let stated = request.get("content-digest");
            assert_eq!(verify_content_digest(&stated, &request.body), Ok(()), "{name}");
            assert!(request.parse().unwrap().covers_digest(), "{name}");
            content_digests += 1;
        }
    }
    assert_eq!((digests, content_digests), (426, 2));
}

#[test]
fn every_recorded_proof_verifies_and_no_changed_one_does() {
    let keys = keys();
    let (mut count, mut changes) = (0, 0);
    for exchange in recorded() {
        let Ok(body) = serde_json::from_slice::<Value>(&exchange.request.body) else {
            continue;
        };
        if body.get("proof").is_none() {
            continue;
        }
        let name = &exchange.name;
        let parsed = proof::parse(&body).unwrap_or_else(|why| panic!("{name}: {why}"));
        let key = &keys[parsed.verification_method()];
        assert_eq!(parsed.verify(key), Ok(()), "{name}");
        count += 1;
        for (place, other) in changed::values(&body) {
            if let Ok(parsed) = proof::parse(&other)
                && let Some(key) = keys.get(parsed.verification_method())
            {
                assert!(
                    parsed.verify(key).is_err(),
                    "{name}: accepted with another {place}"
                );
            }
            changes += 1;
        }
    }
    assert_eq!(count, 90);
    assert!(changes > 90 * 15, "{changes}");
}
