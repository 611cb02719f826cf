//! The recorded traffic (`federation-tests/payloads`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The software that was recorded.
const SOFTWARE: [&str; 4] = ["gotosocial", "lemmy", "mitra", "snac"];

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// `GET` or `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// As received.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Vec<u8>,
    /// As answered.
    pub answer_headers: Vec<(String, String)>,
    /// As answered, if it is text.
    pub answer: Option<String>,
}

impl Exchange {
    fn read(file: &Path) -> Result<Self, Box<dyn Error>> {
        let recorded: Value = serde_json::from_slice(&fs::read(file)?)?;
        let text = |name: &str| {
            let found = recorded.get(name).and_then(Value::as_str);
            found.map(str::to_owned).ok_or("the recording is not as it was")
        };
        let answer = recorded.get("response").unwrap_or(&Value::Null);
        Ok(Self {
            method: text("method")?,
            target: text("target")?,
            headers: headers(&recorded),
            body: STANDARD.decode(text("body_base64")?)?,
            answer_headers: headers(answer),
            answer: answer.get("body_text").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// The request as [`crate::input::Request`] reads it.
    #[must_use]
    pub fn request(&self) -> Vec<u8> {
        let mut head = format!("{} {}\n", self.method, self.target);
        for (name, value) in &self.headers {
            // Writing to a String does not fail.
            let _ = writeln!(head, "{name}: {value}");
        }
        head.push('\n');
        [head.as_bytes(), &self.body].concat()
    }

    /// The value of a header of the request.
    #[must_use]
    pub fn header(&self, wanted: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    }
}

fn headers(of: &Value) -> Vec<(String, String)> {
    let lines = of.get("headers").and_then(Value::as_array).into_iter().flatten();
    let part = |line: &Value, at: usize| line.get(at).and_then(Value::as_str).map(str::to_owned);
    lines
        .filter_map(|line| Some((part(line, 0)?, part(line, 1)?)))
        .collect()
}

/// Everything that was recorded.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Requests with their answers.
    pub exchanges: Vec<Exchange>,
    /// Actor documents of those who signed.
    pub actors: Vec<String>,
}

impl Corpus {
    /// Reads the recordings of this checkout.
    ///
    /// # Errors
    /// When they are not there or not as they were.
    pub fn recorded() -> Result<Self, Box<dyn Error>> {
        let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../federation-tests/payloads");
        let mut corpus = Self {
            exchanges: Vec::new(),
            actors: Vec::new(),
        };
        for folder in SOFTWARE.map(|name| all.join(name)) {
            for file in json_files(&folder)? {
                corpus.exchanges.push(Exchange::read(&file)?);
            }
            for file in json_files(&folder.join("actors"))? {
                corpus.actors.push(fs::read_to_string(file)?);
            }
        }
        Ok(corpus)
    }

    /// Bodies that were posted to inboxes.
    pub fn posts(&self) -> impl Iterator<Item = Vec<u8>> {
        let posts = self.exchanges.iter().filter(|exchange| exchange.method == "POST");
        posts.map(|exchange| exchange.body.clone())
    }

    /// Answers that are JSON objects.
    pub fn documents(&self) -> impl Iterator<Item = Vec<u8>> {
        let answers = self
            .exchanges
            .iter()
            .filter_map(|exchange| exchange.answer.as_deref());
        let objects = answers.filter(|text| text.starts_with('{'));
        objects.map(|text| text.as_bytes().to_vec())
    }

    /// Every text of a member called `name`, in everything that was posted or answered.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let documents = self.posts().chain(self.documents());
        for document in documents.filter_map(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
            collect(&document, name, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }
}

fn collect(value: &Value, wanted: &str, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == wanted => found.push(text.as_bytes().to_vec()),
                    other => collect(other, wanted, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, wanted, found)),
        _ => {}
    }
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
