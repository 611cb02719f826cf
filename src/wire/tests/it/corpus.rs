//! Recorded requests of GoToSocial, Lemmy, Mitra and snac.
//!
//! They are in `federation-tests/payloads`. `ENTRENOUS_PAYLOADS` names another directory of the same shape, for a
//! run over a larger recording.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use entrenous_wire::{
    keys::PublicKey,
    proof,
    signature::{Form, Refusal, Window},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::support::Received;

struct Recorded {
    name: String,
    request: Received,
    expected: String,
    at: DateTime<Utc>,
    sender: String,
}

fn directory() -> PathBuf {
    std::env::var_os("ENTRENOUS_PAYLOADS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../federation-tests/payloads"),
        PathBuf::from,
    )
}

fn json_files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .into_iter()
        .flatten()
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
    for file in softwares().iter().flat_map(|software| json_files(software)) {
        let exchange: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let text = |name: &str| exchange[name].as_str().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        for line in exchange["headers"].as_array().unwrap() {
            headers.append(
                HeaderName::from_bytes(line[0].as_str().unwrap().as_bytes()).unwrap(),
                HeaderValue::from_str(line[1].as_str().unwrap()).unwrap(),
            );
        }
        all.push(Recorded {
            name: file.file_name().unwrap().to_str().unwrap().to_owned(),
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
            sender: text("sender"),
        });
    }
    all
}

impl Recorded {
    fn key_id(&self) -> String {
        self.request.parse().unwrap().key_id().to_owned()
    }

    fn check(&self, key: &PublicKey) -> Result<bool, Refusal> {
        self.request
            .check(key, &self.expected, self.at, Window::OTHER)
            .map(|verified| verified.query_signed)
    }
}

/// Signed by what the sender never sent: a fragment in the target.
fn signs_a_fragment(name: &str, sender: &str) -> bool {
    sender == "snac" && name == "147-get-other-404.json"
}

#[test]
fn every_recorded_signature_verifies() {
    let keys = keys();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for exchange in recorded() {
        if !exchange.request.headers.contains_key("signature") {
            assert_eq!(
                exchange.request.parse().unwrap_err(),
                Refusal::Unsigned,
                "{}",
                exchange.name
            );
            *counts.entry("unsigned".to_owned()).or_default() += 1;
            continue;
        }
        let parsed = exchange
            .request
            .parse()
            .unwrap_or_else(|why| panic!("{}: {why}", exchange.name));
        let key = &keys[parsed.key_id()];
        let outcome = match exchange.check(key) {
            Ok(true) => "verified",
            Ok(false) => "without query",
            Err(Refusal::BadSignature) if signs_a_fragment(&exchange.name, &exchange.sender) => {
                "refused: fragment"
            }
            Err(why) => panic!("{} of {}: {why}", exchange.name, exchange.sender),
        };
        let form = match parsed.form() {
            Form::Cavage => "cavage",
            Form::Rfc9421 => "rfc9421",
        };
        *counts.entry(format!("{form} {outcome}")).or_default() += 1;
        if outcome != "refused: fragment" && exchange.request.headers.contains_key("digest") {
            assert!(parsed.covers_digest());
            *counts.entry("digest".to_owned()).or_default() += 1;
        }
    }
    println!("{counts:?}");
    for needed in [
        "cavage verified",
        "cavage without query",
        "cavage refused: fragment",
        "rfc9421 verified",
        "digest",
    ] {
        assert!(counts.contains_key(needed), "no recorded request is {needed}");
    }
    if std::env::var_os("ENTRENOUS_PAYLOADS").is_some() {
        let of = |name: &str| counts.get(name).copied().unwrap_or_default();
        assert_eq!(
            of("cavage verified") + of("cavage without query") + of("cavage refused: fragment"),
            512
        );
        assert_eq!(
            (of("cavage without query"), of("cavage refused: fragment")),
            (7, 1)
        );
        assert_eq!((of("rfc9421 verified"), of("digest")), (2, 425));
    }
}

#[test]
fn every_recorded_proof_verifies_and_no_changed_one_does() {
    let keys = keys();
    let mut count = 0;
    for exchange in recorded() {
        let Ok(mut body) = serde_json::from_slice::<Value>(&exchange.request.body) else {
            continue;
        };
        let Ok(parsed) = proof::parse(&body) else { continue };
        let key = &keys[parsed.verification_method()];
        parsed
            .verify(key)
            .unwrap_or_else(|why| panic!("{}: {why}", exchange.name));
        count += 1;
        body["actor"] = Value::from("https://mitra.test/users/mallory");
        assert!(
            proof::parse(&body).unwrap().verify(key).is_err(),
            "{}",
            exchange.name
        );
    }
    println!("proofs: {count}");
    assert!(count >= 5);
    if std::env::var_os("ENTRENOUS_PAYLOADS").is_some() {
        assert_eq!(count, 90);
    }
}

#[test]
fn one_changed_byte_is_enough() {
    let keys = keys();
    for exchange in recorded() {
        if !exchange.request.headers.contains_key("signature")
            || signs_a_fragment(&exchange.name, &exchange.sender)
        {
            continue;
        }
        let key = &keys[&exchange.key_id()];
        assert!(exchange.check(key).is_ok());
        for (what, request) in changed(&exchange) {
            let result = Recorded {
                request,
                ..copy(&exchange)
            }
            .check_any(key);
            assert!(result.is_err(), "{}: accepted with another {what}", exchange.name);
        }
    }
}

impl Recorded {
    /// Like [`Recorded::check`]; a changed request may also be unreadable.
    fn check_any(&self, key: &PublicKey) -> Result<bool, Refusal> {
        self.request.parse().and_then(|_| self.check(key))
    }
}

fn copy(of: &Recorded) -> Recorded {
    Recorded {
        name: of.name.clone(),
        request: of.request.clone(),
        expected: of.expected.clone(),
        at: of.at,
        sender: of.sender.clone(),
    }
}

/// The request with one byte of the body, of each signed header, of the signature, of the target changed.
fn changed(exchange: &Recorded) -> Vec<(String, Received)> {
    let original = &exchange.request;
    let mut all = Vec::new();
    for at in [0, original.body.len() / 2, original.body.len().saturating_sub(1)] {
        let mut request = original.clone();
        match request.body.get_mut(at) {
            Some(byte) => *byte ^= 1,
            None => request.body.push(b' '),
        }
        all.push((format!("body at {at}"), request));
    }
    let parsed = original.parse().unwrap();
    for name in parsed.covered().filter(|name| !name.starts_with(['@', '('])) {
        let mut request = original.clone();
        let mut value = original.headers[name].as_bytes().to_vec();
        let last = value.len() - 2;
        value[last] = if value[last] == b'1' { b'2' } else { b'1' };
        request.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(&value).unwrap(),
        );
        all.push((name.to_owned(), request));
    }
    for at in [20, 60, 300] {
        let mut request = original.clone();
        let text = original.get("signature");
        let start = text.find("signature=").map_or(6, |at| at + 11);
        let mut value = text.into_bytes();
        value[start + at] = if value[start + at] == b'A' { b'B' } else { b'A' };
        request
            .headers
            .insert("signature", HeaderValue::from_bytes(&value).unwrap());
        all.push((format!("signature at {at}"), request));
    }
    let mut request = original.clone();
    request.target = request.target.replacen('/', "/x", 1);
    all.push(("target".to_owned(), request));
    let mut request = original.clone();
    request.method = Method::PUT;
    all.push(("method".to_owned(), request));
    all
}
