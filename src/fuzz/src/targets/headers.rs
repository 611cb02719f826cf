//! Headers that anybody sends: ranges, cookies, encodings, tokens, addresses of proxies, where a browser came from.

use crate::input::{Request, lines};
use crate::{Corpus, Target};
use entrenous_api::{auth, fuzzing};
use entrenous_door::serve::{Part, answer};
use http::{StatusCode, header};

pub(crate) const TARGET: Target = Target {
    name: "headers",
    about: "Headers of requests: Range, Cookie, Accept-Encoding, X-Forwarded-For, Authorization, Referer",
    longest: 8 * 1024,
    run,
    seeds,
    words: &[
        "Range: bytes=0-3",
        "Range: bytes=-5",
        "If-Range: \"h\"",
        "If-None-Match: \"h\"",
        "Cookie: session=abc; form=\"x\"",
        "Accept-Encoding: br;q=0.5, gzip, *;q=0",
        "X-Forwarded-For: 10.0.0.1, ::1",
        "Authorization: Bearer abc",
        "Sec-WebSocket-Protocol: ",
        "Referer: https://here.test/about?lang=fr&x=1",
        "//",
        "%2f%2f",
        "18446744073709551615",
    ],
};

const ORIGIN: &str = "https://here.test";

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = lines(&[
        "GET /media/7/abc\nRange: bytes=2-5\nIf-Range: \"h\"\n",
        "GET /media/7/abc\nRange: bytes=-3\nIf-None-Match: \"h\"\n",
        "GET /assets/a.js\nAccept-Encoding: br;q=0.5, gzip, deflate;q=0, *\n",
        "GET /auth\nCookie: a=b; session=0123456789; form=\"quoted\"\nX-Forwarded-For: 203.0.113.7, 2001:db8::1\n",
        "GET /api/v1/streaming?access_token=0123456789\nSec-WebSocket-Protocol: chat, 0123456789012345678901234567890123456789012\n",
        "GET /auth/language?lang=fr\nReferer: https://here.test/oauth/authorize?client_id=a%26b&lang=fr\nAuthorization: Bearer abc\n",
    ]);
    let heads = corpus.exchanges.iter().step_by(10);
    seeds.extend(heads.map(crate::Exchange::request));
    seeds
}

fn run(data: &[u8]) {
    let Request { target, headers, .. } = Request::read(data);
    for size in [0, 1, 10, u64::MAX] {
        range(&headers, size);
    }
    if let Some(value) = fuzzing::cookie(&headers, "session") {
        assert!(value.len() <= 128);
    }
    assert!((1..=3).contains(&fuzzing::encodings(&headers)));
    let _ = entrenous_door::forwarded(&headers);
    if let Some(token) = auth::bearer_of(&headers) {
        assert!(!token.is_empty() && token.trim() == token);
    }
    if let Some(path) = fuzzing::came_from(ORIGIN, &headers) {
        assert_local(&path);
    }
    assert_local(fuzzing::local_path(&target));
    if let Ok(uri) = target.parse::<http::Uri>() {
        let mut request = axum::extract::Request::new(axum::body::Body::empty());
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let _ = fuzzing::stream_token(&request);
    }
}

/// A place on this node to every reader.
fn assert_local(path: &str) {
    assert!(
        path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic()),
        "{path:?}"
    );
    let url = url::Url::parse(ORIGIN).and_then(|base| base.join(path));
    assert!(
        url.is_ok_and(|url| url.origin().ascii_serialization() == ORIGIN),
        "{path:?}"
    );
}

fn range(headers: &http::HeaderMap, size: u64) {
    let part = Part::asked(headers, "h", size);
    if let Part::Range { start, length } = part {
        let end = start.checked_add(length);
        assert!(
            length > 0 && end.is_some_and(|end| end <= size),
            "{part:?} of {size}"
        );
    }
    let answered = answer(part, "text/html", "h", size, "x");
    let got = |name| answered.headers().get(name).and_then(|value| value.to_str().ok());
    assert_eq!(got(header::CONTENT_DISPOSITION), Some("attachment"));
    assert_eq!(got(header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
    let partial = matches!(part, Part::Range { .. });
    assert_eq!(answered.status() == StatusCode::PARTIAL_CONTENT, partial);
}
