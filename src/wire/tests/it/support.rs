//! Small helpers that the tests share.

use std::sync::LazyLock;

use chrono::{DateTime, TimeZone as _, Utc};
use entrenous_wire::{
    Origin,
    keys::{Ed25519KeyPair, PublicKey, RsaKeyPair},
    signature::{Parsed, Refusal, Verified, Window, parse},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// One RSA key for all tests: making one takes a while.
pub(crate) static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate().unwrap());
/// One Ed25519 key for all tests.
pub(crate) static ED25519: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::generate().unwrap());

/// The time at which test requests are signed.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap()
}

/// A request as a receiver sees it.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn parse(&self) -> Result<Parsed, Refusal> {
        parse(&self.method, &self.target, &self.headers)
    }

    /// All three steps.
    pub(crate) fn check(
        &self,
        key: &PublicKey,
        expected: &str,
        now: DateTime<Utc>,
        window: Window,
    ) -> Result<Verified, Refusal> {
        let parsed = self.parse()?;
        parsed.check_freshness(now, window)?;
        parsed.verify(key, &Origin::parse(expected).unwrap(), &self.body)
    }

    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }

    pub(crate) fn add(&mut self, name: &'static str, value: &str) {
        self.headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }

    pub(crate) fn get(&self, name: &str) -> String {
        self.headers.get(name).unwrap().to_str().unwrap().to_owned()
    }

    pub(crate) fn replace(&mut self, name: &'static str, from: &str, to: &str) {
        let value = self.get(name);
        assert!(value.contains(from), "{name}: {value} has no {from}");
        self.set(name, &value.replacen(from, to, 1));
    }
}
