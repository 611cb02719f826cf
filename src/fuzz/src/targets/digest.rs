//! `Digest` and `Content-Digest`.

use crate::input::{Bytes, lines};
use crate::{Corpus, Target};
use entrenous_wire::digest::{
    CONTENT_DIGEST, DIGEST, Stated, make_content_digest, make_digest, verify_content_digest, verify_digest,
};
use http::{HeaderMap, HeaderValue};

pub(crate) const TARGET: Target = Target {
    name: "digest",
    about: "Digest and Content-Digest headers, against a body",
    longest: 8 * 1024,
    run,
    seeds,
    words: &[
        "SHA-256=",
        "sha-256=:",
        ":",
        ",",
        "sha-512=",
        "id-sha-256=",
        "==",
        " ",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = lines(&[
        "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nsha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\n",
    ]);
    for exchange in &corpus.exchanges {
        let of = |name: &str| exchange.header(name).unwrap_or_default().to_owned();
        let (digest, content) = (of("digest"), of("content-digest"));
        if !digest.is_empty() || !content.is_empty() {
            seeds.push([format!("{digest}\n{content}\n").as_bytes(), &exchange.body].concat());
        }
    }
    seeds
}

fn run(data: &[u8]) {
    let mut bytes = Bytes(data);
    let (digest, content, body) = (bytes.line(), bytes.line(), bytes.rest());
    let other = [body, b"x"].concat();
    let (made, made_content) = (make_digest(body), make_content_digest(body));
    assert_eq!(verify_digest(&made, body), Ok(()));
    assert_eq!(verify_content_digest(&made_content, body), Ok(()));
    assert!(verify_digest(&made, &other).is_err() && verify_content_digest(&made_content, &other).is_err());

    // A header that holds names the one digest of the body, in the only spelling that it has.
    let value = made.split_once('=').map_or("", |(_, value)| value);
    if verify_digest(&digest, body).is_ok() {
        assert!(digest.contains(value), "{digest:?}");
        assert!(verify_digest(&digest, &other).is_err());
    }
    if verify_content_digest(&content, body).is_ok() {
        assert!(content.contains(value), "{content:?}");
        assert!(verify_content_digest(&content, &other).is_err());
    }
    headers(&digest, &content, body, &other);
}

fn headers(digest: &str, content: &str, body: &[u8], other: &[u8]) {
    let mut headers = HeaderMap::new();
    for (name, text) in [(DIGEST, digest), (CONTENT_DIGEST, content)] {
        if let (false, Ok(value)) = (text.is_empty(), HeaderValue::from_str(text)) {
            headers.append(name, value);
        }
    }
    let Ok(stated) = Stated::of_headers(&headers) else {
        return;
    };
    assert_eq!(stated.is_empty(), headers.is_empty());
    if stated.verify(body).is_ok() && !stated.is_empty() {
        assert!(stated.verify(other).is_err());
    }
}
