//! draft-cavage: what is accepted, and for each rule a twin that is refused.

use entrenous_wire::signature::{Refusal, Verified};
use http::Method;

use crate::signing::{
    CAVAGE, KEY_ID, PARAMS, WHOLE, cavage, cavage_with, check_ed, check_rsa, rfc9421, unsigned,
};

#[test]
fn cavage_is_accepted_in_its_spellings() {
    let full = Ok(Verified { query_signed: true });
    assert_eq!(check_rsa(&cavage(unsigned(), CAVAGE)), full);
    assert_eq!(
        check_rsa(&cavage(
            unsigned(),
            "host (request-target) content-type digest date"
        )),
        full
    );
    let target = "/inbox?a=1";
    for extra in ["algorithm=\"hs2019\",", ""] {
        assert_eq!(check_rsa(&cavage_with(unsigned(), CAVAGE, extra, target)), full);
    }
    let created = "algorithm=\"hs2019\",created=1795435200,";
    assert_eq!(
        check_rsa(&cavage_with(
            unsigned(),
            "(request-target) (created) host digest",
            created,
            target
        )),
        full
    );
    let path_only = cavage_with(unsigned(), CAVAGE, "", "/inbox");
    assert_eq!(check_rsa(&path_only), Ok(Verified { query_signed: false }));
    let mut get = unsigned();
    (get.method, get.body) = (Method::GET, Vec::new());
    get.headers.remove("digest");
    get.headers.remove("content-digest");
    assert_eq!(check_rsa(&cavage(get, "(request-target) host date")), full);
    let mut explicit_port = unsigned();
    explicit_port.set("host", "HERE.test:443");
    assert_eq!(check_rsa(&cavage(explicit_port, CAVAGE)), full);
}

#[test]
fn cavage_must_cover_enough() {
    for (names, expected) in [
        ("host date digest", Refusal::NotCovered),
        ("(request-target) date digest", Refusal::NotCovered),
        ("(request-target) host digest", Refusal::NotCovered),
        ("(request-target) host date", Refusal::NotCovered),
        ("digest", Refusal::NotCovered),
        ("(request-target) host date digest host", Refusal::Ambiguous),
        ("(request-target) host date digest x-missing", Refusal::NotCovered),
        ("(request-target) host date digest (created)", Refusal::Algorithm),
        ("(request-target) host date digest Host", Refusal::Malformed),
        ("", Refusal::Malformed),
    ] {
        assert_eq!(
            check_rsa(&cavage(unsigned(), names)).unwrap_err(),
            expected,
            "{names}"
        );
    }
    let mut no_digest = unsigned();
    no_digest.headers.remove("digest");
    no_digest.headers.remove("content-digest");
    assert_eq!(
        check_rsa(&cavage(no_digest, "(request-target) host date")),
        Err(Refusal::Digest)
    );
    let mut no_date = unsigned();
    no_date.headers.remove("date");
    assert_eq!(
        check_rsa(&cavage(no_date.clone(), "(request-target) host digest")),
        Err(Refusal::Clock)
    );
    assert_eq!(check_rsa(&cavage(no_date, CAVAGE)), Err(Refusal::Clock));
    let mut request = cavage(unsigned(), CAVAGE);
    request.replace("signature", &format!("headers=\"{CAVAGE}\","), "");
    assert_eq!(check_rsa(&request), Err(Refusal::NotCovered));
    // A GET that brings a body must sign its digest as well.
    let mut get = unsigned();
    get.method = Method::GET;
    assert_eq!(
        check_rsa(&cavage(get, "(request-target) host date")),
        Err(Refusal::Digest)
    );
}

#[test]
fn cavage_parameters() {
    let good = cavage(unsigned(), CAVAGE);
    for (from, to, expected) in [
        ("rsa-sha256", "hmac-sha256", Refusal::Algorithm),
        ("rsa-sha256", "ed25519", Refusal::Algorithm),
        ("keyId=", "keyid=", Refusal::Malformed),
        (
            "keyId=",
            "keyId=\"https://other.test/k\",keyId=",
            Refusal::Ambiguous,
        ),
        ("signature=", "signature=\"AAAA\",signature=", Refusal::Ambiguous),
        (
            "https://peer.test/",
            "https://peer.test\\@evil.test/",
            Refusal::Malformed,
        ),
        ("https://peer.test/", "https://a@peer.test/", Refusal::KeyId),
        ("https://peer.test/", "peer.test/", Refusal::KeyId),
        ("https://peer.test/", "https://peer.test:443/", Refusal::KeyId),
        ("signature=\"", "signature=\"!", Refusal::Malformed),
        ("keyId=\"", "keyId=", Refusal::Malformed),
        (",headers", ";headers", Refusal::Malformed),
    ] {
        let mut bad = good.clone();
        bad.replace("signature", from, to);
        assert_eq!(check_rsa(&bad).unwrap_err(), expected, "{from} {to}");
    }
    assert_eq!(check_ed(&good), Err(Refusal::Algorithm));
    let mut long = good.clone();
    long.set(
        "signature",
        &format!("keyId=\"https://a.test/{}\"", "a".repeat(9000)),
    );
    assert_eq!(check_rsa(&long), Err(Refusal::Malformed));
    let parsed = good.parse().unwrap();
    assert_eq!(
        (parsed.key_id(), parsed.key_origin().to_string().as_str()),
        (KEY_ID, "https://peer.test")
    );
    assert_ne!(
        parsed.replay_id(),
        rfc9421(unsigned(), &WHOLE, PARAMS).parse().unwrap().replay_id()
    );
}
