//! RFC 9421: what is accepted, and for each rule a twin that is refused.

use entrenous_wire::signature::Refusal;
use http::Method;

use crate::{
    signing::{PARAMS, WHOLE, check_ed, check_rsa, rfc9421, rfc9421_with, unsigned},
    support::RSA,
};

#[test]
fn rfc9421_coverage() {
    for good in [
        &["@method", "@target-uri", "content-digest"][..],
        &["content-digest", "@authority", "@request-target", "@method"],
        &[
            "@method",
            "@scheme",
            "@authority",
            "@path",
            "@query",
            "content-digest",
            "content-type",
        ],
    ] {
        assert!(check_ed(&rfc9421(unsigned(), good, PARAMS)).is_ok(), "{good:?}");
    }
    for (bad, expected) in [
        (&["@target-uri", "content-digest"][..], Refusal::NotCovered),
        (&["@method", "content-digest"], Refusal::NotCovered),
        (
            &["@method", "@path", "@query", "content-digest"],
            Refusal::NotCovered,
        ),
        (&["@method", "@authority", "content-digest"], Refusal::NotCovered),
        (
            &["@method", "@authority", "@path", "content-digest"],
            Refusal::NotCovered,
        ),
        (&["@method", "@target-uri"], Refusal::NotCovered),
        (&["@method", "@target-uri", "digest"], Refusal::NotCovered),
        (
            &["@method", "@target-uri", "content-digest", "@method"],
            Refusal::Ambiguous,
        ),
        (
            &["@method", "@target-uri", "content-digest", "@status"],
            Refusal::Malformed,
        ),
        (
            &["@method", "@target-uri", "content-digest", "X-Upper"],
            Refusal::Malformed,
        ),
        (
            &["@method", "@target-uri", "content-digest", "x-missing"],
            Refusal::NotCovered,
        ),
        (&[], Refusal::NotCovered),
    ] {
        assert_eq!(
            check_ed(&rfc9421(unsigned(), bad, PARAMS)),
            Err(expected),
            "{bad:?}"
        );
    }
    let mut bare = unsigned();
    bare.headers.remove("digest");
    bare.headers.remove("content-digest");
    assert_eq!(
        check_ed(&rfc9421(bare.clone(), &["@method", "@target-uri"], PARAMS)),
        Err(Refusal::Digest)
    );
    (bare.method, bare.body, bare.target) = (Method::GET, Vec::new(), "/actor".to_owned());
    assert!(check_ed(&rfc9421(bare.clone(), &["@method", "@target-uri"], PARAMS)).is_ok());
    assert!(
        check_ed(&rfc9421(
            bare.clone(),
            &["@method", "@authority", "@path"],
            PARAMS
        ))
        .is_ok()
    );
    bare.headers.remove("host"); // HTTP/2
    assert!(check_ed(&rfc9421(bare, &["@method", "@target-uri"], PARAMS)).is_ok());
}

#[test]
fn rfc9421_parameters() {
    let key = "keyid=\"https://peer.test/people/ana#main-key\"";
    for (params, expected) in [
        (format!(";{key}"), Refusal::Clock),
        (format!(";created=\"1795435200\";{key}"), Refusal::Clock),
        (";created=1795435200".to_owned(), Refusal::Malformed),
        (";created=1795435200;keyid=peer".to_owned(), Refusal::Malformed),
        (";created=1795435200;keyid=\"peer\"".to_owned(), Refusal::KeyId),
        (format!("{PARAMS};alg=\"hmac-sha256\""), Refusal::Algorithm),
        (format!("{PARAMS};alg=\"rsa-v1_5-sha256\""), Refusal::Algorithm),
        (format!("{PARAMS};alg=\"rsa-pss-sha512\""), Refusal::Algorithm),
        (format!(";created=1{PARAMS}"), Refusal::Ambiguous),
    ] {
        assert_eq!(
            check_ed(&rfc9421(unsigned(), &WHOLE, &params)),
            Err(expected),
            "{params}"
        );
    }
    assert!(
        check_ed(&rfc9421(
            unsigned(),
            &WHOLE,
            &format!("{PARAMS};alg=\"ed25519\";nonce=\"n\";tag=\"t\"")
        ))
        .is_ok()
    );
    let rsa_signed = rfc9421_with(
        unsigned(),
        &*RSA,
        &WHOLE,
        &format!("{PARAMS};alg=\"rsa-v1_5-sha256\""),
    );
    assert!(check_rsa(&rsa_signed).is_ok());
    assert_eq!(check_ed(&rsa_signed), Err(Refusal::Algorithm));
    // Without `alg` the key decides, and a signature by the other kind does not verify.
    assert_eq!(
        check_rsa(&rfc9421(unsigned(), &WHOLE, PARAMS)),
        Err(Refusal::BadSignature)
    );
    // Two signatures, labels that do not match, component parameters.
    let good = rfc9421(unsigned(), &WHOLE, PARAMS);
    let mut two = good.clone();
    let (input, signature) = (good.get("signature-input"), good.get("signature"));
    two.set(
        "signature-input",
        &format!("{input}, {}", input.replace("sig1", "sig2")),
    );
    two.set(
        "signature",
        &format!("{signature}, {}", signature.replace("sig1", "sig2")),
    );
    assert_eq!(check_ed(&two), Err(Refusal::Ambiguous));
    let mut doubled = good.clone();
    doubled.set("signature-input", &format!("{input}, {input}"));
    assert_eq!(check_ed(&doubled), Err(Refusal::Ambiguous));
    for (name, from, to) in [
        ("signature", "sig1", "sig2"),
        ("signature-input", "\"@method\"", "\"@method\";req"),
        ("signature-input", "\"@method\"", "method"),
        ("signature-input", "sig1=(", "sig1=\"("),
        ("signature", "sig1=:", "sig1=;"),
        ("signature", ":", ""),
    ] {
        let mut bad = good.clone();
        bad.replace(name, from, to);
        assert_eq!(check_ed(&bad), Err(Refusal::Malformed), "{name} {from} {to}");
    }
    let mut half = good.clone();
    half.headers.remove("signature");
    assert_eq!(check_ed(&half), Err(Refusal::Malformed));
    half.headers.remove("signature-input");
    assert_eq!(check_ed(&half), Err(Refusal::Unsigned));
}
