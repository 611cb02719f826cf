//! Requests that are signed here and changed on their way.

use crate::input::Bytes;
use crate::keys::{Keys, keys, noon};
use crate::{Corpus, Target};
use entrenous_wire::Origin;
use entrenous_wire::signature::{Form, Window, parse, sign_cavage, sign_rfc9421};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

pub(crate) const TARGET: Target = Target {
    name: "signed",
    about: "Signed requests, of which one byte is changed on their way",
    longest: 4 * 1024,
    run,
    seeds,
    words: &["?", "/inbox", "%2F", "a=b&c"],
};

fn seeds(_: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for form in [0_u8, 1, 2] {
        for what in 0..6 {
            let mut seed = vec![form, what, 0, 3, 1];
            seed.extend_from_slice(b"inbox?page=true\n{\"type\":\"Create\"}");
            seeds.push(seed);
        }
    }
    seeds
}

/// A request on its way.
#[derive(Clone)]
struct Sent {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sent {
    fn sign(keys: &Keys, form: u8, url: &Url, body: &[u8]) -> Option<Self> {
        let id = "https://peer.test/actor#key";
        let (method, at) = (Method::POST, noon());
        let headers = match form % 3 {
            0 => sign_rfc9421(&keys.ed25519, id, &method, url, body, at),
            1 => sign_rfc9421(&keys.rsa, id, &method, url, body, at),
            _ => sign_cavage(
                &keys.rsa,
                id,
                &method,
                url,
                Some("application/activity+json"),
                body,
                at,
            ),
        };
        Some(Self {
            method,
            target: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
            headers: headers.ok()?,
            body: body.to_vec(),
        })
    }

    /// Whether a receiver takes it.
    fn holds(&self, keys: &Keys, form: u8) -> Option<Form> {
        let here = Origin::parse("https://here.test").ok()?;
        let parsed = parse(&self.method, &self.target, &self.headers).ok()?;
        parsed.check_freshness(noon(), Window::NATIVE).ok()?;
        let key = if form.is_multiple_of(3) {
            &keys.ed25519_public
        } else {
            &keys.rsa_public
        };
        parsed
            .verify(key, &here, &self.body)
            .ok()?
            .query_signed
            .then(|| parsed.form())
    }

    /// Turns bits of one byte of a header; true if another header that HTTP allows came of it.
    fn change(&mut self, name: &'static str, at: usize, bits: u8) -> bool {
        let name = HeaderName::from_static(name);
        let Some(mut value) = self.headers.get(&name).map(|value| value.as_bytes().to_vec()) else {
            return false;
        };
        flip(&mut value, at, bits);
        let Ok(value) = HeaderValue::from_bytes(&value) else {
            return false;
        };
        self.headers.insert(name, value);
        true
    }
}

fn flip(bytes: &mut [u8], at: usize, bits: u8) {
    let length = bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(at % length) {
        *byte ^= bits.max(1);
    }
}

fn run(data: &[u8]) {
    let Some(keys) = keys() else { return };
    let mut bytes = Bytes(data);
    let (form, what, at, bits) = (bytes.byte(), bytes.byte(), bytes.number(), bytes.byte());
    let (path, body) = (bytes.line(), bytes.rest());
    let Ok(mut url) = Url::parse("https://here.test/") else {
        return;
    };
    let (path, query) = path
        .split_once('?')
        .map_or((path.as_str(), None), |(path, query)| (path, Some(query)));
    url.set_path(path);
    url.set_query(query);
    let Some(sent) = Sent::sign(keys, form, &url, body) else {
        return;
    };
    assert!(sent.holds(keys, form).is_some(), "{url} with {:?}", sent.headers);

    let mut other = sent.clone();
    let cavage = form % 3 == 2;
    let changed = match what % 6 {
        0 => {
            other.body.push(bits);
            true
        }
        1 => {
            flip(&mut other.body, at, bits);
            other.body != sent.body
        }
        2 => {
            other.target.push('x');
            true
        }
        3 => {
            other.method = Method::PUT;
            true
        }
        // The other parameters of a draft-cavage header are not signed: `keyId` finds the key, and that is all.
        4 if cavage => other.change("date", at, bits),
        4 => other.change("signature-input", at, bits),
        _ if cavage => other.change("digest", at, bits),
        _ => other.change("signature", at, bits) && other.change("content-digest", at, bits),
    };
    if changed {
        assert!(
            other.holds(keys, form).is_none(),
            "{:?} instead of {:?}",
            other.headers,
            sent.headers
        );
    }
}
