//! What the tests need from the system: PostgreSQL's server and a Python that can make a virtual environment.

use std::path::PathBuf;
use std::process::Command;

use crate::{Outcome, child, postgres, term};

/// A Python 3 that has `venv` and `pip`.
pub(crate) fn python() -> Option<PathBuf> {
    let candidates = [child::in_path("python3"), Some(PathBuf::from("/usr/bin/python3"))];
    candidates.into_iter().flatten().find(|python| {
        python.is_file()
            && Command::new(python)
                .args(["-c", "import venv, ensurepip"])
                .output()
                .is_ok_and(|output| output.status.success())
    })
}

/// Debian packages that are missing.
fn missing(postgresql: bool, python: bool) -> Vec<&'static str> {
    let mut packages = Vec::new();
    if !postgresql {
        packages.push("postgresql");
    }
    if !python {
        packages.extend(["python3", "python3-venv"]);
    }
    packages
}

/// Installs what is missing, when we may; otherwise says what to type.
///
/// # Errors
/// When something is missing and we are not root, there is no apt-get, or it fails.
pub(crate) fn install() -> Outcome {
    let packages = missing(postgres::binaries().is_some(), python().is_some());
    if packages.is_empty() {
        term::say("PostgreSQL and Python are there.");
        return Ok(());
    }
    let names = packages.join(" ");
    if child::in_path("apt-get").is_none() {
        return Err(format!(
            "install these with this system's package manager, then run again: {names} \
             (the server programs initdb and postgres; Python 3 with venv and pip)"
        )
        .into());
    }
    if !am_root() {
        return Err(format!("type this, then run again:\n\n    sudo apt-get install --yes {names}\n").into());
    }
    term::say(&format!("Installing {names}"));
    if apt_get(&packages).is_err() {
        // Old or empty package lists are the usual reason on a fresh machine.
        child::succeed(Command::new("apt-get").args(["update", "--quiet"]))?;
        apt_get(&packages)?;
    }
    let still = missing(postgres::binaries().is_some(), python().is_some());
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!("installed, but still not found: {}", still.join(" ")).into())
    }
}

fn apt_get(packages: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    command
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(packages);
    child::succeed(command.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Whether we run as root.
pub(crate) fn am_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // std has no geteuid; a process's own folder in /proc belongs to its effective user.
    if let Ok(own) = std::fs::metadata("/proc/self") {
        return own.uid() == 0;
    }
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        assert!(missing(true, true).is_empty());
        assert_eq!(missing(false, true), ["postgresql"]);
        assert_eq!(missing(true, false), ["python3", "python3-venv"]);
    }
}
