//! Taking an input apart.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

/// An input that is used up from its beginning. What is not there is zero or empty.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    pub(crate) fn number(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    /// Up to the next line feed, as text.
    pub(crate) fn line(&mut self) -> String {
        let mut parts = self.0.splitn(2, |byte| *byte == b'\n');
        let line = parts.next().unwrap_or_default();
        self.0 = parts.next().unwrap_or_default();
        String::from_utf8_lossy(line).into_owned()
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }
}

/// A request: `METHOD target`, a line for each header, an empty line, the body. Headers that HTTP does not allow are left out.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: &'a [u8],
}

impl<'a> Request<'a> {
    pub(crate) fn read(data: &'a [u8]) -> Self {
        let mut bytes = Bytes(data);
        let first = bytes.line();
        let (method, target) = first.split_once(' ').unwrap_or(("GET", &first));
        let headers = headers(&mut bytes);
        Self {
            method: Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST),
            target: target.to_owned(),
            headers,
            body: bytes.rest(),
        }
    }
}

/// Headers, one a line, up to an empty line.
pub(crate) fn headers(bytes: &mut Bytes<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    loop {
        let line = bytes.line();
        if line.is_empty() {
            return headers;
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value.trim()))
            && headers.len() < 100
        {
            headers.append(name, value);
        }
    }
}

/// A document as every reader of the node gets it, and the object in it: both may be what is looked for.
pub(crate) fn documents(data: &[u8]) -> Vec<Value> {
    let Ok(document) = entrenous_federation::vocabulary::read(data) else {
        return Vec::new();
    };
    let object = document
        .get("object")
        .filter(|object| object.is_object())
        .cloned();
    std::iter::once(document).chain(object).collect()
}

/// Whether NUL is in any text of it, which no database keeps.
pub(crate) fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| name.contains('\0') || holds_nul(member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The bytes of texts.
pub(crate) fn lines(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
