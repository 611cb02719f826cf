//! Reading HTTP/1.1 off the wire, as somebody who listens would: with no code of the nodes.

use crate::journal::{Activity, Mark};
use serde_json::Value;

/// Bytes of one direction of a connection, until they are whole messages.
#[derive(Debug, Default)]
pub(super) struct Reader(Vec<u8>);

/// One request or answer.
#[derive(Debug)]
pub(super) struct Whole {
    /// `POST /inbox` or `202`.
    pub(super) head: String,
    /// What an activity in its body says of itself.
    pub(super) activity: Option<Activity>,
    /// The marks in all of it.
    pub(super) marks: Vec<Mark>,
    /// All of it.
    pub(super) bytes: Vec<u8>,
}

impl Reader {
    /// Takes what was sent; answers the messages that are whole by it.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Whole> {
        self.0.extend_from_slice(bytes);
        let mut all = Vec::new();
        while let Some((head, length)) = self.first() {
            let rest = self.0.split_off(length.min(self.0.len()));
            let bytes = std::mem::replace(&mut self.0, rest);
            all.push(Whole::of(head, bytes));
        }
        all
    }

    /// The end of the head of the first message, and of all of it.
    fn first(&self) -> Option<(usize, usize)> {
        let head = find(&self.0, b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(self.0.get(..head)?).to_ascii_lowercase();
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.map(str::trim)
        };
        if value("transfer-encoding:") == Some("chunked") {
            let end = find(self.0.get(head..)?, b"0\r\n\r\n")?;
            return Some((head, head + end + 5));
        }
        let length = value("content-length:")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        (self.0.len() >= head + length).then_some((head, head + length))
    }
}

fn find(all: &[u8], what: &[u8]) -> Option<usize> {
    all.windows(what.len()).position(|part| part == what)
}

impl Whole {
    fn of(head: usize, bytes: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut words = text.lines().next().unwrap_or_default().split(' ');
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        let said = if first.starts_with("HTTP/") {
            second.to_owned()
        } else {
            format!("{first} {second}")
        };
        let body = bytes.get(head..).unwrap_or_default();
        Self {
            head: said,
            activity: serde_json::from_slice(body).ok().and_then(|body| activity(&body)),
            marks: Mark::all_in(&text),
            bytes,
        }
    }
}

fn activity(body: &Value) -> Option<Activity> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, actor) = (body.get("type")?.as_str()?, body.get("actor")?.as_str()?);
    let object = body.get("object");
    let inner = object
        .and_then(|object| object.get("type"))
        .and_then(Value::as_str);
    Some(Activity {
        kind: match inner {
            Some(inner) => format!("{kind} {inner}"),
            None => kind.to_owned(),
        },
        id: text(body.get("id")),
        actor: actor.to_owned(),
        object: match object {
            Some(Value::String(id)) => id.clone(),
            Some(object) => text(object.get("id")),
            None => String::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_however_they_are_cut() {
        let body = r#"{"id":"http://n0.sim/activities/1","type":"Create","actor":"http://n0.sim/people/p0","object":{"id":"http://n0.sim/posts/7","type":"Note","content":"zq1e2zq"}}"#;
        let post = format!(
            "POST /inbox HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let all = format!("{post}GET /actor HTTP/1.1\r\nhost: n0.sim\r\n\r\n");
        for size in [1, 7, 100, 10_000] {
            let mut reader = Reader::default();
            let found: Vec<Whole> = all
                .as_bytes()
                .chunks(size)
                .flat_map(|part| reader.feed(part))
                .collect();
            assert_eq!(found.len(), 2, "{size}");
            assert_eq!(
                (found[0].head.as_str(), found[1].head.as_str()),
                ("POST /inbox", "GET /actor")
            );
            let activity = found[0].activity.as_ref().unwrap();
            assert_eq!(
                (activity.kind.as_str(), activity.object.as_str()),
                ("Create Note", "http://n0.sim/posts/7")
            );
            assert_eq!(found[0].marks, [Mark { post: 1, version: 2 }]);
            assert_eq!(found[0].bytes, post.as_bytes());
        }
    }

    #[test]
    fn answers_in_chunks() {
        let mut reader = Reader::default();
        let found = reader.feed(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
        let heads: Vec<&str> = found.iter().map(|one| one.head.as_str()).collect();
        assert_eq!(heads, ["200", "202"]);
    }
}
