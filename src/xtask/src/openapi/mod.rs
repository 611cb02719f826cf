//! `cargo xtask openapi`: the API's description, from the code into the repository.

mod mastodon;

use std::fs;
use std::process::ExitCode;

use crate::repo::Repo;
use crate::{Outcome, child, term};

const FILE: &str = "docs/api/openapi.json";
const TABLE: &str = "docs/api/mastodon.md";

/// Builds the node and writes what it says about its API to `docs/api/openapi.json` and `docs/api/mastodon.md`.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    if !given.is_empty() {
        return Err(
            "`cargo xtask openapi` has no options: it writes docs/api/openapi.json and docs/api/mastodon.md"
                .into(),
        );
    }
    let repo = Repo::find()?;
    child::succeed(&mut repo.locked_cargo(&["build", "--package", "entrenous"]))?;
    let document = document(&repo)?;
    let paths = document
        .get("paths")
        .and_then(serde_json::Value::as_object)
        .map_or(0, serde_json::Map::len);
    fs::create_dir_all(repo.root.join("docs/api"))?;
    fs::write(repo.root.join(FILE), format!("{document:#}\n"))?;
    fs::write(repo.root.join(TABLE), mastodon::table(&document)?)?;
    term::say(&format!("{FILE}: {paths} paths; {TABLE}"));
    Ok(ExitCode::SUCCESS)
}

/// Whether the repository has what the built node says about its API: the web client's types are made from it, and people
/// read the table.
///
/// # Errors
/// When it has not, or when a method of Mastodon's needs another scope here.
pub(crate) fn check(repo: &Repo) -> Outcome {
    let document = document(repo)?;
    let pairs = [
        (FILE, format!("{document:#}\n")),
        (TABLE, mastodon::table(&document)?),
    ];
    for (file, said) in pairs {
        if fs::read_to_string(repo.root.join(file)).unwrap_or_default() != said {
            return Err(format!("{file} is not what the node says: `cargo xtask openapi` writes it").into());
        }
    }
    Ok(())
}

fn document(repo: &Repo) -> Outcome<serde_json::Value> {
    let said = child::answer(repo.command(repo.binary(false)).arg("openapi"), "")?;
    serde_json::from_str(&said)
        .map_err(|cause| format!("`entrenous openapi` did not write JSON: {cause}").into())
}
