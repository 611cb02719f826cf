//! Whatever a peer sends, the parsers answer and do not panic.

use entrenous_wire::{
    Origin, digest, jcs,
    keys::{Fingerprint, PublicKey},
    proof, signature,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;

use crate::support::ED25519;

/// Texts that are nearly right reach further into a parser than noise.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::collection::vec(
        prop_oneof![
            Just("keyId=\"https://a.test/k\"".to_owned()),
            Just("headers=\"(request-target) host date digest\"".to_owned()),
            Just("signature=\"QUJD\"".to_owned()),
            Just("created=1".to_owned()),
            Just("expires=\"99999999999999999999\"".to_owned()),
            Just("sig1=(\"@method\" \"@target-uri\" \"content-digest\")".to_owned()),
            Just(";created=1618884473;keyid=\"https://a.test/k\";alg=\"ed25519\"".to_owned()),
            Just("sig1=:QUJD:".to_owned()),
            Just("SHA-256=".to_owned()),
            Just(",".to_owned()),
            Just("\"".to_owned()),
            "\\PC{0,8}",
        ],
        0..8,
    );
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        pieces.prop_map(|all| all.concat().into_bytes())
    ]
}

proptest! {
    #[test]
    fn signature_headers(
        signature in nearly(), input in prop::option::of(nearly()), digest in nearly(), date in nearly(),
        target in "/\\PC{0,16}", post in any::<bool>(),
    ) {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("here.test"));
        for (name, value) in
            [("signature", Some(signature)), ("signature-input", input), ("digest", Some(digest.clone())),
             ("content-digest", Some(digest)), ("date", Some(date))]
        {
            if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(&value).ok()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let method = if post { Method::POST } else { Method::GET };
        if let Ok(parsed) = signature::parse(&method, &target, &headers) {
            let here = Origin::parse("https://here.test").unwrap();
            let now = crate::support::noon();
            let _ = parsed.check_freshness(now, signature::Window::OTHER);
            prop_assert!(parsed.verify(&ED25519.public_key().unwrap(), &here, b"").is_err());
        }
    }

    #[test]
    fn texts(text in "\\PC{0,64}", bytes in prop::collection::vec(any::<u8>(), 0..128)) {
        let _ = Origin::of_identifier(&text);
        let _ = Origin::parse(&format!("https://{text}"));
        let _ = PublicKey::from_text(&text);
        let _ = PublicKey::from_pem(&format!("-----BEGIN PUBLIC KEY-----{text}-----END PUBLIC KEY-----"));
        let _ = PublicKey::from_multibase(&format!("z{text}"));
        let _ = text.parse::<Fingerprint>();
        let _ = digest::verify_digest(&text, &bytes);
        let _ = digest::verify_content_digest(&format!("sha-256=:{text}:"), &bytes);
    }

    #[test]
    fn fingerprints_round_trip(bytes in any::<[u8; 32]>()) {
        let print = Fingerprint::from_bytes(bytes);
        prop_assert_eq!(print.to_string().parse::<Fingerprint>().unwrap(), print);
        prop_assert_eq!(print.to_compact().parse::<Fingerprint>().unwrap(), print);
    }

    #[test]
    fn canonical_numbers_read_back(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        let text = jcs::canonicalize(&serde_json::json!(value));
        prop_assert_eq!(text.parse::<f64>().unwrap(), value);
    }

    #[test]
    fn canonical_form_is_a_fixed_point(text in "\\PC{0,32}", integer in any::<i64>()) {
        let value = serde_json::json!({&text: [integer, &text, {"b": null, "a": true}]});
        let once = jcs::canonicalize(&value);
        let again = jcs::canonicalize(&serde_json::from_str::<serde_json::Value>(&once).unwrap());
        prop_assert_eq!(once, again);
        let _ = proof::parse_detached(&value, &value);
    }
}
