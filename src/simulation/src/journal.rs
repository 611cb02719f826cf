//! What happened in a run, in order: every message on the wire, and what was done to whom.

use aws_lc_rs::digest;
use std::fmt;

/// A node, by its number.
pub type NodeNo = usize;
/// Microseconds since the run began.
pub type Micros = u64;

/// Everything that happened.
#[derive(Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Micros,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// Bytes with a whole message were given to the network.
    Sent(Message),
    /// A node has reached for another, with what came of it.
    Dialled {
        /// Who.
        from: NodeNo,
        /// Whom; `None` for an address that nobody has.
        to: Option<NodeNo>,
        /// In a word.
        ended: &'static str,
    },
    /// Something was done to the world, or somebody did something.
    Told(String),
}

/// A request or an answer.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who sends it.
    pub from: NodeNo,
    /// To whom.
    pub to: NodeNo,
    /// The connection.
    pub line: u64,
    /// `POST /inbox`, or the status of an answer.
    pub head: String,
    /// Whether it is an answer.
    pub answer: bool,
    /// Whether the network made it, of one that was sent before.
    pub repeated: bool,
    /// What was asked, for an answer.
    pub of: Option<String>,
    /// Type, id and object of an activity.
    pub activity: Option<Activity>,
    /// The marks of posts that stand in its bytes.
    pub marks: Vec<Mark>,
}

/// What an activity says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// `Create`, `Undo Follow`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Who says it.
    pub actor: String,
    /// Its object's id.
    pub object: String,
}

/// Post and version, as they stand in a post's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Which post of the plan.
    pub post: usize,
    /// 0 as it was written, more with each edit.
    pub version: usize,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "zq{}e{}zq", self.post, self.version)
    }
}

impl Mark {
    /// All marks in a text, each once.
    #[must_use]
    pub fn all_in(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = text.split("zq").filter_map(Self::inside).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn inside(text: &str) -> Option<Self> {
        let (post, version) = text.split_once('e')?;
        Some(Self {
            post: post.parse().ok()?,
            version: version.parse().ok()?,
        })
    }
}

impl Journal {
    /// Writes one thing down.
    pub fn add(&mut self, at: Micros, what: What) {
        self.entries.push(Entry { at, what });
    }

    /// Everything.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The messages.
    pub fn messages(&self) -> impl Iterator<Item = (Micros, &Message)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            What::Sent(message) => Some((entry.at, message)),
            _ => None,
        })
    }

    /// SHA-256 over everything as it is shown: two runs that did the same have the same.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut all = digest::Context::new(&digest::SHA256);
        for entry in &self.entries {
            all.update(entry.to_string().as_bytes());
            all.update(b"\n");
        }
        all.finish()
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.at / 1_000_000, self.at % 1_000_000);
        write!(f, "{seconds:>6}.{micros:06} ")?;
        match &self.what {
            What::Sent(message) => message.fmt(f),
            What::Dialled { from, to, ended } => match to {
                Some(to) => write!(f, "n{from} -> n{to}  connection: {ended}"),
                None => write!(f, "n{from} -> nowhere  connection: {ended}"),
            },
            What::Told(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from, to, line, head, ..
        } = self;
        write!(f, "n{from} -> n{to}  #{line} {head}")?;
        if self.repeated {
            f.write_str(" (repeated)")?;
        }
        if let Some(of) = &self.of {
            write!(f, " to {of}")?;
        }
        if let Some(Activity { kind, id, object, .. }) = &self.activity {
            write!(f, " {kind} {id} of {object}")?;
        }
        for mark in &self.marks {
            write!(f, " {mark}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_wherever_they_stand() {
        let mark = |post, version| Mark { post, version };
        assert_eq!(
            Mark::all_in("<p>zq12e0zq hello zq3e14zq zq12e0zq</p>"),
            [mark(3, 14), mark(12, 0)]
        );
        assert_eq!(mark(7, 2).to_string(), "zq7e2zq");
        assert!(Mark::all_in("zqe1zq zq1ezq 1e2 zqxe2zq").is_empty());
    }
}
