//! What the tests need from the system: PostgreSQL's server, a Python that can make a virtual environment, Node.js with
//! npm, Chromium, and a library that gives a process a clock of its own.

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

/// The oldest Node.js (major, minor) that the web client is built with; masto.js runs on older ones.
pub(crate) const OLDEST_NODEJS: (u32, u32) = (20, 19);

/// A Node.js that is young enough.
pub(crate) fn nodejs() -> Option<PathBuf> {
    let mut candidates = ["node", "nodejs"].into_iter().filter_map(child::in_path);
    candidates.find(|program| {
        let answer = Command::new(program).arg("--version").output();
        answer.is_ok_and(|output| {
            nodejs_version(&String::from_utf8_lossy(&output.stdout)).is_some_and(|is| is >= OLDEST_NODEJS)
        })
    })
}

/// Major and minor of what `node --version` says.
fn nodejs_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// A Chromium or Chrome.
pub(crate) fn chromium() -> Option<PathBuf> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    names.into_iter().find_map(child::in_path)
}

/// libfaketime, in the folder of this machine's architecture.
fn other_clock() -> bool {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut folders = folders
        .map(|entry| entry.path())
        .chain([PathBuf::from("/usr/lib")]);
    folders.any(|folder| folder.join("faketime/libfaketimeMT.so.1").is_file())
}

/// Something the tests use, and the Debian packages that bring it.
struct Need {
    there: fn() -> bool,
    packages: &'static [&'static str],
}

const NEEDS: [Need; 6] = [
    Need {
        there: || postgres::binaries().is_some(),
        packages: &["postgresql"],
    },
    Need {
        there: || python().is_some(),
        packages: &["python3", "python3-venv"],
    },
    Need {
        there: || nodejs().is_some(),
        packages: &["nodejs"],
    },
    Need {
        there: || child::in_path("npm").is_some(),
        packages: &["npm"],
    },
    Need {
        there: || chromium().is_some(),
        packages: &["chromium"],
    },
    Need {
        there: other_clock,
        packages: &["libfaketime"],
    },
];

/// Debian packages of what is missing.
fn missing(needs: &[Need]) -> Vec<&'static str> {
    let missing = needs.iter().filter(|need| !(need.there)());
    missing.flat_map(|need| need.packages).copied().collect()
}

/// Installs what is missing, when we may; otherwise says what to type.
///
/// # Errors
/// When something is missing and we are not root, there is no apt-get, or it fails.
pub(crate) fn install() -> Outcome {
    let packages = missing(&NEEDS);
    if packages.is_empty() {
        term::say("PostgreSQL, Python, Node.js, npm, Chromium and libfaketime are there.");
        return Ok(());
    }
    let names = packages.join(" ");
    let (major, minor) = OLDEST_NODEJS;
    if child::in_path("apt-get").is_none() {
        return Err(format!(
            "install these with this system's package manager, then run again: {names} \
             (the server programs initdb and postgres; Python 3 with venv and pip; Node.js {major}.{minor} or later \
             with npm; Chromium; libfaketime)"
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
    let still = missing(&NEEDS);
    if still.is_empty() {
        return Ok(());
    }
    let hint = if still.contains(&"nodejs") {
        format!(" (Node.js {major}.{minor} or later is needed; Debian 12 has an older one)")
    } else {
        String::new()
    };
    Err(format!("installed, but still not found: {}{hint}", still.join(" ")).into())
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
        let need = |there, packages| Need { there, packages };
        let needs = [
            need(|| true, &["postgresql"]),
            need(|| false, &["python3", "python3-venv"]),
            need(|| false, &["chromium"]),
        ];
        assert_eq!(missing(&needs), ["python3", "python3-venv", "chromium"]);
        assert!(missing(&needs[..1]).is_empty());
    }

    #[test]
    fn the_version_of_nodejs_is_read() {
        assert_eq!(nodejs_version("v20.19.2\n"), Some((20, 19)));
        assert!(nodejs_version("v18.20.4").is_some_and(|is| is < OLDEST_NODEJS));
        assert_eq!(nodejs_version(""), None);
    }
}
