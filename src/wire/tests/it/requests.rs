//! Both forms: changed requests, the clock, and what we sign ourselves.

use chrono::TimeDelta;
use entrenous_wire::{
    digest::{make_content_digest, make_digest},
    signature::{Form, Refusal, Signing, Verified, Window, sign_cavage, sign_rfc9421},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::{
    signing::{
        BODY, CAVAGE, HERE, KEY_ID, PARAMS, WHOLE, cavage, cavage_with, check_ed, check_rsa, ed25519,
        rfc9421, rsa, unsigned,
    },
    support::{ED25519, RSA, Received, noon},
};

#[test]
fn changed_requests_are_refused() {
    for signed in [cavage(unsigned(), CAVAGE), rfc9421(unsigned(), &WHOLE, PARAMS)] {
        let key = if signed.parse().unwrap().form() == Form::Cavage {
            rsa()
        } else {
            ed25519()
        };
        let check = |request: &Received| request.check(&key, HERE, noon(), Window::NATIVE);
        assert!(check(&signed).is_ok());

        let mut body = signed.clone();
        body.body = br#"{"type":"Delete"}"#.to_vec();
        assert_eq!(check(&body), Err(Refusal::Digest));
        body.set("digest", &make_digest(&body.body.clone()));
        body.set("content-digest", &make_content_digest(&body.body.clone()));
        assert_eq!(check(&body), Err(Refusal::BadSignature));

        for target in ["/inbox?a=2", "/inbox", "/inbox?a=1&b=2", "/actor/inbox?a=1"] {
            let mut other = signed.clone();
            other.target = target.to_owned();
            assert_eq!(check(&other), Err(Refusal::BadSignature), "{target}");
        }
        for target in ["", "inbox", "/inbox#f", "/in box", "https://here.test/inbox"] {
            let mut other = signed.clone();
            other.target = target.to_owned();
            assert_eq!(check(&other), Err(Refusal::Malformed), "{target}");
        }
        let mut method = signed.clone();
        method.method = Method::PUT;
        assert_eq!(check(&method), Err(Refusal::BadSignature));

        for elsewhere in [
            "https://there.test",
            "https://here.test:8443",
            "http://here.test:8080",
        ] {
            let result = signed.check(&key, elsewhere, noon(), Window::NATIVE);
            assert_eq!(result, Err(Refusal::Authority), "{elsewhere}");
        }
        let other_key = entrenous_wire::keys::Ed25519KeyPair::generate()
            .unwrap()
            .public_key()
            .unwrap();
        assert!(signed.check(&other_key, HERE, noon(), Window::NATIVE).is_err());

        for name in ["signature", "host", "date", "content-type"] {
            let mut twice = signed.clone();
            let value = twice.get(name);
            twice.add(name, &value);
            assert_eq!(check(&twice), Err(Refusal::Ambiguous), "{name}");
        }
        for name in ["digest", "content-digest"] {
            let mut twice = signed.clone();
            let value = twice.get(name);
            twice.add(name, &value);
            assert_eq!(check(&twice), Err(Refusal::Digest), "{name}");
            let mut doubled = signed.clone();
            doubled.set(name, &format!("{value}, {value}"));
            assert_eq!(check(&doubled), Err(Refusal::Digest), "{name}");
        }
    }
    // The scheme is part of @target-uri.
    let result =
        rfc9421(unsigned(), &WHOLE, PARAMS).check(&ed25519(), "http://here.test", noon(), Window::NATIVE);
    assert_eq!(result, Err(Refusal::BadSignature));
    // Rewritten host in front of a signature that does not cover it: @target-uri still does.
    let mut moved = rfc9421(unsigned(), &WHOLE, PARAMS);
    moved.set("host", "there.test");
    assert_eq!(
        moved.check(&ed25519(), "https://there.test", noon(), Window::NATIVE),
        Err(Refusal::BadSignature)
    );
}

#[test]
fn windows() {
    let minutes = TimeDelta::minutes;
    for signed in [cavage(unsigned(), CAVAGE), rfc9421(unsigned(), &WHOLE, PARAMS)] {
        let parsed = signed.parse().unwrap();
        let at = |offset, window| parsed.check_freshness(noon() + offset, window);
        assert_eq!(at(minutes(5), Window::NATIVE), Ok(()));
        assert_eq!(at(minutes(-5), Window::NATIVE), Ok(()));
        assert_eq!(
            at(minutes(5) + TimeDelta::seconds(1), Window::NATIVE),
            Err(Refusal::Clock)
        );
        assert_eq!(
            at(-minutes(5) - TimeDelta::seconds(1), Window::NATIVE),
            Err(Refusal::Clock)
        );
        assert_eq!(at(minutes(12 * 60), Window::OTHER), Ok(()));
        assert_eq!(at(minutes(-60), Window::OTHER), Ok(()));
        assert_eq!(at(minutes(12 * 60 + 1), Window::OTHER), Err(Refusal::Clock));
        assert_eq!(at(minutes(-61), Window::OTHER), Err(Refusal::Clock));
        assert_eq!(parsed.signed_at(), noon().timestamp());
    }
    assert_eq!(Window::OTHER.memory(), TimeDelta::hours(13));
}

#[test]
fn dates_and_expiry() {
    for date in [
        "",
        "yesterday",
        "2026-11-23T12:00:00Z",
        "Tue, 23 Nov 2026 12:00:00 GMT",
        "Mon, 23 Nov 2026 12:00:00 +0100",
    ] {
        let mut request = unsigned();
        request.set("date", date);
        assert_eq!(check_rsa(&cavage(request, CAVAGE)), Err(Refusal::Clock), "{date}");
    }
    let signed_at = 1_795_435_200_i64;
    for (expires, fine) in [
        (signed_at + 60, true),
        (signed_at, true),
        (signed_at - 1, false),
        (signed_at + 365 * 86_400, false),
        (i64::from(i32::MAX) * 1000, false),
    ] {
        let target = "/inbox?a=1";
        let cavage = cavage_with(unsigned(), CAVAGE, &format!("expires={expires},"), target);
        assert_eq!(check_rsa(&cavage).is_ok(), fine, "{expires}");
        let rfc = rfc9421(unsigned(), &WHOLE, &format!("{PARAMS};expires={expires}"));
        assert_eq!(check_ed(&rfc).is_ok(), fine, "{expires}");
        if !fine {
            assert_eq!(
                (check_rsa(&cavage), check_ed(&rfc)),
                (Err(Refusal::Clock), Err(Refusal::Clock))
            );
        }
    }
    // The Date header may be signed as well as `created`; then both count.
    let mut late = unsigned();
    late.set("date", "Mon, 23 Nov 2026 13:00:00 GMT");
    let covered = ["@method", "@target-uri", "content-digest", "date"];
    assert_eq!(check_ed(&rfc9421(late, &covered, PARAMS)), Err(Refusal::Clock));
    assert!(check_ed(&rfc9421(unsigned(), &covered, PARAMS)).is_ok());
}

#[test]
fn what_we_sign_verifies() {
    let url = Url::parse("https://here.test:8443/inbox?a=1#f").unwrap();
    let here = "https://here.test:8443";
    for (method, body) in [(Method::POST, BODY), (Method::GET, b"".as_slice())] {
        let received = |headers: HeaderMap| Received {
            method: method.clone(),
            target: "/inbox?a=1".to_owned(),
            headers,
            body: body.to_vec(),
        };
        let full = Ok(Verified { query_signed: true });
        let native = sign_rfc9421(&*ED25519, KEY_ID, &method, &url, body, noon()).unwrap();
        let native = received(native);
        assert_eq!(native.check(&ed25519(), here, noon(), Window::NATIVE), full);
        let covered: Vec<String> = native.parse().unwrap().covered().map(str::to_owned).collect();
        assert_eq!(covered, WHOLE);
        let other = sign_rfc9421(&*RSA, KEY_ID, &method, &url, body, noon()).unwrap();
        assert_eq!(received(other).check(&rsa(), here, noon(), Window::OTHER), full);
        for content_type in [None, Some("application/activity+json")] {
            let cavage = sign_cavage(&RSA, KEY_ID, &method, &url, content_type, body, noon()).unwrap();
            let cavage = received(cavage);
            assert_eq!(cavage.check(&rsa(), here, noon(), Window::OTHER), full);
            assert!(cavage.parse().unwrap().covers_digest());
            assert_eq!(cavage.get("host"), "here.test:8443");
            assert_eq!(cavage.get("date"), "Mon, 23 Nov 2026 12:00:00 GMT");
        }
    }
    let bad = "https://peer.test/\"k";
    assert!(sign_rfc9421(&*ED25519, bad, &Method::GET, &url, b"", noon()).is_err());
    assert!(sign_cavage(&RSA, bad, &Method::GET, &url, None, b"", noon()).is_err());
    assert!(
        sign_cavage(
            &RSA,
            KEY_ID,
            &Method::GET,
            &Url::parse("data:x").unwrap(),
            None,
            b"",
            noon()
        )
        .is_err()
    );
}

#[test]
fn what_is_signed_along_is_covered() {
    let url = Url::parse("https://here.test:8443/inbox").unwrap();
    let name = HeaderName::from_static("collection-synchronization");
    let also = [(name.clone(), "digest=\"00\", url=\"https://peer.test/a\"")];
    let signing = Signing {
        method: &Method::POST,
        url: &url,
        content_type: Some("application/activity+json"),
        also: &also,
        body: BODY,
        now: noon(),
    };
    let here = "https://here.test:8443";
    let signed = [
        (
            signing.rfc9421(&*ED25519, KEY_ID).unwrap(),
            ed25519(),
            Window::NATIVE,
        ),
        (signing.rfc9421(&*RSA, KEY_ID).unwrap(), rsa(), Window::OTHER),
        (signing.cavage(&RSA, KEY_ID).unwrap(), rsa(), Window::OTHER),
    ];
    for (headers, key, window) in signed {
        let received = |headers: HeaderMap| Received {
            method: Method::POST,
            target: "/inbox".to_owned(),
            headers,
            body: BODY.to_vec(),
        };
        let good = received(headers.clone());
        assert!(good.check(&key, here, noon(), window).is_ok());
        assert_eq!(
            good.parse().unwrap().covered_field(name.as_str()),
            Some(also[0].1)
        );
        assert_eq!(good.parse().unwrap().covered_field("x"), None);
        let mut changed = headers.clone();
        changed.insert(&name, HeaderValue::from_static("digest=\"01\""));
        assert_eq!(
            received(changed).check(&key, here, noon(), window),
            Err(Refusal::BadSignature)
        );
        // A second line is under the signature, or it does not hold.
        let mut doubled = headers.clone();
        doubled.append(&name, HeaderValue::from_static("digest=\"01\""));
        assert_eq!(
            received(doubled).check(&key, here, noon(), window),
            Err(Refusal::BadSignature)
        );
        let mut gone = headers;
        gone.remove(&name);
        assert_eq!(
            received(gone).check(&key, here, noon(), window),
            Err(Refusal::NotCovered)
        );
    }
    // Beside the signature it is nobody's word.
    let plain = sign_cavage(&RSA, KEY_ID, &Method::POST, &url, None, BODY, noon()).unwrap();
    let mut beside = Received {
        method: Method::POST,
        target: "/inbox".to_owned(),
        headers: plain,
        body: BODY.to_vec(),
    };
    beside
        .headers
        .insert(&name, HeaderValue::from_static("digest=\"00\""));
    assert!(beside.check(&rsa(), here, noon(), Window::OTHER).is_ok());
    assert_eq!(beside.parse().unwrap().covered_field(name.as_str()), None);
    for also in [
        [(http::header::HOST, "elsewhere.test")],
        [(name.clone(), " padded ")],
        [(name.clone(), "two\nlines")],
    ] {
        let bad = Signing {
            also: &also,
            ..signing
        };
        assert!(bad.rfc9421(&*ED25519, KEY_ID).is_err() && bad.cavage(&RSA, KEY_ID).is_err());
    }
}
