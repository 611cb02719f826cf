//! Real clients: their packages, kept in the build folder, and the script that runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repo::Repo;
use crate::{Outcome, child, packages, term};

const CLIENTS: &str = "federation-tests/clients";
/// Written last: its text says which packages a folder holds, so that the same are not installed again.
const MARK: &str = "entrenous-installed";
const SETUP: &str = "`cargo xtask test --only setup` installs it or says how";

/// The script that runs every client, after installing them where they are missing.
///
/// # Errors
/// When a program that setup installs is missing, or a registry cannot be reached.
pub(super) fn script(repo: &Repo) -> Outcome<Command> {
    let nodejs = packages::nodejs().ok_or_else(|| {
        let (major, minor) = packages::OLDEST_NODEJS;
        format!("no Node.js {major}.{minor} or later: {SETUP}")
    })?;
    let chromium = packages::chromium().ok_or_else(|| format!("no Chromium: {SETUP}"))?;
    let python = python(repo)?;
    let npm = npm(repo)?;
    let mut script = repo.command(python);
    script
        .arg(repo.root.join(CLIENTS).join("run.py"))
        // Nothing is written into the checkout.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("ENTRENOUS_TEST_NPM", npm)
        .env("ENTRENOUS_TEST_NODEJS", nodejs)
        .env("ENTRENOUS_TEST_CHROMIUM", chromium);
    Ok(script)
}

/// A Python with Mastodon.py and toot.
fn python(repo: &Repo) -> Outcome<PathBuf> {
    let list = repo.root.join(CLIENTS).join("requirements.txt");
    python_with(repo, &list, "tools/python", "Mastodon.py and toot")
}

/// A Python with exactly the packages of a list, in a folder of the build folder.
///
/// # Errors
/// When there is no Python, or PyPI cannot be reached.
pub(super) fn python_with(repo: &Repo, list: &Path, folder: &str, what: &str) -> Outcome<PathBuf> {
    let wanted = fs::read_to_string(list)?;
    let folder = repo.target.join(folder);
    let inside = folder.join("bin/python");
    if holds(&folder, &wanted) && inside.is_file() {
        return Ok(inside);
    }
    term::say(&format!("Installing {what}, from PyPI"));
    let python = packages::python().ok_or_else(|| format!("no Python 3 with venv and pip: {SETUP}"))?;
    child::succeed(repo.command(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = repo.command(&inside);
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--requirement"]);
    child::succeed(pip.arg(list))?;
    fs::write(folder.join(MARK), wanted)?;
    Ok(inside)
}

/// A folder with masto.js, the bundler and the driver of the browser in `node_modules`.
fn npm(repo: &Repo) -> Outcome<PathBuf> {
    let source = repo.root.join(CLIENTS).join("js");
    let wanted = fs::read_to_string(source.join("package-lock.json"))?;
    let folder = repo.target.join("tools/npm");
    if holds(&folder, &wanted) {
        return Ok(folder);
    }
    term::say("Installing masto.js, esbuild and playwright-core, from npm");
    let program = child::in_path("npm").ok_or_else(|| format!("no npm: {SETUP}"))?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(source.join(name), folder.join(name))?;
    }
    let mut install = repo.command(program);
    install.args(["ci", "--no-progress", "--loglevel=error"]);
    child::succeed(install.current_dir(&folder))?;
    fs::write(folder.join(MARK), wanted)?;
    Ok(folder)
}

fn holds(folder: &Path, wanted: &str) -> bool {
    fs::read_to_string(folder.join(MARK)).is_ok_and(|installed| installed == wanted)
}
