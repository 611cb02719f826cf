//! What a build must not depend on: its place, and what else is around it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::repo::Repo;

/// Where and as whom something is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub(super) jobs: usize,
    locale: &'static str,
    zone: &'static str,
    umask: &'static str,
    user: &'static str,
    /// Cargo's home, where the sources of crates are.
    pub(super) cargo_home: PathBuf,
}

impl Surroundings {
    /// As on this machine.
    ///
    /// # Errors
    /// Without a home.
    pub(super) fn usual() -> Outcome<Self> {
        Ok(Self {
            jobs: processors(),
            locale: "C.UTF-8",
            zone: "UTC",
            umask: "022",
            user: "builder",
            cargo_home: cargo_home()?,
        })
    }

    /// As on another, as far as one machine can play it.
    ///
    /// # Errors
    /// Without a home, or when another one cannot be made below `place`.
    pub(super) fn other(place: &Path) -> Outcome<Self> {
        Ok(Self {
            jobs: processors() + 1,
            locale: "C",
            zone: "Asia/Kathmandu",
            umask: "077",
            user: "somebody-else",
            cargo_home: moved(&cargo_home()?, &place.join("home/of/cargo"))?,
        })
    }

    /// For people.
    pub(super) fn words(&self) -> String {
        format!(
            "{} jobs, locale {}, time zone {}, umask {}, user {}, crates in {}",
            self.jobs,
            self.locale,
            self.zone,
            self.umask,
            self.user,
            self.cargo_home.display()
        )
    }

    /// A command in these surroundings, in `folder`. Nothing that the developer has set for other builds reaches it.
    pub(super) fn command(&self, repo: &Repo, folder: &Path, program: &Path) -> Command {
        let mut command = repo.command("sh");
        command
            .args(["-c", &format!("umask {}; exec \"$0\" \"$@\"", self.umask)])
            .arg(program)
            .current_dir(folder);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let ours = [
                "CARGO_BUILD_",
                "CARGO_PROFILE_",
                "CARGO_TARGET_",
                "LC_",
                "RUSTC_",
                "RUSTFLAGS",
                "CARGO_ENCODED_",
            ];
            if ours.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name.as_ref());
            }
        }
        command
            .env("CARGO_HOME", &self.cargo_home)
            .env("CARGO_INCREMENTAL", "0")
            .env("LANG", self.locale)
            .env("LC_ALL", self.locale)
            .env("TZ", self.zone)
            .env("USER", self.user)
            .env("LOGNAME", self.user);
        command
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn cargo_home() -> Outcome<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty()) {
        return Ok(std::path::absolute(home)?);
    }
    let home = std::env::var_os("HOME").ok_or("HOME is not set")?;
    Ok(Path::new(&home).join(".cargo"))
}

/// The same home at another address: what is in it is not fetched again.
fn moved(home: &Path, to: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(home)? {
        let entry = entry?;
        let name = entry.file_name();
        // Each has its own locks.
        if !name.to_string_lossy().starts_with(".package-cache") {
            symlink(entry.path(), to.join(name))?;
        }
    }
    Ok(to.to_path_buf())
}
