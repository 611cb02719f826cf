//! One changed byte is enough: every signed part of every recorded request, one byte at a time.

use std::thread;

use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::{BTreeMap, PublicKey, Recorded, Refusal, SIGNS_A_FRAGMENT, keys, recorded};
use crate::support::Received;

/// Bodies are changed at this many places, their first and last byte among them.
const BODY_PLACES: usize = 64;

/// Numbers that are the same in every run and differ between requests (a linear congruential generator).
struct Seeded(u64);

impl Seeded {
    fn of(text: &str) -> Self {
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// What was changed, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Body,
    /// The value of a header that is signed, or of `Signature-Input`, which RFC 9421 signs whole.
    SignedHeader,
    /// The header `Signature`: the signature itself and what says how it was made.
    Signature,
    Method,
    Path,
    Query,
}

/// The body with one byte changed, at some places; one with a byte too many for an empty body.
pub(super) fn bodies(exchange: &Recorded) -> Vec<Vec<u8>> {
    let body = &exchange.request.body;
    let Some(last) = body.len().checked_sub(1) else {
        return vec![b" ".to_vec()];
    };
    let mut seeded = Seeded::of(&exchange.name);
    let some = (0..BODY_PLACES).map(|_| seeded.below(body.len()));
    let mut places: Vec<usize> = some.chain([0, last]).collect();
    places.sort_unstable();
    places.dedup();
    let bits: Vec<u8> = places.iter().map(|_| 1 << seeded.below(8)).collect();
    let change = |(place, bit): (&usize, u8)| {
        let mut other = body.clone();
        other[*place] ^= bit;
        other
    };
    places.iter().zip(bits).map(change).collect()
}

/// `document` with one value inside it changed, everywhere in turn.
pub(super) fn values(document: &Value) -> Vec<(String, Value)> {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, value)| places(value, &format!("{at}/{}", name.replace('/', "~1")), found)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| places(value, &format!("{at}/{index}"), found)),
            _ => found.push(at.to_owned()),
        }
    }
    let mut found = Vec::new();
    places(document, "", &mut found);
    let change = |place: String| {
        let mut other = document.clone();
        let value = other.pointer_mut(&place).unwrap();
        *value = match value {
            Value::String(text) => {
                let mut bytes = text.clone().into_bytes();
                match bytes.last_mut().filter(|byte| byte.is_ascii()) {
                    Some(byte) => *byte ^= 1,
                    None => bytes.push(b'x'),
                }
                Value::String(String::from_utf8(bytes).unwrap())
            }
            Value::Bool(truth) => Value::Bool(!*truth),
            Value::Number(number) => Value::from(number.as_f64().unwrap() + 1.0),
            _ => Value::from("x"),
        };
        (place, other)
    };
    found.into_iter().map(change).collect()
}

/// The header's value with the byte at `place` changed; `None` if HTTP has no such header.
fn with_header(original: &Received, name: &str, place: usize, bit: u8) -> Option<Received> {
    let mut value = original.headers[name].as_bytes().to_vec();
    value[place] ^= bit;
    let value = HeaderValue::from_bytes(&value).ok()?;
    let mut request = original.clone();
    request
        .headers
        .insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
    Some(request)
}

/// The request, one byte at a time, with what was changed.
fn requests(exchange: &Recorded) -> Vec<(Part, String, Received)> {
    let original = &exchange.request;
    let mut all = Vec::new();
    for body in bodies(exchange) {
        let request = Received {
            body,
            ..original.clone()
        };
        all.push((Part::Body, "body".to_owned(), request));
    }
    let parsed = original.parse().unwrap();
    let fields = parsed.covered().filter(|name| !name.starts_with(['@', '(']));
    let whole = ["signature-input"].into_iter();
    for name in fields.chain(whole.filter(|name| original.headers.contains_key(*name))) {
        for (place, byte) in original.headers[name].as_bytes().iter().enumerate() {
            // 0x20 turns a letter's case and nothing else.
            let bits = [1, 0x20]
                .into_iter()
                .take(if byte.is_ascii_alphabetic() { 2 } else { 1 });
            for bit in bits {
                if let Some(request) = with_header(original, name, place, bit) {
                    all.push((Part::SignedHeader, format!("{name} at {place} by {bit}"), request));
                }
            }
        }
    }
    for place in 0..original.headers["signature"].len() {
        if let Some(request) = with_header(original, "signature", place, 1) {
            all.push((Part::Signature, format!("signature at {place}"), request));
        }
    }
    let query = original.target.find('?').unwrap_or(original.target.len());
    for place in 0..original.target.len() {
        let mut target = original.target.clone().into_bytes();
        target[place] ^= 1;
        let request = Received {
            target: String::from_utf8(target).unwrap(),
            ..original.clone()
        };
        let part = if place > query { Part::Query } else { Part::Path };
        all.push((part, format!("target at {place}"), request));
    }
    let mut request = original.clone();
    request.method = if request.method == "GET" { "GEU" } else { "QOST" }
        .parse()
        .unwrap();
    all.push((Part::Method, "method".to_owned(), request));
    all
}

/// True if the change may pass, because that byte is under no signature:
/// the query of Mitra's GETs (the caller is told that it is not signed), and in draft-cavage the *name* of the parameter
/// `algorithm`: with another name it is unknown, passed over (section 2.1), and the algorithm is the key's.
fn is_unsigned(part: Part, query_signed: bool, request: &Received) -> bool {
    match part {
        Part::Query => !query_signed,
        Part::Signature => {
            let header = request.get("signature");
            !header.contains("algorithm=") && header.contains("headers=")
        }
        _ => false,
    }
}

/// How many changes of each part were refused, and how many passed.
type Counts = BTreeMap<(Part, bool), usize>;

fn judge(exchange: &Recorded, keys: &BTreeMap<String, PublicKey>) -> Counts {
    let mut counts = Counts::new();
    let key_id = exchange.request.parse().unwrap().key_id().to_owned();
    let query_signed = exchange.check(&keys[&key_id]).unwrap();
    for (part, what, request) in requests(exchange) {
        let result = request.parse().and_then(|parsed| {
            let key = keys.get(parsed.key_id()).ok_or(Refusal::KeyId)?;
            let changed = Recorded {
                request: request.clone(),
                name: exchange.name.clone(),
                expected: exchange.expected.clone(),
                at: exchange.at,
            };
            changed.check(key)
        });
        if let Ok(signed) = result {
            let name = &exchange.name;
            assert!(
                is_unsigned(part, query_signed, &request),
                "{name}: accepted with another {what}"
            );
            assert_eq!(signed, query_signed, "{name}: {what}");
        }
        *counts.entry((part, result.is_err())).or_default() += 1;
    }
    counts
}

#[test]
fn one_changed_byte_is_enough() {
    let keys = keys();
    let verified: Vec<Recorded> = recorded()
        .into_iter()
        .filter(|exchange| exchange.is_signed() && exchange.name != SIGNS_A_FRAGMENT)
        .collect();
    let threads = thread::available_parallelism().unwrap().get();
    let mut counts = Counts::new();
    thread::scope(|scope| {
        let parts = verified.chunks(verified.len().div_ceil(threads));
        let workers: Vec<_> = parts
            .map(|part| {
                let keys = &keys;
                scope.spawn(move || {
                    part.iter()
                        .map(|exchange| judge(exchange, keys))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for found in workers.into_iter().flat_map(|worker| worker.join().unwrap()) {
            for (what, count) in found {
                *counts.entry(what).or_default() += count;
            }
        }
    });
    let of = |part: Part, refused: bool| counts.get(&(part, refused)).copied().unwrap_or_default();
    assert_eq!(verified.len(), 513);
    assert_eq!(of(Part::Method, true), 513);
    assert!(of(Part::Body, true) > 386 * BODY_PLACES / 2);
    for part in [Part::Body, Part::SignedHeader, Part::Method, Part::Path] {
        assert_eq!(of(part, false), 0, "{part:?}");
    }
    // Eight letters of `algorithm` become another letter each, in all but the two of RFC 9421.
    assert_eq!(of(Part::Signature, false), 511 * 8);
    // What can stand in a target at all, of the seven queries that Mitra did not sign.
    assert_eq!(of(Part::Query, false), 180);
    assert!(of(Part::Query, true) > 180, "the other queries are signed");
}
