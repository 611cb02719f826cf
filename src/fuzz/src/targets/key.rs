//! Public keys and fingerprints as text.

use crate::input::lines;
use crate::{Corpus, Target};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrenous_wire::keys::{Algorithm, Fingerprint, PublicKey, fingerprint};
use serde_json::Value;

pub(crate) const TARGET: Target = Target {
    name: "key",
    about: "Public keys (PEM with SPKI or PKCS #1, multibase) and fingerprints",
    longest: 9 * 1024,
    run,
    seeds,
    words: &[
        "-----BEGIN PUBLIC KEY-----",
        "-----END PUBLIC KEY-----",
        "-----BEGIN RSA PUBLIC KEY-----",
        "-----END RSA PUBLIC KEY-----",
        "MCowBQYDK2VwAyEA",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
        "z6Mk",
        "\n",
        "AAAA-",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = lines(&[
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n",
        "z6Mkjuw96ayyECdD5AuXs99XU2i7dmxctk7Tq6fGiCQxZqf1",
        &["AAAA"; 13].join("-"),
    ]);
    for actor in &corpus.actors {
        let Ok(actor) = serde_json::from_str::<Value>(actor) else {
            continue;
        };
        let pem = actor.pointer("/publicKey/publicKeyPem").and_then(Value::as_str);
        if let Some(pem) = pem {
            seeds.push(pem.as_bytes().to_vec());
            let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            seeds.extend(STANDARD.decode(inner));
        }
        let multikeys = actor
            .get("assertionMethod")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let texts = multikeys.filter_map(|key| key.get("publicKeyMultibase")?.as_str());
        seeds.extend(texts.map(|text| text.as_bytes().to_vec()));
    }
    seeds
}

fn run(data: &[u8]) {
    // As it is within a PEM block.
    let inner = STANDARD.encode(data);
    for name in ["PUBLIC KEY", "RSA PUBLIC KEY"] {
        check(PublicKey::from_pem(&format!("-----BEGIN {name}-----\n{inner}\n-----END {name}-----")).ok());
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    check(PublicKey::from_text(text).ok());
    check(PublicKey::from_pem(text).ok());
    check(PublicKey::from_multibase(text).ok());
    if let Ok(print) = text.parse::<Fingerprint>() {
        assert_eq!(print.to_string().parse(), Ok(print));
        assert_eq!(print.to_compact().parse(), Ok(print));
        assert_eq!(Fingerprint::from_bytes(*print.as_bytes()), print);
    }
}

fn check(key: Option<PublicKey>) {
    let Some(key) = key else { return };
    assert_eq!(PublicKey::from_text(&key.to_text()).as_ref(), Ok(&key));
    assert_eq!(PublicKey::from_pem(&key.to_pem()).as_ref(), Ok(&key));
    assert_eq!(
        key.to_multibase().is_some(),
        key.algorithm() == Algorithm::Ed25519
    );
    assert!(key.to_pem().len() <= 2_048 && key.to_spki().len() <= 1_200);
    let print = fingerprint(std::slice::from_ref(&key));
    assert_eq!(fingerprint(&[key.clone(), key.clone()]), print);
    // Nobody has signed anything.
    for length in [0, 64, 256] {
        assert!(key.verify(b"message", &vec![0; length]).is_err());
    }
}
