//! The recorded inbox posts (`federation-tests/payloads`).

use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The recorded servers.
pub(super) const HOSTS: [&str; 8] = [
    "gts.test",
    "gts2.test",
    "lemmy.test",
    "lemmy2.test",
    "mitra.test",
    "mitra2.test",
    "snac.test",
    "snac2.test",
];

/// A recorded post to an inbox.
#[derive(Clone)]
pub(super) struct Exchange {
    /// `software/file`.
    pub(super) name: String,
    /// What was sent.
    pub(super) kind: String,
    /// Path of the inbox.
    pub(super) target: String,
    /// Host of the receiver.
    pub(super) receiver: String,
    /// Headers as received.
    pub(super) headers: Vec<(String, String)>,
    /// The body as text.
    pub(super) text: String,
    /// The body.
    pub(super) body: Value,
}

impl Exchange {
    fn read(software: &str, path: &Path) -> Option<Self> {
        let exchange: Value =
            serde_json::from_slice(&std::fs::read(path).expect("unreadable")).expect("no JSON");
        let text = |name: &str| exchange[name].as_str().expect("no text").to_owned();
        if text("method") != "POST" {
            return None;
        }
        let line = |line: &Value, at: usize| line[at].as_str().expect("no header").to_owned();
        let headers = exchange["headers"].as_array().expect("no headers").iter();
        let file = path.file_stem().expect("no name").to_string_lossy();
        Some(Self {
            name: format!("{software}/{file}"),
            kind: text("kind"),
            target: text("target"),
            receiver: text("receiver_host"),
            headers: headers.map(|item| (line(item, 0), line(item, 1))).collect(),
            body: serde_json::from_str(&text("body_text")).expect("no JSON"),
            text: text("body_text"),
        })
    }

    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Host of the sender.
    pub(super) fn sender(&self) -> &str {
        host(text(&self.body["actor"]))
    }
}

/// Host of a recorded URL.
pub(super) fn host(url: &str) -> &str {
    let rest = url.strip_prefix("https://").expect("no recorded URL");
    rest.split('/').next().unwrap_or_default()
}

/// The text of a member, or of an embedded object's id.
pub(super) fn text(value: &Value) -> &str {
    value
        .as_str()
        .or_else(|| value["id"].as_str())
        .unwrap_or_default()
}

fn directory(software: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("payloads")
        .join(software)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("no payloads");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("no entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

/// Every recorded inbox post of a software, in recorded order.
pub(super) fn posts(software: &str) -> Vec<Exchange> {
    let files = files(&directory(software));
    files
        .iter()
        .filter_map(|path| Exchange::read(software, path))
        .collect()
}

/// The actor documents of a software's signers, as text.
pub(super) fn actors(software: &str) -> Vec<String> {
    let files = files(&directory(software).join("actors"));
    files
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("unreadable"))
        .collect()
}

/// Whose an object is, by its id, and every recorded activity by its id: also what another software recorded.
pub(super) struct Index {
    authors: HashMap<String, String>,
    activities: HashMap<String, Value>,
}

impl Index {
    /// Of everything recorded.
    pub(super) fn of_all() -> Self {
        let mut index = Self {
            authors: HashMap::new(),
            activities: HashMap::new(),
        };
        for software in ["gotosocial", "lemmy", "mitra", "snac"] {
            for exchange in posts(software) {
                index.take(&exchange.body);
            }
        }
        index
    }

    fn take(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                let id = text(value).to_owned();
                if let Some(author) = members.get("attributedTo") {
                    self.authors
                        .entry(id.clone())
                        .or_insert_with(|| text(author).to_owned());
                }
                if members.contains_key("actor") {
                    self.activities.entry(id).or_insert_with(|| value.clone());
                }
                members.values().for_each(|member| self.take(member));
            }
            Value::Array(items) => items.iter().for_each(|item| self.take(item)),
            _ => {}
        }
    }

    /// Who wrote it, if that was recorded.
    pub(super) fn author(&self, id: &str) -> Option<&str> {
        self.authors.get(id).map(String::as_str)
    }

    /// The activity with that id.
    pub(super) fn activity(&self, id: &str) -> Option<&Value> {
        self.activities.get(id)
    }
}
