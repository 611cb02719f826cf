//! The web client: its packages and its files, made by npm before the node is compiled with them inside.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::repo::Repo;
use crate::{Outcome, child, packages, term};

/// Written last, into `node_modules`: its text says which packages are there, so that the same are not fetched again.
const MARK: &str = ".entrenous-installed";

/// `cargo xtask web`: builds the client into `web/dist`.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    if !given.is_empty() {
        return Err("`cargo xtask web` has no options: it builds the web client into web/dist".into());
    }
    let repo = Repo::find()?;
    build(&repo)?;
    term::say("web/dist is built: the next `cargo build` takes it into the node");
    Ok(ExitCode::SUCCESS)
}

/// The client for a node that is about to be compiled. Without Node.js or npm it says so and goes on: the node then
/// serves the API and its own few pages.
///
/// # Errors
/// When the tools are there and building fails all the same.
pub(crate) fn build_if_possible(repo: &Repo) -> Outcome {
    if let Err(missing) = tools() {
        term::complain(&format!(
            "{} {missing}.\nThe nodes will run WITHOUT the web client: only the API, and the few pages they render \
             themselves.\nInstall it and run this again to have the client.",
            term::red("No web client:")
        ));
        // What an earlier run left would be older than the node it is served by.
        let dist = folder(repo).join("dist");
        if dist.join("index.html").is_file() {
            fs::remove_dir_all(dist)?;
        }
        return Ok(());
    }
    term::say(&term::bold("Building the web client"));
    build(repo)
}

/// Fetches what is missing and builds `web/dist`.
///
/// # Errors
/// When Node.js or npm is missing, a package cannot be fetched, or the client does not build.
pub(crate) fn build(repo: &Repo) -> Outcome {
    install(repo)?;
    script(repo, "build", &["--logLevel", "warn"])
}

/// Everything about the client that needs no node: types, form, its own tests, and that it builds.
///
/// # Errors
/// As [`build`], or when one of them fails.
pub(crate) fn test(repo: &Repo) -> Outcome {
    install(repo)?;
    for name in ["check", "lint", "test"] {
        script(repo, name, &[])?;
    }
    script(repo, "build", &["--logLevel", "warn"])
}

/// The tests of the client in a browser, against real nodes: a command for which the caller sets the environment.
///
/// # Errors
/// When Node.js, npm or Chromium is missing, or a package cannot be fetched.
pub(crate) fn browser(repo: &Repo) -> Outcome<Command> {
    install(repo)?;
    let chromium =
        packages::chromium().ok_or("no Chromium: `cargo xtask test --only setup` installs it or says how")?;
    let mut command = npm(repo)?;
    command.args(["run", "e2e"]).env("CHROMIUM_PATH", chromium);
    Ok(command)
}

/// `npm ci`, unless what the lock file asks for is there.
fn install(repo: &Repo) -> Outcome {
    tools()?;
    let folder = folder(repo);
    let wanted = fs::read_to_string(folder.join("package-lock.json"))
        .map_err(|cause| format!("web/package-lock.json cannot be read: {cause}"))?;
    let mark = folder.join("node_modules").join(MARK);
    if fs::read_to_string(&mark).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    term::say("Fetching the web client's packages, from npm");
    child::succeed(npm(repo)?.args(["ci", "--no-progress", "--loglevel=error"]))?;
    fs::write(mark, wanted)?;
    Ok(())
}

fn script(repo: &Repo, name: &str, rest: &[&str]) -> Outcome {
    let mut command = npm(repo)?;
    command.args(["run", "--silent", name]);
    if !rest.is_empty() {
        command.arg("--").args(rest);
    }
    child::succeed(&mut command).map_err(|failure| format!("the web client's `{name}`: {failure}").into())
}

fn npm(repo: &Repo) -> Outcome<Command> {
    let mut command = repo.command(tools()?);
    command.current_dir(folder(repo));
    Ok(command)
}

/// npm, if there is a Node.js young enough for it to run with.
fn tools() -> Outcome<PathBuf> {
    let (major, minor) = packages::OLDEST_NODEJS;
    if packages::nodejs().is_none() {
        return Err(format!("there is no Node.js {major}.{minor} or later").into());
    }
    child::in_path("npm").ok_or_else(|| "there is no npm".into())
}

fn folder(repo: &Repo) -> PathBuf {
    repo.root.join("web")
}
