//! One request as bytes, and what every answer to a bad one must be.

use federation_tests::Answer;
use federation_tests::raw::{Outcome, exchange};
use serde_json::Value;

/// What no answer may hold: causes are for the log.
const CAUSES: &[&str] = &[
    "sqlite",
    "postgres",
    "diesel",
    "panick",
    "src/",
    ".rs:",
    "/tmp",
    "/work",
    "unwrap",
    "select ",
    "insert into",
    "constraint",
    "expected struct",
    "at line",
    "backtrace",
    "hyper",
    "serde",
];

/// A request.
pub(super) struct Probe {
    /// For the failure's text.
    pub(super) what: String,
    pub(super) bytes: Vec<u8>,
    /// Nothing more is sent: the other side sees the end.
    pub(super) then_close: bool,
    pub(super) expect: Expect,
    /// A page for people: no other origin may read it.
    pub(super) page: bool,
}

/// Where pages are; no CORS there.
fn is_page(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    ["/", "/about"].contains(&path)
        || ["/auth/", "/invite/", "/invitations/", "/oauth/authorize", "/@"]
            .iter()
            .any(|start| path.starts_with(start))
        || is_client(path)
}

/// Where the web client is, which no other origin may read either.
fn is_client(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        [
            "admin" | "bookmarks" | "compose" | "conversations" | "design" | "favourites" | "groups" | "home"
            | "known" | "lists" | "local" | "notifications" | "organisations" | "people" | "scheduled"
            | "search" | "settings" | "signed-in",
        ] => true,
        ["admin" | "g" | "lists" | "settings" | "tags", part] => !part.is_empty(),
        ["admin" | "g", section, one] => !section.is_empty() && !one.is_empty(),
        _ => false,
    }
}

/// What is allowed.
#[derive(Clone, Copy)]
pub(super) enum Expect {
    /// One of these, with a body that tells the error.
    Only(&'static [u16]),
    /// Anything but a failure of the node.
    Sane,
    /// The head itself is broken: the HTTP layer may answer without a body, or just hang up.
    Broken,
}

/// Builds requests of one route.
pub(super) struct Builder<'a> {
    pub(super) authority: &'a str,
    pub(super) method: &'a str,
    /// Path with query, as it goes over the wire.
    pub(super) target: Vec<u8>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(authority: &'a str, method: &'a str, target: impl Into<Vec<u8>>) -> Self {
        Self {
            authority,
            method,
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn headers(mut self, more: &[(String, String)]) -> Self {
        self.headers.extend_from_slice(more);
        self
    }

    pub(super) fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        if kind.is_empty() {
            self
        } else {
            self.header("content-type", kind)
        }
    }

    /// The bytes, with the body's true length unless a length is among the headers.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} ", self.method).into_bytes();
        bytes.extend_from_slice(&self.target);
        bytes.extend_from_slice(b" HTTP/1.1\r\n");
        let named = |name: &str| {
            self.headers
                .iter()
                .any(|(have, _)| have.eq_ignore_ascii_case(name))
        };
        let mut put =
            |name: &str, value: &str| bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        if !named("host") {
            put("host", self.authority);
        }
        for (name, value) in &self.headers {
            put(name, value);
        }
        if !named("content-length")
            && !named("transfer-encoding")
            && (self.method != "GET" || !self.body.is_empty())
        {
            put("content-length", &self.body.len().to_string());
        }
        put("connection", "close");
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    pub(super) fn probe(&self, what: impl Into<String>, expect: Expect) -> Probe {
        Probe {
            what: format!(
                "{} {}: {}",
                self.method,
                String::from_utf8_lossy(&self.target),
                what.into()
            ),
            bytes: self.bytes(),
            then_close: false,
            expect,
            page: is_page(&String::from_utf8_lossy(&self.target)),
        }
    }
}

/// What came of a probe: the status (0 if the connection ended), and what is wrong with the answer.
pub(super) struct Verdict {
    pub(super) status: u16,
    pub(super) wrong: Option<String>,
}

impl Probe {
    /// Sends it and judges the answer.
    pub(super) async fn send(self, authority: &str) -> Verdict {
        let outcome = exchange(authority, &self.bytes, self.then_close).await;
        let (status, wrong) = match &outcome {
            Outcome::Hung => (0, Some("no answer within ten seconds".to_owned())),
            Outcome::Closed if matches!(self.expect, Expect::Broken) => (0, None),
            Outcome::Closed => (0, Some("closed without an answer".to_owned())),
            Outcome::Answered(answer) => (answer.status, judge(answer, self.expect, self.page)),
        };
        let wrong = wrong.map(|wrong| match &outcome {
            Outcome::Answered(answer) => format!(
                "{:.300}: {wrong}: {} {:.300}",
                self.what, answer.status, answer.text
            ),
            _ => format!("{:.300}: {wrong}", self.what),
        });
        Verdict { status, wrong }
    }
}

fn judge(answer: &Answer, expect: Expect, page: bool) -> Option<String> {
    let status = answer.status;
    if status >= 500 {
        return Some("a failure of the node".to_owned());
    }
    if let Expect::Only(list) = expect
        && !list.contains(&status)
    {
        return Some(format!("not one of {list:?}"));
    }
    if status < 400 {
        return None;
    }
    let text = answer.text.to_lowercase();
    if let Some(cause) = CAUSES.iter().find(|cause| text.contains(*cause)) {
        return Some(format!("tells its cause ({cause})"));
    }
    let header = |name: &str| answer.headers.get(name).map_or("", String::as_str);
    // What the HTTP layer cannot read has no route, and no body.
    if matches!(expect, Expect::Broken) && answer.text.is_empty() {
        return None;
    }
    if header("content-type").starts_with("text/html") {
        return None;
    }
    // To HEAD, only the head.
    if answer.text.is_empty() && header("content-length") != "0" && !header("content-length").is_empty() {
        return None;
    }
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    if !body["error"].is_string() {
        return Some("no {\"error\": …}".to_owned());
    }
    let cors = header("access-control-allow-origin") == "*";
    (cors == page).then(|| format!("CORS: {cors}"))
}
