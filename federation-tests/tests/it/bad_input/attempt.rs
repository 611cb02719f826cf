//! Commands that must fail: with which status, which line, and nothing changed.

use federation_tests::node::binary;
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// What a command answered.
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) output: String,
    pub(super) error: String,
}

impl Ended {
    /// Whether it failed as it should: with this status, and one last line that holds all these words.
    pub(super) fn refusal(&self, code: i32, words: &[&str]) -> Result<(), String> {
        let Self {
            code: was,
            output,
            error,
        } = self;
        let told = || format!("exit status {was}, expected {code}\n  {error}\n  {output}");
        if *was != code || !output.is_empty() {
            return Err(told());
        }
        for bad in ["panicked", "RUST_BACKTRACE", "stack backtrace", ".rs:"] {
            if error.contains(bad) {
                return Err(format!("holds {bad}: {}", told()));
            }
        }
        // clap's own words take a few lines; ours are one, after what was logged.
        let said: Vec<&str> = error.lines().filter(|line| !line.starts_with('{')).collect();
        let line = said.join(" ");
        if code != 2 && (said.len() != 1 || !line.starts_with("entrenous: ")) {
            return Err(format!("not one line: {}", told()));
        }
        if let Some(word) = words
            .iter()
            .find(|word| !line.to_lowercase().contains(&word.to_lowercase()))
        {
            return Err(format!("does not say {word:?}: {}", told()));
        }
        Ok(())
    }
}

/// Runs the binary with these arguments and variables.
pub(super) async fn run(arguments: &[&str], variables: &[(&str, &[u8])], input: &str) -> Ended {
    let mut command = Command::new(binary());
    for (name, value) in variables {
        command.env(name, std::ffi::OsString::from_vec(value.to_vec()));
    }
    ended(command, arguments, input).await
}

/// Runs a command with these arguments.
pub(super) async fn ended(mut command: Command, arguments: &[&str], input: &str) -> Ended {
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("the command cannot be started");
    if let Some(mut stdin) = child.stdin.take() {
        drop(stdin.write_all(format!("{input}\n").as_bytes()).await);
    }
    let output = tokio::time::timeout(Duration::from_secs(30), child.wait_with_output()).await;
    let output = output
        .unwrap_or_else(|_| panic!("{arguments:?} took 30 s"))
        .expect("no output");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
    Ended {
        code: output.status.code().unwrap_or(-1),
        output: text(output.stdout),
        error: text(output.stderr),
    }
}

/// Everything in a directory with mode and content, without what only says that something ran: the log, the lock, and the
/// memory that SQLite shares.
pub(super) fn everything(dir: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else {
            continue;
        };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if ["log.txt", "node.lock", "witness.txt"].contains(&name.as_str()) || name.ends_with("-shm") {
                continue;
            }
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() {
                open.push(path.clone());
            }
            let content = if meta.is_file() {
                std::fs::read(&path).unwrap_or_default()
            } else {
                Vec::new()
            };
            // An empty log of writes is none.
            if name.ends_with("-wal") && content.is_empty() {
                continue;
            }
            found.insert(path.display().to_string(), (meta.permissions().mode(), content));
        }
    }
    found
}

/// The names of what differs.
pub(super) fn changed(
    before: &BTreeMap<String, (u32, Vec<u8>)>,
    after: &BTreeMap<String, (u32, Vec<u8>)>,
) -> Vec<String> {
    let names = before.keys().chain(after.keys());
    let mut names: Vec<String> = names
        .filter(|name| before.get(*name) != after.get(*name))
        .cloned()
        .collect();
    names.dedup();
    names
}
