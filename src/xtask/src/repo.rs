//! Where things are: the repository, the build folder, cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// The checkout and where it is built.
pub(crate) struct Repo {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's build folder: `CARGO_TARGET_DIR`, or `target`. Absolute.
    pub(crate) target: PathBuf,
}

impl Repo {
    /// Finds the workspace from this crate's folder (cargo tells it) or the current folder.
    ///
    /// # Errors
    /// When neither lies in the workspace.
    pub(crate) fn find() -> Outcome<Self> {
        let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_dir()?,
        };
        let root = start
            .ancestors()
            .find(|folder| folder.join("src/xtask/Cargo.toml").is_file())
            .ok_or("run this inside the Entrenous repository")?
            .to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) if !folder.is_empty() => std::path::absolute(folder)?,
            _ => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The node's binary as `cargo build` leaves it.
    pub(crate) fn binary(&self, release: bool) -> PathBuf {
        let profile = if release { "release" } else { "debug" };
        self.target.join(profile).join("entrenous")
    }

    /// A program in the repository's root, in a clean environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        // `cargo run` describes xtask to us in these. Passed on, they would make build scripts that watch
        // them run again on every other call.
        for (name, _) in std::env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            let about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if about_us.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command
    }

    /// `cargo <words>` in the repository's root, building where we were built.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.command(cargo);
        command
            .args(words)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0");
        command
    }

    /// `cargo <words>`, with `--locked` unless there is no lock file yet.
    pub(crate) fn locked_cargo(&self, words: &[&str]) -> Command {
        let (before, after) = match words.iter().position(|word| *word == "--") {
            Some(at) => words.split_at(at),
            None => (words, [].as_slice()),
        };
        let mut command = self.cargo(before);
        if self.root.join("Cargo.lock").is_file() {
            command.arg("--locked");
        }
        command.args(after);
        command
    }

    /// Every file of the checkout under `folder`, without what is built or fetched, as paths from the root.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(crate) fn files(&self, folder: &str) -> Outcome<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut open = vec![self.root.join(folder)];
        while let Some(folder) = open.pop() {
            if !folder.is_dir() {
                continue;
            }
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                let path = entry.path();
                let kind = entry.file_type()?;
                let built = [".git", "target", "node_modules", "dist", ".venv"];
                let name = entry.file_name();
                if kind.is_dir() {
                    if path != self.target && !built.iter().any(|skipped| name == *skipped) {
                        open.push(path);
                    }
                } else if kind.is_file() {
                    found.push(
                        path.strip_prefix(&self.root)
                            .map(Path::to_path_buf)
                            .unwrap_or(path),
                    );
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn locked_goes_before_the_double_dash() {
        let repo = Repo::find().unwrap();
        let command = repo.locked_cargo(&["clippy", "--workspace", "--", "-D", "warnings"]);
        assert_eq!(
            words(&command),
            ["clippy", "--workspace", "--locked", "--", "-D", "warnings"]
        );
    }

    #[test]
    fn our_own_files_are_found_and_built_ones_are_not() {
        let repo = Repo::find().unwrap();
        let files = repo.files("src/xtask").unwrap();
        assert!(files.contains(&PathBuf::from("src/xtask/src/repo.rs")));
        assert!(
            repo.files("")
                .unwrap()
                .iter()
                .all(|file| !file.starts_with("target"))
        );
    }
}
