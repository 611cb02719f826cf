//! `cargo xtask openapi`: the API's description, from the code into the repository.

use std::fs;
use std::process::ExitCode;

use crate::repo::Repo;
use crate::{Outcome, child, term};

const FILE: &str = "docs/api/openapi.json";

/// Builds the node and writes what it says about its API to `docs/api/openapi.json`.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    if !given.is_empty() {
        return Err("`cargo xtask openapi` has no options: it writes docs/api/openapi.json".into());
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
    term::say(&format!("{FILE}: {paths} paths"));
    Ok(ExitCode::SUCCESS)
}

/// Whether the repository has what the built node says about its API: the web client's types are made from it.
///
/// # Errors
/// When it has not.
pub(crate) fn check(repo: &Repo) -> Outcome {
    let written = fs::read_to_string(repo.root.join(FILE)).unwrap_or_default();
    if written.trim_end() == format!("{:#}", document(repo)?) {
        Ok(())
    } else {
        Err(format!("{FILE} is not what the node says: `cargo xtask openapi` writes it").into())
    }
}

fn document(repo: &Repo) -> Outcome<serde_json::Value> {
    let said = child::answer(repo.command(repo.binary(false)).arg("openapi"), "")?;
    serde_json::from_str(&said)
        .map_err(|cause| format!("`entrenous openapi` did not write JSON: {cause}").into())
}
