//! Signature headers, of both forms.

use crate::input::{Request, lines};
use crate::keys::{keys, noon};
use crate::{Corpus, Target};
use entrenous_wire::Origin;
use entrenous_wire::signature::{Form, Window, key_origin, parse};
use std::collections::BTreeSet;

pub(crate) const TARGET: Target = Target {
    name: "signature",
    about: "Signature headers of requests (RFC 9421, draft-cavage)",
    longest: 32 * 1024,
    run,
    seeds,
    words: &[
        "Signature: ",
        "Signature-Input: ",
        "Digest: SHA-256=",
        "Content-Digest: sha-256=:",
        "Date: Mon, 23 Nov 2026 14:05:00 GMT",
        "Host: here.test",
        "keyId=\"https://peer.test/actor#key\"",
        "algorithm=\"rsa-sha256\"",
        "algorithm=\"hs2019\"",
        "headers=\"(request-target) host date digest\"",
        "(created)",
        "(expires)",
        "signature=\"",
        "sig1=(",
        "\"@method\"",
        "\"@target-uri\"",
        "\"@authority\"",
        "\"@path\"",
        "\"@query\"",
        "\"content-digest\"",
        ";created=1795442700",
        ";expires=1795442800",
        ";keyid=\"https://peer.test/actor#key\"",
        ";alg=\"ed25519\"",
        ";sf",
        ";bs",
        ";req",
        "sig1=:",
        ":",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = lines(&[
        "POST /inbox\nHost: here.test\nContent-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\n\
         Signature-Input: sig1=(\"@method\" \"@target-uri\" \"content-digest\");created=1795442700;keyid=\"https://peer.test/actor#key\";alg=\"ed25519\"\n\
         Signature: sig1=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:\n\n",
        "GET /people/ada?x=1\nHost: here.test\nDate: Mon, 23 Nov 2026 14:05:00 GMT\n\
         Signature-Input: sig1=(\"@method\" \"@authority\" \"@path\" \"@query\" \"date\");created=1795442700;expires=1795442900;keyid=\"https://peer.test/actor#key\"\n\
         Signature: sig1=:QUJD:\n\n",
        "GET /people/ada\nHost: here.test\n\
         Signature: keyId=\"https://peer.test/actor#key\",algorithm=\"hs2019\",created=1795442700,expires=1795442900,headers=\"(request-target) (created) (expires) host\",signature=\"QUJD\"\n\n",
    ]);
    seeds.extend(corpus.exchanges.iter().map(crate::Exchange::request));
    seeds
}

fn run(data: &[u8]) {
    let request = Request::read(data);
    let Ok(parsed) = parse(&request.method, &request.target, &request.headers) else {
        return;
    };
    // Who is asked about is who stands there.
    let origin = parsed.key_origin();
    assert_eq!(key_origin(parsed.key_id()).as_ref(), Ok(origin));
    assert!(parsed.key_id().starts_with(&origin.to_string()));
    covered(&request, &parsed.covered().collect::<Vec<_>>(), parsed.form());
    for window in [Window::NATIVE, Window::OTHER] {
        if parsed.check_freshness(noon(), window).is_ok() {
            let age = noon().timestamp() - parsed.signed_at();
            assert!(
                age <= window.past.num_seconds() && -age <= window.ahead.num_seconds(),
                "{age}"
            );
        }
    }
    // Nobody has signed it with these keys.
    let (Some(keys), Ok(here)) = (keys(), Origin::parse("https://here.test")) else {
        return;
    };
    for key in [&keys.ed25519_public, &keys.rsa_public] {
        assert!(parsed.verify(key, &here, request.body).is_err());
    }
}

/// What must be signed is signed, once.
fn covered(request: &Request<'_>, names: &[&str], form: Form) {
    let each: BTreeSet<&&str> = names.iter().collect();
    assert!(names.len() <= 32 && each.len() == names.len());
    let has = |name: &str| names.contains(&name);
    let (digest, target) = match form {
        Form::Cavage => ("digest", has("@request-target") && has("host")),
        Form::Rfc9421 => (
            "content-digest",
            has("@method") && (has("@target-uri") || has("@authority")),
        ),
    };
    assert!(target, "{names:?}");
    let has_body = !matches!(request.method, http::Method::GET | http::Method::HEAD);
    assert!(!has_body || has(digest), "{names:?}");
}
